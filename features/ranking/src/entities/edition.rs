//! 版: what was computed once and is never rewritten.

use super::Line;
use kernel::{Id, Instant, Period};
use rules::score::{Standing, Terms};
use serde::{Deserialize, Serialize};

/// 版: one frozen computation of a ranking.
#[derive(Clone, Debug)]
pub struct Edition {
    /// 排名
    pub ranking: Id,
    /// 第几版, from 1.
    pub number: i64,
    /// 标题
    pub title: String,
    /// 评定期
    pub period: Period,
    /// 主送
    pub recipients: String,
    /// 签发人; empty where none was named.
    pub signer: String,
    /// 计分办法
    pub terms: Terms,
    /// 纳入的交办单
    pub sheets: Vec<SheetName>,
    /// When it was computed.
    pub made_at: Instant,
    /// By whom.
    pub made_by: String,
    /// Why it took the place of the one before; none for the first.
    pub change: Option<Change>,
    /// The edition that took its place.
    pub replaced_by: Option<i64>,
    /// 公布
    pub published: Option<Published>,
    /// 文号, once published under one.
    pub document: Option<DocumentNumber>,
    /// By rank, those without one last.
    pub lines: Vec<Line>,
}

impl Edition {
    /// How many are ranked.
    pub fn ranked(&self) -> usize {
        self.lines.iter().filter(|l| l.ranks.is_some()).count()
    }

    /// 需作情况说明的组织
    pub fn tail(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.tail)
    }

    /// The line of an organisation.
    pub fn line(&self, organisation: Id) -> Option<&Line> {
        self.lines.iter().find(|l| l.organisation == organisation)
    }
}

/// A sheet that counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetName {
    /// Which.
    pub id: Id,
    /// Its number, or title.
    pub label: String,
    /// Its title.
    pub title: String,
}

/// 公布: an act with a name and a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// 文号
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentNumber {
    /// 机关代字
    pub prefix: String,
    /// 年份
    pub year: i64,
    /// 顺序号
    pub number: i64,
}

impl DocumentNumber {
    /// `清教党〔2026〕3号`
    pub fn words(&self) -> String {
        format!("{}〔{}〕{}号", self.prefix, self.year, self.number)
    }

    /// As an official document prints it.
    pub fn official(&self) -> Option<office::official::DocumentNumber> {
        let (year, n) = (
            u16::try_from(self.year).ok()?,
            u32::try_from(self.number).ok()?,
        );
        office::official::DocumentNumber::new(&self.prefix, year, n).ok()
    }
}

/// 换版的缘由: one item of one organisation stands differently than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Whose line.
    pub organisation: Id,
    /// Its name.
    pub name: String,
    /// Which item.
    pub requirement: Id,
    /// Its title.
    pub title: String,
    /// How it stood.
    pub before: Standing,
    /// How it stands.
    pub after: Standing,
    /// Why, in the office's words.
    pub why: String,
    /// The objection that was upheld; none for a correction of the office's own.
    pub objection: Option<Id>,
}

impl Change {
    /// `第一小学党支部“讲党课”由“未完成”改为“按时”：…`
    pub fn words(&self) -> String {
        format!(
            "{}“{}”由“{}”改为“{}”：{}",
            self.name,
            self.title.replace('“', "‘").replace('”', "’"),
            self.before.chinese(),
            self.after.chinese(),
            self.why
        )
    }

    /// What those read who may not see that line.
    pub fn plain(&self) -> &'static str {
        match self.objection {
            Some(_) => "核实一项异议后重新计算",
            None => "更正一项后重新计算",
        }
    }
}
