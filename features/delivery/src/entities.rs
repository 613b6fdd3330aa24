//! 通道、邮箱、送达: what the words of this feature mean.

use kernel::{Day, Instant};
use rules::calendar::WorkingCalendar;
use serde::{Deserialize, Serialize};

const HOUR: i64 = 3_600_000;

/// 通道种类
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 邮件, to each person.
    Email,
    /// 企业微信群机器人, to a group.
    Wecom,
    /// 钉钉群机器人, to a group.
    Dingtalk,
}

impl Kind {
    /// All, in the order they are offered.
    pub const ALL: [Kind; 3] = [Kind::Email, Kind::Wecom, Kind::Dingtalk];

    /// Code in the database and in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Email => "email",
            Kind::Wecom => "wecom",
            Kind::Dingtalk => "dingtalk",
        }
    }

    /// What users read.
    pub fn chinese(self) -> &'static str {
        match self {
            Kind::Email => "邮件",
            Kind::Wecom => "企业微信群机器人",
            Kind::Dingtalk => "钉钉群机器人",
        }
    }

    /// The one with that code.
    pub fn from_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// 加密方式 of the way to the mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte.
    Implicit,
    /// Asked for after the greeting, and insisted on.
    StartTls,
    /// None: to this very machine only.
    None,
}

impl Tls {
    /// All, in the order they are offered.
    pub const ALL: [Tls; 3] = [Tls::Implicit, Tls::StartTls, Tls::None];

    /// Code in the database.
    pub fn code(self) -> &'static str {
        match self {
            Tls::Implicit => "implicit",
            Tls::StartTls => "starttls",
            Tls::None => "none",
        }
    }

    /// What users read, with the usual port.
    pub fn chinese(self) -> &'static str {
        match self {
            Tls::Implicit => "SSL/TLS，端口一般是 465",
            Tls::StartTls => "STARTTLS，端口一般是 587",
            Tls::None => "不加密，只限本机的邮件服务",
        }
    }

    /// The one with that code.
    pub fn from_code(code: &str) -> Option<Tls> {
        Tls::ALL.into_iter().find(|tls| tls.code() == code)
    }
}

/// What a channel keeps sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Password of the mail account.
    #[serde(default)]
    pub password: String,
    /// Address of the robot, with its key in it.
    #[serde(default)]
    pub url: String,
    /// 加签密钥 of a DingTalk robot.
    #[serde(default)]
    pub sign: String,
}

/// 送达时段: the hours of a working day between which messages go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Not before.
    pub from: i64,
    /// Not from then on.
    pub to: i64,
}

impl Hours {
    /// The widest there are: nothing by night, whatever anybody sets.
    pub const WIDEST: Hours = Hours { from: 8, to: 18 };

    /// Those hours, as far as they lie in the widest.
    pub fn within_widest(from: i64, to: i64) -> Hours {
        let from = from.clamp(Self::WIDEST.from, 12);
        Hours {
            from,
            to: to.clamp(14, Self::WIDEST.to),
        }
    }

    /// The first moment on the same day at which something may go out; none when that day has none
    /// left or is no working day.
    pub fn today(self, calendar: &WorkingCalendar, now: Instant) -> Option<Instant> {
        let day = now.day();
        let open = calendar.is_workday(day) && now < Instant::at(day, self.to * HOUR);
        open.then(|| now.max(Instant::at(day, self.from * HOUR)))
    }
}

/// 送达状态
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for its hour or its next try.
    Queued,
    /// Claimed; on its way, or its worker died.
    Sending,
    /// The other side has taken it.
    Sent,
    /// Laid aside for a person.
    Failed,
    /// A person said to leave it, or there was no longer anybody to tell.
    Dropped,
}

impl State {
    /// Code in the database.
    pub fn code(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Sending => "sending",
            State::Sent => "sent",
            State::Failed => "failed",
            State::Dropped => "dropped",
        }
    }
}

/// Tries before a message is laid aside.
pub const MOST_TRIES: i64 = 6;

/// The pause after that many tries: one minute, five, a quarter of an hour, one hour, three hours.
/// What the other side asks for counts where it is longer, up to half a day.
pub fn pause_ms(tries: i64, asked_ms: Option<i64>) -> i64 {
    const MINUTE: i64 = 60_000;
    let own = match tries {
        ..=1 => MINUTE,
        2 => 5 * MINUTE,
        3 => 15 * MINUTE,
        4 => HOUR,
        _ => 3 * HOUR,
    };
    own.max(asked_ms.unwrap_or(0).min(12 * HOUR))
}

/// How long a claimed message is left to its worker: longer than any sending may take.
pub const BUSY_MS: i64 = 180_000;

/// What falls due within so many days is told.
pub const SOON_DAYS: i32 = 3;

/// Whether a duty due then belongs in today's digest: late, due, due soon, or reminded of today
/// because a holiday lies between.
pub fn is_told(calendar: &WorkingCalendar, due: Day, today: Day) -> bool {
    due <= today.plus_days(SOON_DAYS)
        || supervision::working_time::is_reminding_day(calendar, due, today)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str, hour: i64) -> Instant {
        Instant::at(day.parse().unwrap(), hour * HOUR)
    }

    #[test]
    fn nothing_goes_out_by_night_on_a_weekend_or_on_a_holiday() {
        let calendar = WorkingCalendar::national();
        let hours = Hours::within_widest(0, 24);
        assert_eq!(hours, Hours::WIDEST, "nobody can widen them");
        assert_eq!(
            hours.today(&calendar, at("2026-11-20", 6)),
            Some(at("2026-11-20", 8))
        );
        assert_eq!(
            hours.today(&calendar, at("2026-11-20", 11)),
            Some(at("2026-11-20", 11))
        );
        assert_eq!(hours.today(&calendar, at("2026-11-20", 18)), None);
        assert_eq!(
            hours.today(&calendar, at("2026-11-21", 9)),
            None,
            "Saturday"
        );
        assert_eq!(
            hours.today(&calendar, at("2026-10-01", 9)),
            None,
            "National Day"
        );
        assert_eq!(
            hours.today(&calendar, at("2026-10-10", 9)),
            Some(at("2026-10-10", 9)),
            "a Saturday that is worked"
        );
    }

    #[test]
    fn one_s_own_hours_are_narrower_only() {
        let calendar = WorkingCalendar::national();
        let late = Hours::within_widest(10, 16);
        assert_eq!(
            late.today(&calendar, at("2026-11-20", 8)),
            Some(at("2026-11-20", 10))
        );
        assert_eq!(late.today(&calendar, at("2026-11-20", 16)), None);
    }

    #[test]
    fn pauses_grow_and_heed_what_the_other_side_asks() {
        let own: Vec<i64> = (1..=5).map(|n| pause_ms(n, None) / 60_000).collect();
        assert_eq!(own, [1, 5, 15, 60, 180]);
        assert_eq!(pause_ms(1, Some(600_000)), 600_000);
        assert_eq!(
            pause_ms(3, Some(1000)),
            900_000,
            "a shorter wish shortens nothing"
        );
        assert_eq!(pause_ms(1, Some(i64::MAX)), 12 * HOUR);
    }
}
