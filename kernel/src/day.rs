//! Civil days in Asia/Shanghai, instants in UTC milliseconds, and how both are said in Chinese.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// 日: a civil day in Asia/Shanghai. Stored and exchanged as `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(Date);

/// The text is no day of the calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("不是有效日期：{0}")]
pub struct NotADay(pub String);

impl Day {
    /// The day of that year, month (1 to 12) and day, if the calendar has it.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Day> {
        Date::new(year, month, day).ok().map(Day)
    }

    /// Year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// Month, 1 to 12.
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// Day of the month, 1 to 31.
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// Day of the week, Monday 1 to Sunday 7.
    pub fn weekday(self) -> i8 {
        self.0.weekday().to_monday_one_offset()
    }

    /// 季度, 1 to 4.
    pub fn quarter(self) -> i8 {
        (self.month() - 1) / 3 + 1
    }

    /// That many days later (earlier when negative); stops at the calendar's ends.
    pub fn plus_days(self, n: i32) -> Day {
        Day(self.0.saturating_add(jiff::Span::new().days(n)))
    }

    /// Same day-number `n` months later; where the month has none, its last day (T-01).
    pub fn plus_months(self, n: i32) -> Day {
        Day(self.0.saturating_add(jiff::Span::new().months(n)))
    }

    /// Days from `self` to `other`; negative when `other` lies before.
    pub fn days_until(self, other: Day) -> i32 {
        self.0
            .until(other.0)
            .map(|span| span.get_days())
            .unwrap_or(0)
    }

    /// 月底
    pub fn last_of_month(self) -> Day {
        Day(self.0.last_of_month())
    }

    /// First day of the month.
    pub fn first_of_month(self) -> Day {
        Day(self.0.first_of_month())
    }

    /// Whole years of age on `on` for somebody born on `self`.
    pub fn age_on(self, on: Day) -> i16 {
        let had_birthday = (on.month(), on.day()) >= (self.month(), self.day());
        on.year() - self.year() - i16::from(!had_birthday)
    }

    /// `2023年3月31日`
    pub fn chinese(self) -> String {
        format!("{}年{}月{}日", self.year(), self.month(), self.day())
    }

    /// `3月31日`
    pub fn short(self) -> String {
        format!("{}月{}日", self.month(), self.day())
    }

    /// 星期: `周一` to `周日`.
    pub fn weekday_chinese(self) -> &'static str {
        ["周一", "周二", "周三", "周四", "周五", "周六", "周日"][(self.weekday() - 1) as usize]
    }

    /// How far off in words, seen from `today`: `今天`, `明天`, `还有 5 天`, `逾期 2 天`.
    pub fn distance_words(self, today: Day) -> String {
        match today.days_until(self) {
            0 => "今天".to_owned(),
            1 => "明天".to_owned(),
            2 => "后天".to_owned(),
            n if n > 0 => format!("还有 {n} 天"),
            n => format!("逾期 {} 天", -n),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = NotADay;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        s.trim().parse().map(Day).map_err(|_| NotADay(s.to_owned()))
    }
}

/// 时刻: milliseconds since 1970-01-01T00:00Z.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// Hours that Asia/Shanghai runs ahead of UTC; the zone has had no other offset since 1991.
    const SHANGHAI_MS: i64 = 8 * 3_600_000;
    const DAY_MS: i64 = 86_400_000;

    /// The civil day in Asia/Shanghai.
    pub fn day(self) -> Day {
        let days = (self.0 + Self::SHANGHAI_MS).div_euclid(Self::DAY_MS);
        Day(jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(days)))
    }

    /// Hour, minute and second of the day in Asia/Shanghai.
    pub fn clock(self) -> (i64, i64, i64) {
        let s = (self.0 + Self::SHANGHAI_MS).rem_euclid(Self::DAY_MS) / 1000;
        (s / 3600, s / 60 % 60, s % 60)
    }

    /// The start of a civil day in Asia/Shanghai plus that many milliseconds.
    pub fn at(day: Day, ms: i64) -> Instant {
        let days = Day(jiff::civil::date(1970, 1, 1)).days_until(day);
        Instant(i64::from(days) * Self::DAY_MS - Self::SHANGHAI_MS + ms)
    }

    /// That many milliseconds later.
    pub fn plus_ms(self, ms: i64) -> Instant {
        Instant(self.0 + ms)
    }

    /// `3月20日 09:12`
    pub fn chinese(self) -> String {
        let (h, m, _) = self.clock();
        format!("{} {h:02}:{m:02}", self.day().short())
    }

    /// `2023年3月20日 09:12`
    pub fn chinese_full(self) -> String {
        let (h, m, _) = self.clock();
        format!("{} {h:02}:{m:02}", self.day().chinese())
    }
}

/// 期间: from one day to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
}

impl Period {
    /// The period, if it does not end before it begins.
    pub fn new(from: Day, to: Day) -> Option<Period> {
        (from <= to).then_some(Period { from, to })
    }

    /// Whether the day lies in it.
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    /// The months it touches, each as its first day.
    pub fn months(self) -> Vec<Day> {
        let mut months = Vec::new();
        let mut month = self.from.first_of_month();
        while month <= self.to {
            months.push(month);
            month = month.plus_months(1);
        }
        months
    }

    /// `2023年3月—4月`, or with days when it does not fill its months.
    pub fn chinese(self) -> String {
        let (a, b) = (self.from, self.to);
        let whole = a == a.first_of_month() && b == b.last_of_month();
        match (whole, a.year() == b.year()) {
            (true, true) if a.month() == b.month() => format!("{}年{}月", a.year(), a.month()),
            (true, true) => format!("{}年{}月—{}月", a.year(), a.month(), b.month()),
            (true, false) => format!(
                "{}年{}月—{}年{}月",
                a.year(),
                a.month(),
                b.year(),
                b.month()
            ),
            (false, true) => format!("{}—{}", a.chinese(), b.short()),
            (false, false) => format!("{}—{}", a.chinese(), b.chinese()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(s: &str) -> Day {
        s.parse().unwrap()
    }

    #[test]
    fn a_month_later_stops_at_the_months_end() {
        assert_eq!(day("2026-01-31").plus_months(1), day("2026-02-28"));
    }

    #[test]
    fn instants_turn_into_shanghai_days() {
        let almost_midnight = Instant::at(day("2026-11-20"), 86_399_999);
        assert_eq!(almost_midnight.day(), day("2026-11-20"));
        assert_eq!(almost_midnight.plus_ms(1).day(), day("2026-11-21"));
        assert_eq!(
            Instant::at(day("2026-11-20"), 9 * 3_600_000).chinese(),
            "11月20日 09:00"
        );
    }

    #[test]
    fn distance_is_said_in_words() {
        let today = day("2026-11-20");
        let said: Vec<_> = ["2026-11-20", "2026-11-21", "2026-11-30", "2026-11-18"]
            .iter()
            .map(|d| day(d).distance_words(today))
            .collect();
        assert_eq!(said, ["今天", "明天", "还有 10 天", "逾期 2 天"]);
    }

    #[test]
    fn age_counts_birthdays_had() {
        assert_eq!(day("1991-03-08").age_on(day("2026-03-08")), 35);
        assert_eq!(day("1991-03-09").age_on(day("2026-03-08")), 34);
    }

    #[test]
    fn a_period_is_said_as_short_as_it_can() {
        let p = |a, b| Period::new(day(a), day(b)).unwrap().chinese();
        assert_eq!(p("2023-03-01", "2023-04-30"), "2023年3月—4月");
        assert_eq!(p("2023-03-01", "2023-03-31"), "2023年3月");
        assert_eq!(p("2023-03-02", "2023-04-30"), "2023年3月2日—4月30日");
    }
}
