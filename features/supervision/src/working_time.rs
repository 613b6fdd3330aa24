//! 工作时间: when notices are shown. Nothing by night, on a weekend or on a holiday.

use kernel::{Day, Instant};
use rules::calendar::WorkingCalendar;

const HOUR: i64 = 3_600_000;
/// Hours of the day between which notices come: from eight to six.
const FROM: i64 = 8 * HOUR;
const TO: i64 = 18 * HOUR;

/// The first moment of working time from that one on.
pub fn next(calendar: &WorkingCalendar, at: Instant) -> Instant {
    let day = at.day();
    if calendar.is_workday(day) && at < Instant::at(day, TO) {
        return at.max(Instant::at(day, FROM));
    }
    Instant::at(next_workday(calendar, day.plus_days(1)), FROM)
}

/// 历时: working days that have passed since; none on the day itself.
pub fn age(calendar: &WorkingCalendar, at: Instant, until: Day) -> i64 {
    i64::from(calendar.workdays(at.day().plus_days(1), until).days)
}

/// Whether the working time of that day is over.
pub fn is_over(at: Instant) -> bool {
    at >= Instant::at(at.day(), TO)
}

/// That day, or the first working day after it.
pub fn next_workday(calendar: &WorkingCalendar, mut day: Day) -> Day {
    while !calendar.is_workday(day) {
        day = day.plus_days(1);
    }
    day
}

/// That day, or the last working day before it.
fn last_workday(calendar: &WorkingCalendar, mut day: Day) -> Day {
    while !calendar.is_workday(day) {
        day = day.plus_days(-1);
    }
    day
}

/// 是否提醒日: three days before the deadline and on it, on the working day before where there is
/// none; then every seven days, on the working day after.
pub fn is_reminding_day(calendar: &WorkingCalendar, due: Day, today: Day) -> bool {
    if !calendar.is_workday(today) {
        return false;
    }
    if due >= today {
        return [due.plus_days(-3), due]
            .iter()
            .any(|day| last_workday(calendar, *day) == today);
    }
    // Holidays are shorter than two weeks: an earlier week's reminder cannot wait until today.
    let late = due.days_until(today);
    let planned = [late / 7, (late / 7 - 1).max(0)].map(|weeks| due.plus_days(weeks * 7));
    planned
        .iter()
        .any(|day| *day > due && next_workday(calendar, *day) == today)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn nothing_is_shown_by_night_or_on_a_weekend() {
        let calendar = WorkingCalendar::national();
        let at = |d: &str, hour: i64| Instant::at(day(d), hour * HOUR);
        assert_eq!(next(&calendar, at("2026-11-20", 9)), at("2026-11-20", 9));
        assert_eq!(next(&calendar, at("2026-11-20", 6)), at("2026-11-20", 8));
        assert_eq!(
            next(&calendar, at("2026-11-20", 19)),
            at("2026-11-23", 8),
            "Friday evening"
        );
        assert_eq!(
            next(&calendar, at("2026-11-21", 9)),
            at("2026-11-23", 8),
            "Saturday"
        );
    }

    #[test]
    fn reminded_before_on_the_day_and_then_sparsely() {
        let calendar = WorkingCalendar::national();
        let due = day("2026-11-30");
        let days: Vec<String> = (0..40)
            .map(|n| day("2026-11-20").plus_days(n))
            .filter(|today| is_reminding_day(&calendar, due, *today))
            .map(|today| today.short())
            .collect();
        assert_eq!(
            days,
            [
                "11月27日",
                "11月30日",
                "12月7日",
                "12月14日",
                "12月21日",
                "12月28日"
            ]
        );
        let sunday = day("2026-11-29");
        assert!(
            is_reminding_day(&calendar, sunday, day("2026-11-27")),
            "the Friday before"
        );
        assert!(
            is_reminding_day(&calendar, sunday, day("2026-12-07")),
            "the Monday after"
        );
        assert!(!is_reminding_day(&calendar, sunday, day("2026-12-06")));
    }
}
