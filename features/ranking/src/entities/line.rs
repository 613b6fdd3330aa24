//! 一个党组织的成绩: its score, its ranks, and every item behind them.

use kernel::{Day, Id, Instant};
use rules::score::{Score, Standing};
use serde::{Deserialize, Serialize};

/// Something with a key and a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named<K = Id> {
    /// Key.
    pub key: K,
    /// What users read.
    pub name: String,
}

/// 名次: competition rank among so many; ties share (1, 2, 2, 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rank {
    /// From 1.
    pub place: u32,
    /// How many are ranked in the group.
    pub of: u32,
}

/// 三种名次
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranks {
    /// 总排名
    pub whole: Rank,
    /// 片区内; none for an organisation in no zone.
    pub zone: Option<Rank>,
    /// 同类组织内
    pub kind: Rank,
}

/// 不排名的原因
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Unranked {
    /// 新建: began within the period.
    Newcomer {
        /// Its first day.
        from: Day,
    },
    /// 撤并: closed within the period.
    Closed {
        /// Its last day.
        on: Day,
        /// Where its members went, if the rosters say.
        into: Vec<String>,
    },
    /// 没有可计分的事项
    NothingToScore,
}

impl Unranked {
    /// `成立于 2026年8月15日，不满一个评定期`
    pub fn words(&self) -> String {
        match self {
            Unranked::Newcomer { from } => {
                format!("成立于{}，不满一个评定期", from.chinese())
            }
            Unranked::Closed { on, into } if into.is_empty() => {
                format!("{}撤并", on.plus_days(1).chinese())
            }
            Unranked::Closed { on, into } => {
                let day = on.plus_days(1).chinese();
                format!("{day}撤并，党员转入{}", into.join("、"))
            }
            Unranked::NothingToScore => "没有可计分的事项".to_owned(),
        }
    }
}

/// 计分事项的件数
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// 按时
    pub on_time: u32,
    /// 逾期完成
    pub late: u32,
    /// 未完成
    pub owed: u32,
    /// 不计: exempt or not applicable.
    pub excused: u32,
    /// 只要材料: asked for a file only, never scored.
    pub unscored: u32,
}

impl Counts {
    /// 计分事项: what stands in the denominator.
    pub fn scored(self) -> u32 {
        self.on_time + self.late + self.owed
    }

    /// `计分 12 项：按时 10、逾期完成 1、未完成 1；不计 2 项`
    pub fn words(self) -> String {
        let mut words = format!(
            "计分 {} 项：按时 {}、逾期完成 {}、未完成 {}",
            self.scored(),
            self.on_time,
            self.late,
            self.owed
        );
        if self.excused > 0 {
            words.push_str(&format!("；不计 {} 项", self.excused));
        }
        words
    }
}

/// 一行成绩: one organisation in one edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// 党组织
    pub organisation: Id,
    /// Its name, as of the freezing.
    pub name: String,
    /// 上级组织; empty for the uppermost.
    pub parent: String,
    /// 片区
    pub zone: Option<Named>,
    /// 组织类别: code and name.
    pub kind: Named<String>,
    /// 得分; none when nothing is left to score.
    pub score: Option<Score>,
    /// 合计得分, hundredths of weight: Σ weight × factor.
    pub gained: u64,
    /// 合计权重: Σ weight.
    pub possible: u64,
    /// 名次; none for an organisation that is listed without.
    pub ranks: Option<Ranks>,
    /// Whether it is among those who explain themselves at the meeting.
    pub tail: bool,
    /// 不排名的原因
    pub unranked: Option<Unranked>,
    /// 件数
    pub counts: Counts,
    /// 计分事项与不计的事项, in the sheets' order. Kept beside the line; empty where a list was
    /// loaded without them.
    #[serde(skip)]
    pub items: Vec<ItemLine>,
}

impl Line {
    /// 计分事项 and the excused ones.
    pub fn substantive(&self) -> impl Iterator<Item = &ItemLine> {
        self.items.iter().filter(|item| item.substantive)
    }

    /// 只要材料、不计分的事项
    pub fn unscored(&self) -> impl Iterator<Item = &ItemLine> {
        self.items.iter().filter(|item| !item.substantive)
    }

    /// The score in words; `—` without one.
    pub fn score_words(&self) -> String {
        self.score
            .map_or_else(|| "—".to_owned(), |score| score.to_string())
    }

    /// 得分算式: `得分 = 合计得分 11.5 ÷ 合计权重 12 × 100 = 95.83`
    pub fn arithmetic(&self) -> String {
        match self.score {
            Some(score) => format!(
                "得分 = 合计得分 {} ÷ 合计权重 {} × 100 = {score}",
                hundredths(self.gained),
                self.possible
            ),
            None => "没有可计分的事项，不算得分".to_owned(),
        }
    }
}

/// 一项成绩: how one item counted, frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemLine {
    /// 要求
    pub requirement: Id,
    /// 交办单
    pub sheet: Id,
    /// Its number, or title.
    pub sheet_label: String,
    /// Outline as printed.
    pub outline: String,
    /// 事项
    pub title: String,
    /// 实质事项: whether it is scored.
    pub substantive: bool,
    /// 权重
    pub weight: u32,
    /// 期限, after extensions.
    pub due: Day,
    /// 完成情况
    pub standing: Standing,
    /// 退回后按期补正: returned and put right in time, so the first date counts.
    pub put_right: bool,
    /// 计分系数, in hundredths.
    pub factor: u32,
    /// 报送日期: the first date that counts.
    pub submitted_on: Option<Day>,
    /// 审核: who judged it last, and when.
    pub judged: Option<Judged>,
    /// 计入的记录
    pub records: Vec<RecordName>,
    /// 不计的理由
    pub reason: Option<String>,
    /// 更正, once one was made.
    pub correction: Option<Correction>,
}

/// 审核通过 or 退回
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// A record that counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordName {
    /// Which.
    pub id: Id,
    /// Its title; only for those who may see the record.
    pub title: String,
    /// When it happened.
    pub day: Day,
}

/// 更正: what an upheld objection, or a later insight, changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The edition it made.
    pub edition: i64,
    /// How it stood before.
    pub before: Standing,
    /// Why, in the office's words.
    pub why: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Instant,
}

impl ItemLine {
    /// Key of the duty behind it.
    pub fn key(&self, organisation: Id) -> duty::Key {
        duty::Key {
            requirement: self.requirement,
            organisation,
        }
    }

    /// `按时（退回后按期补正）`
    pub fn standing_words(&self) -> String {
        let plain = self.standing.chinese();
        match (&self.correction, self.put_right) {
            (Some(_), _) => format!("{plain}（更正）"),
            (None, true) if self.standing == Standing::OnTime => {
                format!("{plain}（退回后按期补正）")
            }
            _ => plain.to_owned(),
        }
    }

    /// 得分: weight × factor; `—` for what is not counted.
    pub fn gained_words(&self) -> String {
        match self.standing {
            Standing::Excused => "—".to_owned(),
            _ => hundredths(u64::from(self.weight) * u64::from(self.factor)),
        }
    }

    /// 系数 as a figure; `—` for what is not counted.
    pub fn factor_words(&self) -> String {
        match self.standing {
            Standing::Excused => "—".to_owned(),
            _ => hundredths(u64::from(self.factor)),
        }
    }

    /// Class of its tag.
    pub fn tag(&self) -> &'static str {
        match self.standing {
            Standing::OnTime => "t-done",
            Standing::Late => "t-late",
            Standing::Owed => "f-over",
            Standing::Excused => "t-free",
        }
    }
}

/// Hundredths as a figure without superfluous noughts: 1150 is `11.5`.
pub(crate) fn hundredths(n: u64) -> String {
    match (n / 100, n % 100) {
        (whole, 0) => whole.to_string(),
        (whole, part) if part % 10 == 0 => format!("{whole}.{}", part / 10),
        (whole, part) => format!("{whole}.{part:02}"),
    }
}
