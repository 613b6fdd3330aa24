//! The codes of cadences and their Chinese.

use super::Cadence;

const WEEKDAYS: [(&str, &str); 7] = [
    ("mon", "周一"),
    ("tue", "周二"),
    ("wed", "周三"),
    ("thu", "周四"),
    ("fri", "周五"),
    ("sat", "周六"),
    ("sun", "周日"),
];

pub(super) fn parse(text: &str) -> Option<Cadence> {
    let plain = match text {
        "monthly" => Some(Cadence::Monthly { by_day: None }),
        "quarterly" => Some(Cadence::Quarterly {
            first_month_by_day: None,
        }),
        "half-yearly" => Some(Cadence::HalfYearly),
        "yearly" => Some(Cadence::Yearly { month: 12, day: 31 }),
        "semester" => Some(Cadence::Semester),
        "weekly" => Some(Cadence::Weekly { weekday: 7 }),
        "daily" => Some(Cadence::Daily),
        "periodic-unspecified" => Some(Cadence::Periodic),
        "irregular" => Some(Cadence::Irregular),
        _ => None,
    };
    plain.or_else(|| parse_dated(text))
}

fn parse_dated(text: &str) -> Option<Cadence> {
    if let Some(day) = text.strip_prefix("monthly-by-") {
        return Some(Cadence::Monthly {
            by_day: Some(number(day, 31)?),
        });
    }
    if let Some(day) = text.strip_prefix("quarterly-first-month-by-") {
        return Some(Cadence::Quarterly {
            first_month_by_day: Some(number(day, 31)?),
        });
    }
    if let Some(rest) = text.strip_prefix("quarterly-first-month-week") {
        let (week, weekday) = week_and_day(rest)?;
        return Some(Cadence::QuarterlyWeekday { week, weekday });
    }
    if let Some(rest) = text.strip_prefix("monthly-week") {
        let (week, weekday) = week_and_day(rest)?;
        return Some(Cadence::MonthlyWeekday { week, weekday });
    }
    if let Some(date) = text.strip_prefix("yearly-by-") {
        let (month, day) = date.split_once('-')?;
        return Some(Cadence::Yearly {
            month: number(month, 12)?,
            day: number(day, 31)?,
        });
    }
    if let Some(day) = text.strip_prefix("weekly-") {
        return Some(Cadence::Weekly {
            weekday: weekday_number(day)?,
        });
    }
    let days = text.strip_prefix("event-")?.strip_suffix("d-before")?;
    digits(days)
        .then(|| days.parse().ok())
        .flatten()
        .map(|days_before| Cadence::EventRelative { days_before })
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn number(text: &str, most: u8) -> Option<u8> {
    let n = if digits(text) {
        text.parse().ok()?
    } else {
        return None;
    };
    (1..=most).contains(&n).then_some(n)
}

fn week_and_day(text: &str) -> Option<(u8, u8)> {
    let (week, day) = text.split_once('-')?;
    Some((number(week, 5)?, weekday_number(day)?))
}

fn weekday_number(text: &str) -> Option<u8> {
    (1u8..)
        .zip(WEEKDAYS)
        .find(|(_, (code, _))| *code == text)
        .map(|(n, _)| n)
}

fn weekday(n: u8) -> (&'static str, &'static str) {
    WEEKDAYS[usize::from(n.clamp(1, 7) - 1)]
}

pub(super) fn write(cadence: Cadence) -> Option<String> {
    Some(match cadence {
        Cadence::Once { .. } => return None,
        Cadence::Monthly { by_day: None } => "monthly".to_owned(),
        Cadence::Monthly { by_day: Some(day) } => format!("monthly-by-{day:02}"),
        Cadence::MonthlyWeekday { week, weekday: day } => {
            format!("monthly-week{week}-{}", weekday(day).0)
        }
        Cadence::Quarterly {
            first_month_by_day: None,
        } => "quarterly".to_owned(),
        Cadence::Quarterly {
            first_month_by_day: Some(day),
        } => format!("quarterly-first-month-by-{day:02}"),
        Cadence::QuarterlyWeekday { week, weekday: day } => {
            format!("quarterly-first-month-week{week}-{}", weekday(day).0)
        }
        Cadence::HalfYearly => "half-yearly".to_owned(),
        Cadence::Yearly { month: 12, day: 31 } => "yearly".to_owned(),
        Cadence::Yearly { month, day } => format!("yearly-by-{month:02}-{day:02}"),
        Cadence::Semester => "semester".to_owned(),
        Cadence::Weekly { weekday: 7 } => "weekly".to_owned(),
        Cadence::Weekly { weekday: day } => format!("weekly-{}", weekday(day).0),
        Cadence::Daily => "daily".to_owned(),
        Cadence::EventRelative { days_before } => format!("event-{days_before}d-before"),
        Cadence::Periodic => "periodic-unspecified".to_owned(),
        Cadence::Irregular => "irregular".to_owned(),
    })
}

pub(super) fn chinese(cadence: Cadence) -> String {
    match cadence {
        Cadence::Once { due } => format!("{}前", due.chinese()),
        Cadence::Monthly { by_day: None } => "每月".to_owned(),
        Cadence::Monthly { by_day: Some(day) } => format!("每月{day}日前"),
        Cadence::MonthlyWeekday { week, weekday: day } => {
            format!("每月第{week}个{}", weekday(day).1)
        }
        Cadence::Quarterly {
            first_month_by_day: None,
        } => "每季度".to_owned(),
        Cadence::Quarterly {
            first_month_by_day: Some(day),
        } => format!("每季度第一个月{day}日前"),
        Cadence::QuarterlyWeekday { week, weekday: day } => {
            format!("每季度第一个月第{week}个{}", weekday(day).1)
        }
        Cadence::HalfYearly => "每半年".to_owned(),
        Cadence::Yearly { month: 12, day: 31 } => "每年".to_owned(),
        Cadence::Yearly { month, day } => format!("每年{month}月{day}日前"),
        Cadence::Semester => "每学期".to_owned(),
        Cadence::Weekly { weekday: 7 } => "每周".to_owned(),
        Cadence::Weekly { weekday: day } => format!("每{}", weekday(day).1),
        Cadence::Daily => "每日".to_owned(),
        Cadence::EventRelative { days_before } => format!("活动前{days_before}日"),
        Cadence::Periodic => "定期".to_owned(),
        Cadence::Irregular => "不定期".to_owned(),
    }
}
