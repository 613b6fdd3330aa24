//! 工作日与期限: the working-day calendar and the conventions of every deadline (RULES T-01 to
//! T-08, T-12).

use kernel::{Day, Source};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const NATIONAL: &str = include_str!("../../packs/calendar.toml");

/// 工作日历: which days are worked. A year without a table counts Monday to Friday and everything
/// counted in it is provisional (T-06).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkingCalendar {
    years: BTreeMap<i16, YearTable>,
}

/// 一年的节假日安排
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearTable {
    /// The year it settles.
    pub year: i16,
    /// 放假: days off that may fall on weekdays.
    pub off: BTreeSet<Day>,
    /// 调休上班: weekend days that are worked.
    pub work: BTreeSet<Day>,
    /// The notice it rests on.
    pub source: Source,
}

/// 日历有误: why a calendar's text was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The text is no TOML of the expected shape.
    #[error("日历文件无法读取：{0}")]
    Unreadable(String),
    /// A range ends before it begins.
    #[error("{0} 年的放假区间 {1} 至 {2} 前后颠倒")]
    Backwards(i16, Day, Day),
    /// A day stands in the table of another year.
    #[error("{0} 年的日历里出现了 {1}")]
    OtherYear(i16, Day),
    /// A day is both off and worked.
    #[error("{0} 既列为放假又列为上班")]
    Both(Day),
    /// Two tables for one year.
    #[error("{0} 年有两张日历")]
    Twice(i16),
}

/// 天数: a number of working days and whether it rests on a published table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Working days.
    pub days: u32,
    /// 暂定: a year without a table was touched.
    pub provisional: bool,
}

/// 到期日: a day found by counting and whether it rests on a published table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The day.
    pub day: Day,
    /// 暂定: a year without a table was touched.
    pub provisional: bool,
}

/// 公示期计算方式 (T-08, setting `dev.publicity_count`)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicityCount {
    /// 含首日: the first day counts if it is worked.
    #[default]
    Inclusive,
    /// 次日起算: counting starts the day after.
    Strict,
}

#[derive(Deserialize)]
struct CalendarText {
    year: Vec<YearText>,
}

#[derive(Deserialize)]
struct YearText {
    year: i16,
    document: String,
    #[serde(default)]
    article: String,
    #[serde(default)]
    off: Vec<(Day, Day)>,
    #[serde(default)]
    work: Vec<Day>,
}

impl TryFrom<YearText> for YearTable {
    type Error = CalendarError;

    fn try_from(text: YearText) -> Result<Self, CalendarError> {
        let mut off = BTreeSet::new();
        for (from, to) in text.off {
            if to < from {
                return Err(CalendarError::Backwards(text.year, from, to));
            }
            if let Some(stray) = [from, to].into_iter().find(|d| d.year() != text.year) {
                return Err(CalendarError::OtherYear(text.year, stray));
            }
            off.extend((0..=from.days_until(to)).map(|n| from.plus_days(n)));
        }
        let work: BTreeSet<Day> = text.work.into_iter().collect();
        if let Some(stray) = work.iter().find(|d| d.year() != text.year) {
            return Err(CalendarError::OtherYear(text.year, *stray));
        }
        if let Some(both) = work.intersection(&off).next() {
            return Err(CalendarError::Both(*both));
        }
        let source = Source {
            document: text.document.into(),
            article: text.article.into(),
        };
        Ok(YearTable {
            year: text.year,
            off,
            work,
            source,
        })
    }
}

impl WorkingCalendar {
    /// 国家日历: the tables shipped in `packs/calendar.toml`.
    pub fn national() -> WorkingCalendar {
        // A test holds that the shipped text is sound; without it every year is provisional.
        WorkingCalendar::from_toml(NATIONAL).unwrap_or_default()
    }

    /// A calendar from the text of a pack: `[[year]]` tables with `off` ranges and `work` days.
    pub fn from_toml(text: &str) -> Result<WorkingCalendar, CalendarError> {
        let read: CalendarText =
            toml::from_str(text).map_err(|e| CalendarError::Unreadable(e.message().to_owned()))?;
        let mut years = BTreeMap::new();
        for year in read.year {
            let table = YearTable::try_from(year)?;
            let year = table.year;
            if years.insert(year, table).is_some() {
                return Err(CalendarError::Twice(year));
            }
        }
        Ok(WorkingCalendar { years })
    }

    /// The same calendar with one year's table put in or replaced.
    pub fn with_year(mut self, table: YearTable) -> WorkingCalendar {
        self.years.insert(table.year, table);
        self
    }

    /// The table of a year, if there is one.
    pub fn year(&self, year: i16) -> Option<&YearTable> {
        self.years.get(&year)
    }

    /// 暂定: whether the year has no table yet.
    pub fn is_provisional(&self, year: i16) -> bool {
        !self.years.contains_key(&year)
    }

    /// 是否工作日
    pub fn is_workday(&self, day: Day) -> bool {
        let weekday = day.weekday() <= 5;
        match self.years.get(&day.year()) {
            Some(table) => table.work.contains(&day) || (weekday && !table.off.contains(&day)),
            None => weekday,
        }
    }

    /// 区间内的工作日数: both ends included; 0 when `to` lies before `from`.
    pub fn workdays(&self, from: Day, to: Day) -> Counted {
        let mut counted = Counted {
            days: 0,
            provisional: self.is_provisional(from.year()),
        };
        for n in 0..=from.days_until(to) {
            let day = from.plus_days(n);
            counted.days += u32::from(self.is_workday(day));
            counted.provisional |= self.is_provisional(day.year());
        }
        counted
    }

    /// 之后第 n 个工作日: the day itself is not counted (T-02); 0 gives the day back.
    pub fn add_workdays(&self, day: Day, n: u32) -> Reached {
        let mut reached = Reached {
            day,
            provisional: self.is_provisional(day.year()),
        };
        let mut left = n;
        while left > 0 {
            let next = reached.day.plus_days(1);
            if next == reached.day {
                break; // the calendar's last day
            }
            reached.day = next;
            reached.provisional |= self.is_provisional(next.year());
            left -= u32::from(self.is_workday(next));
        }
        reached
    }

    /// 遇休息日顺延: the day itself if worked, else the next that is (T-03, off unless a rule asks).
    pub fn roll(&self, day: Day) -> Reached {
        let provisional = self.is_provisional(day.year());
        if self.is_workday(day) {
            Reached { day, provisional }
        } else {
            self.add_workdays(day, 1)
        }
    }

    /// 公示截止日: the first day on which a notice put up on `start` has stood `n` working days
    /// (T-08).
    pub fn publicity_end(&self, start: Day, n: u32, count: PublicityCount) -> Reached {
        let first_counts = count == PublicityCount::Inclusive && self.is_workday(start);
        self.add_workdays(start, n.saturating_sub(u32::from(first_counts)))
    }

    /// 公示是否满 n 个工作日: whether a notice that stood from `start` to `end` stood long enough
    /// (T-08).
    pub fn publicity_satisfied(&self, start: Day, end: Day, n: u32, count: PublicityCount) -> bool {
        let from = if count == PublicityCount::Strict {
            start.plus_days(1)
        } else {
            start
        };
        self.workdays(from, end).days >= n
    }
}

/// n 个月之后: same day-number, or the month's last day where it has none (T-01).
pub fn months_after(day: Day, n: i32) -> Day {
    day.plus_months(n)
}

/// n 年之后: as [`months_after`], never 365 days (T-01).
pub fn years_after(day: Day, n: i32) -> Day {
    day.plus_months(n.saturating_mul(12))
}

/// n 日之内的最后一天: the day of the event is not counted, the last day is in (T-02).
pub fn days_after(event: Day, n: i32) -> Day {
    event.plus_days(n)
}

/// 是否按期: done on the deadline day is in time (T-02).
pub fn in_time(done: Day, due: Day) -> bool {
    done <= due
}

/// 界限: how a limit is worded (T-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// 以上: the number included.
    AtLeast,
    /// 以下、以内: the number included.
    AtMost,
    /// 超过: the number excluded.
    MoreThan,
    /// 不足、不满: the number excluded.
    LessThan,
}

impl Limit {
    /// Whether `value` keeps to `limit`.
    pub fn holds(self, value: i64, limit: i64) -> bool {
        match self {
            Limit::AtLeast => value >= limit,
            Limit::AtMost => value <= limit,
            Limit::MoreThan => value > limit,
            Limit::LessThan => value < limit,
        }
    }
}

/// 旬: a third of a month as task sheets name it (T-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Third {
    /// 上旬: to the 10th.
    Early,
    /// 中旬: the 11th to the 20th.
    Middle,
    /// 下旬、底: to the last day.
    Late,
}

impl Third {
    /// The deadline it sets in the month of `any_day`.
    pub fn due(self, any_day: Day) -> Day {
        let first = any_day.first_of_month();
        match self {
            Third::Early => first.plus_days(9),
            Third::Middle => first.plus_days(19),
            Third::Late => first.last_of_month(),
        }
    }
}
