//! 历书: turns a date as written into days, deciding the year the text leaves out.

use crate::dates::{Found, Point, Year};
use kernel::Day;

/// What is known of the document's time.
#[derive(Clone, Debug, Default)]
pub struct Almanac {
    /// The year dates are read in.
    pub year: Option<i16>,
    /// Why the year is not sure, when it was not said for the document as a whole.
    pub year_doubt: Option<&'static str>,
    /// 成文日期
    pub signature: Option<Day>,
    /// The days the document covers.
    pub period: Option<[Day; 2]>,
    /// The month a monthly plan's heading sets.
    pub month: Option<(Option<i16>, i8)>,
}

/// Days that a date stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The deadline; `None` when no day can be said.
    pub due: Option<Day>,
    /// First and last day, when a stretch is written.
    pub window: Option<[Day; 2]>,
    /// All days of a list.
    pub days: Vec<Day>,
    /// What a person should check.
    pub doubts: Vec<String>,
}

impl Almanac {
    /// The days a found date stands for.
    pub fn resolve(&self, found: &Found, words: &str) -> Resolved {
        let mut out = Resolved::default();
        let Some([first, last]) = self.stretch(found.to, words, &mut out.doubts) else {
            return out;
        };
        out.due = Some(last);
        let start = found
            .from
            .and_then(|from| self.stretch(from, words, &mut Vec::new()));
        if let Some([mut begin, _]) = start {
            if begin > last {
                begin = begin.plus_months(-12);
                out.doubts.push(format!("“{words}”起止先后不明"));
            }
            out.window = Some([begin, last]);
        } else if first < last {
            out.window = Some([first, last]);
        }
        for point in &found.several {
            out.days
                .extend(self.stretch(*point, words, &mut out.doubts).map(|s| s[1]));
        }
        if !out.days.is_empty() {
            out.days.push(last);
        }
        self.check(found, last, words, &mut out.doubts);
        out
    }

    fn check(&self, found: &Found, due: Day, words: &str, doubts: &mut Vec<String>) {
        if let Some(weekday) = found.weekday
            && weekday != due.weekday()
        {
            doubts.push(format!(
                "“{words}”:{}是{},与所写星期不符",
                due.chinese(),
                due.weekday_chinese()
            ));
        }
        let before = self.signature.is_some_and(|signed| due < signed);
        let covered = self.period.is_some_and(|p| p[0] <= due && due <= p[1]);
        if before && !covered {
            doubts.push(format!("“{words}”早于成文日期,请核对"));
        }
        let own_year = matches!(
            found.to,
            Point::Day(Year::Known(_), ..)
                | Point::Month(Year::Known(_), _)
                | Point::MonthEnd(Year::Known(_), _)
        );
        doubts.extend(self.year_doubt.filter(|_| !own_year).map(str::to_owned));
    }

    /// First and last day of a point; `None`, with a doubt, when it has no day.
    fn stretch(&self, point: Point, words: &str, doubts: &mut Vec<String>) -> Option<[Day; 2]> {
        let no_month = || format!("“{words}”没有写明月份");
        let one = |day: Day| Some([day, day]);
        match point {
            Point::Day(year, month, day) => {
                let (said, month) = self.month_of(year, month, doubts, no_month)?;
                let year = self.year_of(said, month, words, doubts)?;
                let found = Day::new(year, month, day);
                if found.is_none() {
                    doubts.push(format!("“{words}”:{year}年{month}月没有{day}日"));
                }
                one(found?)
            }
            Point::Third(year, month, third) => {
                let (said, month) = self.month_of(year, month, doubts, no_month)?;
                let first = Day::new(self.year_of(said, month, words, doubts)?, month, 1)?;
                Some(match third {
                    1 => [first, first.plus_days(9)],
                    2 => [first.plus_days(10), first.plus_days(19)],
                    4 => [first.plus_days(10), first.last_of_month()],
                    5 => [first, first.plus_days(19)],
                    _ => [first.plus_days(20), first.last_of_month()],
                })
            }
            Point::MonthEnd(year, month) => {
                let (said, month) = self.month_of(year, month, doubts, no_month)?;
                one(Day::new(self.year_of(said, month, words, doubts)?, month, 1)?.last_of_month())
            }
            Point::Month(year, month) => {
                let first = Day::new(self.year_of(year, month, words, doubts)?, month, 1)?;
                Some([first, first.last_of_month()])
            }
            Point::Quarter(year, quarter) => {
                let first = Day::new(self.plain_year(year, words, doubts)?, quarter * 3 - 2, 1)?;
                Some([first, first.plus_months(2).last_of_month()])
            }
            Point::Half(year, half) => {
                let first = Day::new(self.plain_year(year, words, doubts)?, half * 6 - 5, 1)?;
                Some([first, first.plus_months(5).last_of_month()])
            }
            Point::YearEnd(year) => one(Day::new(self.plain_year(year, words, doubts)?, 12, 31)?),
            Point::Festival(year, festival) => {
                let base = self.plain_year(year, words, doubts)?;
                let day = festival.in_year(base);
                let year =
                    day.map_or(Some(base), |d| self.year_of(year, d.month(), words, doubts))?;
                let day = festival.in_year(year);
                if day.is_none() {
                    doubts.push(format!("“{words}”在{year}年是哪一天,请核对"));
                }
                one(day?)
            }
            Point::Week(..) | Point::MonthOffset(..) => self.near_signature(point, words, doubts),
            Point::Unclear => {
                doubts.push(format!("“{words}”不能换算成具体日期"));
                None
            }
        }
    }

    /// 本周五, 下月: counted from the signature.
    fn near_signature(
        &self,
        point: Point,
        words: &str,
        doubts: &mut Vec<String>,
    ) -> Option<[Day; 2]> {
        let signed = self.signature;
        doubts.push(match signed {
            Some(day) => format!("“{words}”按成文日期{}推算", day.short()),
            None => format!("“{words}”不能换算成具体日期"),
        });
        let signed = signed?;
        Some(match point {
            Point::Week(weeks, weekday) => {
                let monday = signed.plus_days(1 - i32::from(signed.weekday()));
                let day = monday.plus_days(i32::from(weeks) * 7 + i32::from(weekday) - 1);
                [day, day]
            }
            Point::MonthOffset(months, day) => {
                let first = signed.first_of_month().plus_months(i32::from(months));
                match Day::new(first.year(), first.month(), day) {
                    Some(day) => [day, day],
                    None => [first, first.last_of_month()],
                }
            }
            _ => [signed, signed],
        })
    }

    /// The month, from the heading of a monthly plan or the signature when it is not written.
    fn month_of(
        &self,
        year: Year,
        month: Option<i8>,
        doubts: &mut Vec<String>,
        no_month: impl Fn() -> String,
    ) -> Option<(Year, i8)> {
        if let Some(month) = month {
            return Some((year, month));
        }
        if let Some((y, m)) = self.month {
            return Some((y.map_or(year, Year::Known), m));
        }
        let single = self
            .period
            .filter(|p| p[0].year() == p[1].year() && p[0].month() == p[1].month());
        let month = single.map(|p| p[0]).or(self.signature).map(Day::month);
        doubts.push(match month {
            Some(m) => format!("{},按{m}月理解", no_month()),
            None => no_month(),
        });
        Some((year, month?))
    }

    fn plain_year(&self, year: Year, words: &str, doubts: &mut Vec<String>) -> Option<i16> {
        let year = match year {
            Year::Known(y) => Some(y),
            Year::Masked => None,
            Year::Offset(n) => self.signature.map(Day::year).or(self.year).map(|y| y + n),
            Year::Unsaid => self.year,
        };
        if year.is_none() {
            doubts.push(format!("年份不明,“{words}”无法确定日期"));
        }
        year
    }

    /// The year of a month: inside the period if it has that month, else the signature's, else the
    /// next one when the month lies well before the signature's.
    fn year_of(&self, said: Year, month: i8, words: &str, doubts: &mut Vec<String>) -> Option<i16> {
        if said != Year::Unsaid {
            return self.plain_year(said, words, doubts);
        }
        if let Some([from, to]) = self.period {
            let covered = (from.year()..=to.year()).find(|y| {
                Day::new(*y, month, 1)
                    .is_some_and(|first| first <= to && first.last_of_month() >= from)
            });
            if covered.is_some() {
                return covered;
            }
        }
        let year = self.plain_year(said, words, doubts)?;
        let signed = self.signature.filter(|s| s.year() == year);
        let earlier = signed.map_or(0, |s| s.month() - month);
        if earlier >= 3 {
            if earlier < 6 {
                doubts.push(format!("“{words}”早于成文月份,按次年理解"));
            }
            return Some(year + 1);
        }
        Some(year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dates::find;

    fn almanac(signature: &str) -> Almanac {
        let day: Day = signature.parse().unwrap();
        Almanac {
            year: Some(day.year()),
            signature: Some(day),
            ..Almanac::default()
        }
    }

    fn due(almanac: &Almanac, text: &str) -> (String, usize) {
        let found = find(text, &[]);
        let r = almanac.resolve(&found[0], text);
        (
            r.due.map(|d| d.to_string()).unwrap_or_default(),
            r.doubts.len(),
        )
    }

    #[test]
    fn words_become_days() {
        let a = almanac("2024-03-05");
        let cases = [
            ("3月底前", "2024-03-31"),
            ("4月上旬", "2024-04-10"),
            ("4月中旬", "2024-04-20"),
            ("2月下旬", "2024-02-29"),
            ("“七一”前后", "2024-07-01"),
            ("年底前", "2024-12-31"),
            ("二季度", "2024-06-30"),
            ("3月10日至4月15日", "2024-04-15"),
            ("今年12月", "2024-12-31"),
        ];
        for (text, day) in cases {
            assert_eq!(due(&a, text).0, day, "{text}");
        }
    }

    #[test]
    fn a_month_well_before_the_signature_is_next_year_s() {
        assert_eq!(
            due(&almanac("2023-11-20"), "1月15日前"),
            ("2024-01-15".to_owned(), 0)
        );
        assert_eq!(due(&almanac("2023-11-20"), "12月15日前").0, "2023-12-15");
        assert_eq!(
            due(&almanac("2023-11-20"), "10月15日前"),
            ("2023-10-15".to_owned(), 1)
        );
    }

    #[test]
    fn nothing_is_guessed_in_silence() {
        assert_eq!(due(&Almanac::default(), "3月底前"), (String::new(), 1));
        assert_eq!(
            due(&almanac("2023-03-01"), "202X年3月底前"),
            (String::new(), 1)
        );
        assert_eq!(due(&almanac("2023-03-01"), "4月31日前"), (String::new(), 1));
        assert_eq!(due(&almanac("2023-03-01"), "3月15日(星期五)前").1, 1);
        assert_eq!(
            due(&almanac("2023-03-01"), "25日前"),
            ("2023-03-25".to_owned(), 1)
        );
    }
}
