//! 周期: when a requirement falls due, and the codes task sheets are read into.

use kernel::{Day, Period};
use serde::{Deserialize, Serialize};

mod code;
mod dates;

/// 周期. As JSON `{"cadence":"monthly","by_day":25}`; as a code `monthly-by-25`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cadence", rename_all = "snake_case")]
pub enum Cadence {
    /// 一次
    Once {
        /// The deadline.
        due: Day,
    },
    /// 每月: by that day, or by the month's last.
    Monthly {
        /// 1 to 31; in a shorter month its last day.
        by_day: Option<u8>,
    },
    /// 每月第几个周几
    MonthlyWeekday {
        /// 1 to 5: the first to fifth such weekday; where the month has no fifth, its last.
        week: u8,
        /// Monday 1 to Sunday 7.
        weekday: u8,
    },
    /// 每季度: by that day of its first month, or by the quarter's last day.
    Quarterly {
        /// 1 to 31.
        first_month_by_day: Option<u8>,
    },
    /// 每季度第一个月第几个周几
    QuarterlyWeekday {
        /// As in [`Cadence::MonthlyWeekday`].
        week: u8,
        /// Monday 1 to Sunday 7.
        weekday: u8,
    },
    /// 每半年: by 30 June and 31 December.
    HalfYearly,
    /// 每年: by that day, or by 31 December.
    Yearly {
        /// Month, 1 to 12.
        month: u8,
        /// Day of the month; in a shorter month its last day.
        day: u8,
    },
    /// 每学期: spring from 1 February to 31 July, autumn from 1 August to 31 January.
    Semester,
    /// 每周: by that weekday.
    Weekly {
        /// Monday 1 to Sunday 7.
        weekday: u8,
    },
    /// 每日
    Daily,
    /// 活动前几日: so many days before another record; the day of that record is not counted.
    EventRelative {
        /// Days before.
        days_before: u16,
    },
    /// 定期: no frequency is said.
    Periodic,
    /// 不定期
    Irregular,
}

/// 一期: one occurrence of a cadence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// The occurrence's own key, sorting by time within a cadence: `2026-10`, `2026-Q4`, `2026`,
    /// `2026-W12`, `2026-03-16`, `2026-H1`, `2026-S1` (spring), `2026-S2` (autumn), `once`.
    pub key: String,
    /// The time it is about.
    pub period: Period,
    /// Its deadline.
    pub due: Day,
}

impl Instance {
    /// 期的说法: `2026年10月`, `2026年第4季度`; empty for what comes once.
    pub fn chinese(&self) -> String {
        let year = self.period.from.year();
        match self.key.split_once('-').map(|(_, part)| part) {
            None if self.key == "once" => String::new(),
            None => format!("{year}年度"),
            Some(part) => match part.split_at_checked(1) {
                Some(("Q", n)) => format!("{year}年第{n}季度"),
                Some(("H", "1")) => format!("{year}年上半年"),
                Some(("H", _)) => format!("{year}年下半年"),
                Some(("S", "1")) => format!("{year}年春季学期"),
                Some(("S", _)) => format!("{year}年秋季学期"),
                Some(("W", _)) => format!("{}当周", self.period.from.chinese()),
                _ if self.period.from == self.period.to => self.due.chinese(),
                _ => self.period.chinese(),
            },
        }
    }
}

/// 周期写法有误
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("不认识的周期：{0}")]
pub struct UnknownCadence(pub String);

impl Cadence {
    /// 各期: the occurrences whose deadline lies in `within`, oldest first. What comes once comes
    /// whatever the period; what has no frequency comes once, due at its end; what hangs on another
    /// record has none until that record is there ([`Cadence::due_before`]).
    pub fn instances(&self, within: Period) -> Vec<Instance> {
        dates::instances(*self, within)
    }

    /// 随活动而定的期限: the deadline before an event on that day (MT-18); none for other cadences.
    pub fn due_before(&self, event: Day) -> Option<Day> {
        match self {
            Cadence::EventRelative { days_before } => {
                Some(event.plus_days(-i32::from(*days_before)))
            }
            _ => None,
        }
    }

    /// 由代码读出周期. `once` has no code: it needs its day.
    pub fn parse(text: &str) -> Result<Cadence, UnknownCadence> {
        code::parse(text.trim()).ok_or_else(|| UnknownCadence(text.to_owned()))
    }

    /// 周期的代码; none for what comes once.
    pub fn code(&self) -> Option<String> {
        code::write(*self)
    }

    /// 周期的说法: `每月25日前`, `每季度第一个月5日前`.
    pub fn chinese(&self) -> String {
        code::chinese(*self)
    }
}
