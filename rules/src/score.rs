//! 得分与名次 (TK-02 to TK-04): integers throughout; scores are hundredths of a point.

use crate::duty::{Duty, Status};
use serde::{Deserialize, Serialize};
use std::fmt;

mod terms;
pub use terms::{Scoring, ScoringError, Terms};

/// 计分系数, in hundredths: a pack may set others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    /// 按时
    pub on_time: u32,
    /// 逾期完成
    pub late: u32,
    /// 未完成
    pub none: u32,
}

impl Default for Factors {
    fn default() -> Self {
        Factors {
            on_time: 100,
            late: 50,
            none: 0,
        }
    }
}

/// 完成情况: how a duty stands for the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 按时
    OnTime,
    /// 迟
    Late,
    /// 欠
    Owed,
    /// 不计: exempt or not applicable, out of the denominator.
    Excused,
}

impl Standing {
    /// What a duty counts for. One that awaits review stands by its date: a slow review is not the
    /// school's fault.
    pub fn of(duty: &Duty) -> Standing {
        Standing::from_status(duty.status, duty.on_time, duty.not_applicable.is_none())
    }

    /// The same from what is kept of a duty.
    pub fn from_status(status: Status, on_time: Option<bool>, applies: bool) -> Standing {
        match (status, on_time) {
            _ if !applies => Standing::Excused,
            (Status::Exempt, _) => Standing::Excused,
            (Status::Done, _) | (Status::AwaitingReview, Some(true)) => Standing::OnTime,
            (Status::DoneLate | Status::AwaitingReview, _) => Standing::Late,
            _ => Standing::Owed,
        }
    }

    /// Stable code, the same as in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Standing::OnTime => "on_time",
            Standing::Late => "late",
            Standing::Owed => "owed",
            Standing::Excused => "excused",
        }
    }

    /// The standing of that code.
    pub fn from_code(code: &str) -> Option<Standing> {
        let all = [
            Standing::OnTime,
            Standing::Late,
            Standing::Owed,
            Standing::Excused,
        ];
        all.into_iter().find(|one| one.code() == code)
    }

    /// What users read.
    pub fn chinese(self) -> &'static str {
        match self {
            Standing::OnTime => "按时",
            Standing::Late => "逾期完成",
            Standing::Owed => "未完成",
            Standing::Excused => "不计",
        }
    }
}

impl Factors {
    /// What a standing is worth, in hundredths; nothing of what is not counted.
    pub fn of(self, standing: Standing) -> u32 {
        match standing {
            Standing::OnTime => self.on_time,
            Standing::Late => self.late,
            Standing::Owed => self.none,
            Standing::Excused => 0,
        }
    }
}

/// 得分, hundredths of a point: 9500 is 95 points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(pub u32);

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (points, part) = (self.0 / 100, self.0 % 100);
        if part % 10 == 0 {
            write!(f, "{points}.{}", part / 10)
        } else {
            write!(f, "{points}.{part:02}")
        }
    }
}

/// 得分: Σ weight × factor / Σ weight over what is not excused, rounded half up; none when nothing
/// is left to score. Pass the substantive items that are due, with their weights.
pub fn score(items: &[(u32, Standing)], factors: Factors) -> Option<Score> {
    let scored = items
        .iter()
        .filter(|(_, standing)| *standing != Standing::Excused);
    let (mut gained, mut possible) = (0u64, 0u64);
    for (weight, standing) in scored {
        gained += u64::from(*weight) * u64::from(factors.of(*standing));
        possible += u64::from(*weight);
    }
    let hundredths = (gained * 100 * 2 + possible).checked_div(possible * 2)?;
    u32::try_from(hundredths).ok().map(Score)
}

/// 名次: competition ranks in the order given; ties share (1, 2, 2, 4) (TK-03).
pub fn ranks(scores: &[Score]) -> Vec<u32> {
    let mut ascending = scores.to_vec();
    ascending.sort_unstable();
    let better = |own: &Score| scores.len() - ascending.partition_point(|s| s <= own);
    scores
        .iter()
        .map(|s| {
            u32::try_from(better(s))
                .unwrap_or(u32::MAX)
                .saturating_add(1)
        })
        .collect()
}

/// 末位规则 (TK-02, setting `tk.tail_rule`)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailRule {
    /// Share of those ranked, percent.
    pub percent: u32,
    /// But at least so many.
    pub at_least: u32,
}

impl Default for TailRule {
    fn default() -> Self {
        TailRule {
            percent: 10,
            at_least: 1,
        }
    }
}

/// 说明情况的名单: for each score whether it is in the tail. Whoever ties with the last place of the
/// tail is in it (TK-02).
pub fn tail(scores: &[Score], rule: TailRule) -> Vec<bool> {
    let count = share(scores.len(), rule.percent).max(usize::try_from(rule.at_least).unwrap_or(0));
    let mut ascending = scores.to_vec();
    ascending.sort_unstable();
    let edge = match count.min(scores.len()) {
        0 => None,
        n => ascending.get(n - 1).copied(),
    };
    scores
        .iter()
        .map(|s| edge.is_some_and(|edge| *s <= edge))
        .collect()
}

/// 应设数: that share of `n`, rounded half up, at least 1 where there is anybody (TK-04: model
/// posts are 30 percent of the members).
pub fn required(n: u32, percent: u32) -> u32 {
    let wanted = share(usize::try_from(n).unwrap_or(usize::MAX), percent);
    u32::try_from(wanted).unwrap_or(u32::MAX).max(1).min(n)
}

/// 党员示范岗的比例, percent (TK-04, setting `tk.model_post_ratio`).
pub const MODEL_POST_PERCENT: u32 = 30;

fn share(n: usize, percent: u32) -> usize {
    let percent = usize::try_from(percent).unwrap_or(0);
    n.saturating_mul(percent).saturating_add(50) / 100
}
