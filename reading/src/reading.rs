//! 读出的结果: what a document says, each value with the span it was read from.
//!
//! Spans are half-open ranges of Unicode scalars in the extracted text
//! ([`kernel::document::Document::extracted_text`]), before any repair.

use kernel::Day;
use serde::{Deserialize, Serialize};

/// A span of the extracted text.
pub type Span = [usize; 2];

/// 读取结果: everything understood of one document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// What the document mainly is.
    pub kind: Kind,
    /// 标题
    pub title: Option<String>,
    /// 发文单位
    pub issuer: Option<String>,
    /// 主送单位
    pub recipients: Option<String>,
    /// 文号
    pub number: Option<String>,
    /// 成文日期: the day beside the signature.
    pub doc_date: Option<Day>,
    /// The year its dates are read in; `None` when the text masks it or never says.
    pub year: Option<i16>,
    /// The days the document covers, both included.
    pub period: Option<[Day; 2]>,
    /// 任务
    pub tasks: Vec<Item>,
    /// 数字
    pub figures: Vec<Figure>,
    /// 勾稽关系
    pub identities: Vec<Identity>,
    /// 文字损坏
    pub damage: Vec<Damage>,
    /// What a person should look at, in words.
    pub warnings: Vec<String>,
}

/// What a document mainly is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// 任务: a task sheet, a plan, a division of work.
    Tasks,
    /// 数字: a report or summary.
    Figures,
    /// 通知 that asks for little or nothing with a date.
    #[default]
    Notice,
    /// 排名通报
    Ranking,
    /// A report that also sets tasks.
    Mixed,
}

/// 任务项: one thing to do, or one dated part of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Item {
    /// Where it stands, as printed, with half-width brackets: `二、(三)2.`; empty when unnumbered.
    pub outline: String,
    /// `a`, `b`, … when one paragraph holds several duties.
    pub part: Option<String>,
    /// 标题
    pub title: String,
    /// 截止日期
    pub due: Option<Day>,
    /// The words of the deadline.
    pub due_text: Option<String>,
    /// The days in which it is to be done, when the text names such a stretch.
    pub window: Option<[Day; 2]>,
    /// Time of day of the deadline, `HH:MM`.
    pub due_time: Option<String>,
    /// The deadline is not said; it is the end of the document's period.
    pub due_inferred: bool,
    /// 周期, as listed in the reading conventions.
    pub recur: Option<String>,
    /// Days inside the period, for recurring items and for `3月、4月分别`.
    pub instances: Vec<Day>,
    /// Whom it is asked of.
    pub targets: Targets,
    /// The words that name them.
    pub targets_text: Option<String>,
    /// 数量要求
    pub quantity: Option<String>,
    /// 佐证材料
    pub evidence: Vec<String>,
    /// A heading that only groups.
    pub container: bool,
    /// The whole text, repaired and simplified.
    pub text: String,
    /// Where the text stands.
    pub span: Span,
    /// How sure the reading is, 0 to 1.
    pub confidence: f64,
    /// What a person should check, in words.
    pub doubts: Vec<String>,
    /// Where the deadline was read.
    pub due_span: Option<Span>,
    /// Where the targets were read.
    pub targets_span: Option<Span>,
    /// Where each piece of evidence was read.
    pub evidence_spans: Vec<Span>,
    /// Where the quantity was read.
    pub quantity_span: Option<Span>,
    /// A typed reading of the targets.
    pub target_terms: Vec<TargetTerm>,
    /// What records could answer it: `lecture_by_secretary`, `report_lesson`, …
    pub measure_hint: Option<String>,
    /// Whether it asks for more than handing in a file.
    pub substantive_hint: bool,
    /// Words in it that must not be demanded of anybody.
    pub forbidden: Vec<String>,
}

/// Whom an item is asked of: `"all"`, or the words that name them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Targets {
    /// Always the word `all`.
    All(All),
    /// The words, one for each unit, kind or predicate named.
    Named(Vec<String>),
}

/// The word `all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum All {
    /// 全部
    All,
}

impl Default for Targets {
    fn default() -> Self {
        Targets::All(All::All)
    }
}

/// One term of the typed reading of targets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetTerm {
    /// Which kind of term.
    pub kind: TermKind,
    /// Code of a tag, predicate or kind; the name of a unit or zone; `all`.
    pub value: String,
    /// The words it was read from.
    pub text: String,
}

/// Kinds of target terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TermKind {
    /// 全部
    All,
    /// A unit by its name.
    Named,
    /// A tag on organisations.
    Tag,
    /// A condition on the organisation or its people.
    Predicate,
    /// A kind of unit or organisation.
    Kind,
    /// 片区
    Zone,
}

/// 数字: one figure with what it counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figure {
    /// What is counted.
    pub label: String,
    /// Its value; `None` when the text masks or lost it.
    pub value: Option<f64>,
    /// 单位
    pub unit: String,
    /// 多, 以上, 以下, 不少于, 约, …
    pub qualifier: Option<String>,
    /// As printed.
    pub raw: String,
    /// `percent`, `threshold`, `frequency`, `period`, `ordinal`; `None` for a plain count.
    pub role: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// 勾稽关系: a sum or share that the figures should satisfy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// For a person: `90 = 1+6+1+53+28+1`.
    pub expr: String,
    /// Whether it holds.
    pub holds: bool,
    /// The text states it (其中…, 共…); otherwise the reader found it.
    pub stated: bool,
    /// What the right side comes to.
    pub computed: f64,
    /// What the figures count.
    pub label: String,
    /// Where it stands.
    pub span: Span,
}

/// 文字损坏
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// As it stands in the document.
    pub raw: String,
    /// What it most likely was, when the document says so elsewhere.
    pub repaired: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// Why it was repaired, or not.
    pub why: String,
}
