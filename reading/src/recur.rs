//! 周期: how often something is to be done, and on which days of a period that falls.

use crate::dates::{Found, Point, Year, find};
use crate::numerals::number;
use crate::pattern::Pattern;
use kernel::Day;
use std::ops::Range;

/// A cadence found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cadence {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// Code as the reading conventions list it.
    pub code: String,
    /// What a person should check.
    pub doubt: Option<String>,
    /// A day of the year for yearly ones: `每年12月底前`.
    pub yearly: Option<Found>,
}

macro_rules! n {
    () => {
        r"(\d{1,2}|二?十[一二三四五六七八九]?|三十|[一二两三四五六七八九])"
    };
}
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

static QUARTER_WEEK: Pattern = Pattern::new(concat!(
    r"每个?季度?的?(?:第一个月|首月)的?第",
    n!(),
    r"个?(?:周的?|星期的?)?(?:周|星期)([一二三四五六日天])"
));
static QUARTER_DAY: Pattern = Pattern::new(concat!(
    r"每个?季度?的?(?:第一个月|首月|首个月)的?",
    n!(),
    r"[日号](?:(?:之|以)?前)?"
));
static QUARTER_OTHER: Pattern = Pattern::new(
    r"(?:每个?季度?|季度)的?(?:最后一个月|末月|第[二三]个月)的?\d{0,2}[日号]?(?:底|末)?(?:(?:之|以)?前)?",
);
static MONTH_WEEK: Pattern = Pattern::new(concat!(
    r"每个?月的?第",
    n!(),
    r"个?(?:周的?|星期的?)?(?:周|星期)([一二三四五六日天])"
));
static MONTH_DAY: Pattern = Pattern::new(concat!(
    r"每个?月的?(?:\d{1,2}[日号]?(?:至|到|—|-|~))?",
    n!(),
    r"[日号](?:(?:之|以)?前)?"
));
static LAST_DAY: Pattern = Pattern::new(
    r"每个?月的?(?:最后一个|最末一个|最后1个|末尾)(?:工作日|天|日|周[一二三四五六日])(?:(?:之|以)?前)?",
);
static EVENT: Pattern = Pattern::new(concat!(
    r"(?:会议?(?:召开)?|活动(?:开展)?|召开|举办|开展|大会|换届(?:选举)?|到期|届满)(?:之|以)?前(?:至少)?",
    n!(),
    r"个?(工作日|日|天|周)|提前",
    n!(),
    r"个?(工作日|日|天|周)"
));
static YEAR_DATE: Pattern = Pattern::new(r"每年(?:的)?");
static PLAIN: [(Pattern, &str); 10] = [
    (
        Pattern::new(r"每(?:两|2|二|半|三)个?(?:月|周|星期)|每隔一?个?[月周]|双月|隔周"),
        "periodic-unspecified",
    ),
    (
        Pattern::new(r"每个?月(?:月?[底末](?:前)?)?|按月|逐月|月月|一月一|一个月一次"),
        "monthly",
    ),
    (Pattern::new(r"每半年|半年一次|每年上下半年"), "half-yearly"),
    (
        Pattern::new(r"每个?季度?(?:末|底)?(?:前)?|按季度?|逐季度?|一季一"),
        "quarterly",
    ),
    (Pattern::new(r"每个?学期|学期一次"), "semester"),
    (Pattern::new(r"每年度?|按年度?|一年一|逐年"), "yearly"),
    (
        Pattern::new(r"每周[一二三四五六日天]?|每个?星期|按周|一周一"),
        "weekly",
    ),
    (Pattern::new(r"每天|每日|日报告|按日|逐日"), "daily"),
    (Pattern::new(r"不定期"), "irregular"),
    (Pattern::new(r"定期"), "periodic-unspecified"),
];

fn two_digits(text: &str) -> Option<u64> {
    number(text).filter(|n| (1..=31).contains(n))
}

fn day_code(text: &str) -> &'static str {
    let index = "一二三四五六日"
        .chars()
        .position(|c| text.starts_with(c))
        .unwrap_or(6);
    DAYS[index]
}

/// Every cadence of the text, in order, without overlap.
pub fn cadences(text: &str) -> Vec<Cadence> {
    let mut out: Vec<Cadence> = Vec::new();
    let mut add =
        |range: Range<usize>, code: String, doubt: Option<String>, yearly: Option<Found>| {
            if !out
                .iter()
                .any(|c| c.range.start < range.end && range.start < c.range.end)
            {
                out.push(Cadence {
                    range,
                    code,
                    doubt,
                    yearly,
                });
            }
        };
    for (pattern, prefix) in [
        (&QUARTER_WEEK, "quarterly-first-month"),
        (&MONTH_WEEK, "monthly"),
    ] {
        for c in pattern.captures_all(text) {
            if let (Some(whole), Some(week)) = (c.get(0), two_digits(&c[1])) {
                add(
                    whole.range(),
                    format!("{prefix}-week{week}-{}", day_code(&c[2])),
                    None,
                    None,
                );
            }
        }
    }
    for (pattern, prefix) in [
        (&QUARTER_DAY, "quarterly-first-month"),
        (&MONTH_DAY, "monthly"),
    ] {
        for c in pattern.captures_all(text) {
            if let (Some(whole), Some(day)) = (c.get(0), two_digits(&c[1])) {
                add(whole.range(), format!("{prefix}-by-{day:02}"), None, None);
            }
        }
    }
    for m in QUARTER_OTHER.find_all(text) {
        add(
            m.range(),
            "quarterly".to_owned(),
            Some(format!("“{}”的具体日期请核对", m.as_str())),
            None,
        );
    }
    for m in LAST_DAY.find_all(text) {
        let doubt = format!("“{}”按月底计,请核对", m.as_str());
        add(m.range(), "monthly".to_owned(), Some(doubt), None);
    }
    for c in EVENT.captures_all(text) {
        let (count, unit) = (c.get(1).or(c.get(3)), c.get(2).or(c.get(4)));
        let (Some(whole), Some(count), Some(unit)) =
            (c.get(0), count.and_then(|n| number(n.as_str())), unit)
        else {
            continue;
        };
        let days = if unit.as_str() == "周" {
            count * 7
        } else {
            count
        };
        let doubt = (unit.as_str() == "工作日").then(|| format!("“{}”以工作日计", whole.as_str()));
        add(whole.range(), format!("event-{days}d-before"), doubt, None);
    }
    for m in YEAR_DATE.find_all(text) {
        let rest = &text[m.end()..];
        if let Some(found) = find(rest, &[])
            .into_iter()
            .next()
            .filter(|f| f.range.start == 0)
        {
            let range = m.start()..m.end() + found.range.end;
            add(range, "yearly".to_owned(), None, Some(found));
        }
    }
    for (pattern, code) in &PLAIN {
        for m in pattern.find_all(text) {
            let odd = *code == "periodic-unspecified" && m.as_str() != "定期";
            let doubt = odd.then(|| format!("“{}”的周期请核对", m.as_str()));
            add(m.range(), (*code).to_owned(), doubt, None);
        }
    }
    out.sort_by_key(|c| c.range.start);
    out
}

/// The days of a cadence inside a period, at most 60.
pub fn instances(code: &str, [from, to]: [Day; 2]) -> Vec<Day> {
    let mut days = Vec::new();
    let mut month = from.first_of_month();
    while month <= to && days.len() < 60 {
        days.extend(in_month(code, month));
        month = month.plus_months(1);
    }
    days.retain(|day| from <= *day && *day <= to);
    days.truncate(60);
    days
}

fn in_month(code: &str, month: Day) -> Vec<Day> {
    let end = month.last_of_month();
    let first_of_quarter = month.month() % 3 == 1;
    let by = |day: &str| {
        day.parse()
            .ok()
            .map(|d: i8| Day::new(month.year(), month.month(), d).unwrap_or(end))
    };
    if let Some(rest) = code.strip_prefix("quarterly-first-month-") {
        return if first_of_quarter {
            in_month(&format!("monthly-{rest}"), month)
        } else {
            Vec::new()
        };
    }
    if let Some(day) = code.strip_prefix("monthly-by-") {
        return by(day).into_iter().collect();
    }
    if let Some((week, day)) = code
        .strip_prefix("monthly-week")
        .and_then(|rest| rest.split_once('-'))
    {
        return nth_weekday(month, week, day).into_iter().collect();
    }
    let ends = |at: bool| if at { vec![end] } else { Vec::new() };
    match code {
        "monthly" => ends(true),
        "quarterly" => ends(month.month() % 3 == 0),
        "half-yearly" => ends(month.month() % 6 == 0),
        "yearly" => ends(month.month() == 12),
        "weekly" => (0..end.day())
            .map(|n| month.plus_days(i32::from(n)))
            .filter(|d| d.weekday() == 7)
            .collect(),
        _ => Vec::new(),
    }
}

fn nth_weekday(month: Day, week: &str, day: &str) -> Option<Day> {
    let week: i32 = week.parse().ok()?;
    let weekday = DAYS.iter().position(|d| *d == day)? as i32 + 1;
    let ahead = (weekday - i32::from(month.weekday())).rem_euclid(7);
    Some(month.plus_days(ahead + (week - 1) * 7)).filter(|d| d.month() == month.month())
}

impl Cadence {
    /// The days inside the period, with the yearly day when one is written.
    pub fn instances(&self, period: [Day; 2]) -> Vec<Day> {
        let Some(found) = &self.yearly else {
            return instances(&self.code, period);
        };
        (period[0].year()..=period[1].year())
            .filter_map(|year| yearly_day(found, year))
            .filter(|d| period[0] <= *d && *d <= period[1])
            .collect()
    }
}

fn yearly_day(found: &Found, year: i16) -> Option<Day> {
    let almanac = crate::almanac::Almanac {
        year: Some(year),
        ..Default::default()
    };
    let unsaid = |p: &Point| !matches!(p, Point::Day(Year::Known(_), ..));
    if unsaid(&found.to) {
        almanac.resolve(found, "").due
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cadences_have_their_codes() {
        let cases = [
            ("每季度第一个月5日前上报", "quarterly-first-month-by-05"),
            ("会前3日上报", "event-3d-before"),
            ("每月25日前完成", "monthly-by-25"),
            ("每月第二周的周三开展", "monthly-week2-wed"),
            ("每季度首月第一周星期五", "quarterly-first-month-week1-fri"),
            ("每季度召开1次", "quarterly"),
            ("支委会每月召开", "monthly"),
            ("不定期开展抽查", "irregular"),
            ("定期研究", "periodic-unspecified"),
            ("每学期不少于2次", "semester"),
            ("每半年报告一次", "half-yearly"),
            ("每周报送", "weekly"),
            ("每年12月底前述职", "yearly"),
            ("提前5天报备", "event-5d-before"),
        ];
        for (text, code) in cases {
            let codes: Vec<String> = cadences(text).into_iter().map(|c| c.code).collect();
            assert_eq!(codes, [code], "{text}");
        }
    }

    #[test]
    fn instances_lie_in_the_period() {
        let period = ["2023-03-01", "2023-04-30"].map(|d| d.parse().unwrap());
        let days = |code: &str| {
            instances(code, period)
                .iter()
                .map(Day::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(days("monthly-by-25"), ["2023-03-25", "2023-04-25"]);
        assert_eq!(days("quarterly-first-month-by-05"), ["2023-04-05"]);
        assert_eq!(days("quarterly"), ["2023-03-31"]);
        assert_eq!(days("monthly-week2-wed"), ["2023-03-08", "2023-04-12"]);
        assert!(days("event-3d-before").is_empty());
    }
}
