//! 完成标准: what answers a duty. The parameters are data of the requirement; nothing here knows
//! the name of a rule or of a campaign.

use kernel::{Day, Id};
use serde::{Deserialize, Serialize};

/// 完成标准
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "measure", rename_all = "snake_case")]
pub enum Measure {
    /// 人工审核: answered by a submission that a person accepts. Records of the kind named are
    /// offered as evidence.
    Review {
        /// Which records may serve as evidence, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offer: Option<RecordQuery>,
    },
    /// 次数: at least so many records.
    Count {
        /// Which records count.
        #[serde(flatten)]
        query: RecordQuery,
        /// How many are wanted, at least 1.
        at_least: u32,
    },
    /// 覆盖面: one record whose attendance reaches a share of those expected.
    Coverage {
        /// Which records count.
        #[serde(flatten)]
        query: RecordQuery,
        /// 百分比 of those expected; 100 is everybody.
        percent: u32,
    },
}

impl Default for Measure {
    fn default() -> Self {
        Measure::Review { offer: None }
    }
}

/// 记录范围: a record kind and what is further asked of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordQuery {
    /// 记录类别 code, such as `lesson`.
    pub record_kind: String,
    /// Further conditions.
    #[serde(default, skip_serializing_if = "RecordFilter::is_open")]
    pub filter: RecordFilter,
}

/// 记录条件
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordFilter {
    /// 课型 or other subkind code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subkind: Option<String>,
    /// 主讲人
    #[serde(default)]
    pub speaker: Speaker,
    /// 主题包含: words the title must contain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}

/// 主讲人要求
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// 不限
    #[default]
    Any,
    /// 书记
    Secretary,
    /// 年龄不超过, on the day of the record, the age itself included (TK-06).
    AgedAtMost(u16),
}

/// 记录要点: what the engine needs of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordFact {
    /// The record.
    pub id: Id,
    /// 记录类别 code.
    pub kind: String,
    /// 课型 or other subkind code; empty when it has none.
    #[serde(default)]
    pub subkind: String,
    /// The day it happened.
    pub day: Day,
    /// 主题
    pub title: String,
    /// Whether the secretary spoke.
    #[serde(default)]
    pub speaker_is_secretary: bool,
    /// Age of the speaker on that day, where known.
    #[serde(default)]
    pub speaker_age: Option<i16>,
    /// 实到
    #[serde(default)]
    pub attended: u32,
    /// 应到: those expected, after approved exclusions (MT-17).
    #[serde(default)]
    pub expected: u32,
    /// 佐证材料: files attached.
    #[serde(default)]
    pub evidence: u32,
}

/// 计算结果
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Whether the records answer it.
    pub answered: bool,
    /// The day on which they did.
    pub on: Option<Day>,
    /// 计入: records that count, oldest first; for a review, those offered as evidence.
    pub counted: Vec<Id>,
    /// 尚缺: what is missing, in Chinese; empty when answered.
    pub missing: String,
}

/// 计入期间: from which day records count, and until when, if it ever closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub from: Day,
    /// Last day; none while a late record may still answer.
    pub to: Option<Day>,
}

impl Window {
    /// Whether a record of that day counts.
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

impl RecordFilter {
    /// Whether it asks nothing.
    pub fn is_open(&self) -> bool {
        *self == RecordFilter::default()
    }

    /// Whether the record meets it.
    pub fn holds(&self, record: &RecordFact) -> bool {
        self.subkind
            .as_ref()
            .is_none_or(|code| *code == record.subkind)
            && self
                .topic
                .as_ref()
                .is_none_or(|words| record.title.contains(words.as_str()))
            && match self.speaker {
                Speaker::Any => true,
                Speaker::Secretary => record.speaker_is_secretary,
                Speaker::AgedAtMost(age) => record
                    .speaker_age
                    .is_some_and(|had| i32::from(had) <= i32::from(age)),
            }
    }
}

impl RecordQuery {
    /// Whether the record is one of those meant.
    pub fn holds(&self, record: &RecordFact) -> bool {
        self.record_kind == record.kind && self.filter.holds(record)
    }
}

impl Measure {
    /// 记录范围 it looks at, if records bear on it at all.
    pub fn query(&self) -> Option<&RecordQuery> {
        match self {
            Measure::Review { offer } => offer.as_ref(),
            Measure::Count { query, .. } | Measure::Coverage { query, .. } => Some(query),
        }
    }

    /// 是否由记录直接完成: whether records alone can answer it.
    pub fn answers_itself(&self) -> bool {
        !matches!(self, Measure::Review { .. })
    }

    /// 计算: what the records of the window say. Their order does not matter.
    pub fn evaluate(&self, records: &[RecordFact], window: Window) -> Measured {
        let mut meant: Vec<&RecordFact> = match self.query() {
            Some(query) => records
                .iter()
                .filter(|r| window.contains(r.day) && query.holds(r))
                .collect(),
            None => Vec::new(),
        };
        meant.sort_by_key(|r| (r.day, r.id));
        meant.dedup_by_key(|r| r.id);
        match self {
            Measure::Review { .. } => offered(&meant),
            Measure::Count { at_least, .. } => counted(&meant, (*at_least).max(1)),
            Measure::Coverage { percent, .. } => covered(&meant, *percent),
        }
    }
}

fn ids(records: &[&RecordFact]) -> Vec<Id> {
    records.iter().map(|r| r.id).collect()
}

fn offered(meant: &[&RecordFact]) -> Measured {
    Measured {
        counted: ids(meant),
        missing: "尚未报送".to_owned(),
        ..Measured::default()
    }
}

/// Only the records that answer it are counted, so that a later one does not change a settled duty.
fn counted(meant: &[&RecordFact], at_least: u32) -> Measured {
    let wanted = usize::try_from(at_least).unwrap_or(usize::MAX);
    match meant.get(wanted - 1) {
        Some(last) => Measured {
            answered: true,
            on: Some(last.day),
            counted: ids(&meant[..wanted]),
            missing: String::new(),
        },
        None => Measured {
            counted: ids(meant),
            missing: format!("应有 {at_least} 次记录，已有 {} 次", meant.len()),
            ..Measured::default()
        },
    }
}

fn covered(meant: &[&RecordFact], percent: u32) -> Measured {
    let reaches = |r: &&&RecordFact| {
        r.expected > 0 && u64::from(r.attended) * 100 >= u64::from(r.expected) * u64::from(percent)
    };
    if let Some(first) = meant.iter().find(reaches) {
        return Measured {
            answered: true,
            on: Some(first.day),
            counted: vec![first.id],
            missing: String::new(),
        };
    }
    let missing = match meant.last() {
        Some(last) => {
            format!(
                "参加面应达 {percent}%，最近一次应到 {} 人、实到 {} 人",
                last.expected, last.attended
            )
        }
        None => format!("尚无记录，参加面应达 {percent}%"),
    };
    Measured {
        counted: ids(meant),
        missing,
        ..Measured::default()
    }
}
