//! 计分办法 of a county: factors, tail, days to object, newcomers. Data of a pack, valid from a day.

use super::{Factors, TailRule};
use kernel::{Day, Source};
use serde::{Deserialize, Serialize};

const SHIPPED: &str = include_str!("../../../packs/scoring.toml");

/// 计分办法, as a ranking keeps it with its editions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// 生效日
    pub from: Day,
    /// 计分系数
    pub factors: Factors,
    /// 末位规则
    pub tail: TailRule,
    /// 异议期, working days.
    pub objection_workdays: u32,
    /// 新建组织不排名: one that began after the period's first day is listed without a rank.
    pub newcomers_unranked: bool,
    /// 依据
    pub source: Source,
}

/// 计分办法的各期: the tables of a pack in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scoring(Vec<Terms>);

/// 计分办法有误: why a pack's text was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScoringError {
    /// The text is no TOML of the expected shape.
    #[error("计分办法无法读取：{0}")]
    Unreadable(String),
    /// Nothing in it.
    #[error("计分办法里一期也没有")]
    Empty,
    /// More than full marks, or late worth more than in time.
    #[error("{0} 起的计分系数不合理：按时、逾期、未完成应依次不增，且都不超过 100")]
    Factors(Day),
    /// A share above the whole.
    #[error("{0} 起的末位比例是 {1}%，超过 100%")]
    Tail(Day, u32),
    /// Nobody could object.
    #[error("{0} 起的异议期是 0 个工作日，至少要留 1 个工作日")]
    NoDays(Day),
    /// Two tables begin on one day.
    #[error("{0} 起有两份计分办法")]
    Twice(Day),
}

#[derive(Deserialize)]
struct PackText {
    #[serde(default)]
    terms: Vec<TermsText>,
}

#[derive(Deserialize)]
struct TermsText {
    from: Day,
    document: String,
    #[serde(default)]
    article: String,
    on_time: u32,
    late: u32,
    none: u32,
    tail_percent: u32,
    tail_at_least: u32,
    objection_workdays: u32,
    newcomers_unranked: bool,
}

impl TryFrom<TermsText> for Terms {
    type Error = ScoringError;

    fn try_from(text: TermsText) -> Result<Terms, ScoringError> {
        if text.on_time > 100 || text.late > text.on_time || text.none > text.late {
            return Err(ScoringError::Factors(text.from));
        }
        if text.tail_percent > 100 {
            return Err(ScoringError::Tail(text.from, text.tail_percent));
        }
        if text.objection_workdays == 0 {
            return Err(ScoringError::NoDays(text.from));
        }
        Ok(Terms {
            from: text.from,
            factors: Factors {
                on_time: text.on_time,
                late: text.late,
                none: text.none,
            },
            tail: TailRule {
                percent: text.tail_percent,
                at_least: text.tail_at_least,
            },
            objection_workdays: text.objection_workdays,
            newcomers_unranked: text.newcomers_unranked,
            source: Source {
                document: text.document.into(),
                article: text.article.into(),
            },
        })
    }
}

impl Scoring {
    /// 随附的计分办法: `packs/scoring.toml`.
    pub fn shipped() -> Scoring {
        // A test holds that the shipped text is sound; without it the defaults stand.
        Scoring::from_toml(SHIPPED).unwrap_or_default()
    }

    /// From the text of a pack: `[[terms]]` tables, each valid from its day.
    pub fn from_toml(text: &str) -> Result<Scoring, ScoringError> {
        let read: PackText =
            toml::from_str(text).map_err(|e| ScoringError::Unreadable(e.message().to_owned()))?;
        let mut terms = Vec::new();
        for one in read.terms {
            terms.push(Terms::try_from(one)?);
        }
        terms.sort_by_key(|one| one.from);
        if let Some(twice) = terms.windows(2).find(|w| w[0].from == w[1].from) {
            return Err(ScoringError::Twice(twice[0].from));
        }
        if terms.is_empty() {
            return Err(ScoringError::Empty);
        }
        Ok(Scoring(terms))
    }

    /// 当日有效的计分办法; before the first table the first one holds.
    pub fn on(&self, day: Day) -> Terms {
        let valid = self.0.iter().rev().find(|terms| terms.from <= day);
        match valid.or(self.0.first()) {
            Some(terms) => terms.clone(),
            None => Terms {
                from: day,
                factors: Factors::default(),
                tail: TailRule::default(),
                objection_workdays: 5,
                newcomers_unranked: true,
                source: Source {
                    document: "".into(),
                    article: "".into(),
                },
            },
        }
    }
}
