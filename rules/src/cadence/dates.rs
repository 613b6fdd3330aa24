//! The days on which cadences fall.

use super::{Cadence, Instance};
use kernel::{Day, Period};

pub(super) fn instances(cadence: Cadence, within: Period) -> Vec<Instance> {
    match cadence {
        Cadence::Once { due } => vec![once(within, due)],
        Cadence::Periodic | Cadence::Irregular => vec![once(within, within.to)],
        Cadence::EventRelative { .. } => Vec::new(),
        Cadence::Daily => each(within, within.from, |day| day.plus_days(1), daily),
        Cadence::Weekly { weekday } => {
            let monday = within.from.plus_days(1 - i32::from(within.from.weekday()));
            each(
                within,
                monday,
                |day| day.plus_days(7),
                |day| weekly(day, weekday),
            )
        }
        other => {
            let (months, start) = grid(other, within.from);
            each(
                within,
                start,
                |day| day.plus_months(months),
                |first| by_months(other, first, months),
            )
        }
    }
}

/// How many months a cadence's period takes, and the first day of the period before or around
/// `day`. Deadlines never lie outside their period, so nothing earlier can fall due.
fn grid(cadence: Cadence, day: Day) -> (i32, Day) {
    let (months, offset) = match cadence {
        Cadence::Quarterly { .. } | Cadence::QuarterlyWeekday { .. } => (3, 0),
        Cadence::HalfYearly => (6, 0),
        Cadence::Semester => (6, 1),
        Cadence::Yearly { .. } => (12, 0),
        _ => (1, 0),
    };
    let back = (i32::from(day.month()) - 1 - offset).rem_euclid(months);
    (months, day.first_of_month().plus_months(-back))
}

fn each(
    within: Period,
    start: Day,
    next: impl Fn(Day) -> Day,
    instance: impl Fn(Day) -> Option<Instance>,
) -> Vec<Instance> {
    let mut found = Vec::new();
    let mut first = start;
    while first <= within.to {
        found.extend(instance(first).filter(|i| within.contains(i.due)));
        let following = next(first);
        if following <= first {
            break; // the calendar's end
        }
        first = following;
    }
    found
}

fn once(within: Period, due: Day) -> Instance {
    let period = Period {
        from: within.from.min(due),
        to: due,
    };
    Instance {
        key: "once".to_owned(),
        period,
        due,
    }
}

fn daily(day: Day) -> Option<Instance> {
    Some(Instance {
        key: day.to_string(),
        period: Period::new(day, day)?,
        due: day,
    })
}

fn weekly(monday: Day, weekday: u8) -> Option<Instance> {
    let thursday = monday.plus_days(3);
    let year = thursday.year();
    let week = Day::new(year, 1, 1)?.days_until(thursday) / 7 + 1;
    Some(Instance {
        key: format!("{year}-W{week:02}"),
        period: Period::new(monday, monday.plus_days(6))?,
        due: monday.plus_days(i32::from(weekday.clamp(1, 7)) - 1),
    })
}

fn by_months(cadence: Cadence, first: Day, months: i32) -> Option<Instance> {
    let last = first.plus_months(months - 1).last_of_month();
    let due = match cadence {
        Cadence::Monthly { by_day: Some(day) } => day_of_month(first, day),
        Cadence::Quarterly {
            first_month_by_day: Some(day),
        } => day_of_month(first, day),
        Cadence::MonthlyWeekday { week, weekday } | Cadence::QuarterlyWeekday { week, weekday } => {
            weekday_of_month(first, week, weekday)
        }
        Cadence::Yearly { month, day } => {
            day_of_month(first.plus_months(i32::from(month.clamp(1, 12)) - 1), day)
        }
        _ => last,
    };
    let (year, month) = (first.year(), first.month());
    let key = match cadence {
        Cadence::Quarterly { .. } | Cadence::QuarterlyWeekday { .. } => {
            format!("{year}-Q{}", first.quarter())
        }
        Cadence::HalfYearly => format!("{year}-H{}", if month == 1 { 1 } else { 2 }),
        Cadence::Semester => format!("{year}-S{}", if month == 2 { 1 } else { 2 }),
        Cadence::Yearly { .. } => format!("{year}"),
        _ => format!("{year}-{month:02}"),
    };
    Some(Instance {
        key,
        period: Period::new(first, last)?,
        due,
    })
}

fn day_of_month(first: Day, day: u8) -> Day {
    first
        .plus_days(i32::from(day.max(1)) - 1)
        .min(first.last_of_month())
}

/// The `week`-th such weekday of the month, its last where it has fewer.
fn weekday_of_month(first: Day, week: u8, weekday: u8) -> Day {
    let to_first = (i32::from(weekday.clamp(1, 7)) - i32::from(first.weekday())).rem_euclid(7);
    let mut day = first.plus_days(to_first + 7 * (i32::from(week.max(1)) - 1));
    while day > first.last_of_month() {
        day = day.plus_days(-7);
    }
    day
}
