//! 交办单, as stored.

use kernel::{Day, Id, Instant, Period, TreePath};
use office::official::DocumentNumber;
use web::Place;

store::row! {
    /// 交办单
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Sheet {
        /// Key.
        pub id: Id,
        /// Who issues it.
        pub issuer: Id,
        /// Path of the issuer.
        pub path: TreePath,
        /// 标题
        pub title: String,
        /// 发文单位, as the document names it.
        pub issuer_words: String,
        /// 主送单位
        pub recipients: String,
        /// What stands before the first item.
        pub preface: String,
        /// First day of the period.
        pub period_from: Day,
        /// Last day of the period.
        pub period_to: Day,
        /// 成文日期
        pub doc_date: Day,
        /// 机关代字: `清教党`.
        pub prefix: String,
        /// Year of the number.
        pub year: Option<i64>,
        /// 发文顺序号
        pub number: Option<i64>,
        /// The number that the uploaded document carries, if any.
        pub cited_number: String,
        /// The uploaded file.
        pub original: Option<Id>,
        /// Its name.
        pub original_name: String,
        /// JSON of the document as parsed.
        pub document: String,
        /// JSON: what the reader noticed.
        pub warnings: String,
        /// When it was drafted.
        pub created_at: Instant,
        /// Who drafted it.
        pub created_by_name: String,
        /// When it was issued.
        pub issued_at: Option<Instant>,
        /// Who issued it.
        pub issued_by: Option<String>,
        /// When it was closed.
        pub closed_at: Option<Instant>,
        /// Why it was closed, where somebody said so.
        pub closed_why: Option<String>,
        /// 作废: closed as void; its number is not given again.
        pub voided: bool,
        /// Key of the page that saved it last.
        pub saved_key: String,
        /// Version of what stands above the items.
        pub version: i64,
        /// Counts every change of the draft, its items' included.
        pub changes: i64,
    }
}

/// Columns of [`Sheet`].
pub const COLUMNS: &str = "s.id, s.issuer, s.path, s.title, s.issuer_words, s.recipients, s.preface, \
    s.period_from, s.period_to, s.doc_date, s.prefix, s.year, s.number, s.cited_number, s.original, \
    s.original_name, s.document, s.warnings, s.created_at, s.created_by_name, s.issued_at, \
    s.issued_by, s.closed_at, s.closed_why, s.voided, s.saved_key, s.version, s.changes";

/// Where a sheet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// 草稿
    Draft,
    /// 在办
    Issued,
    /// 已结束
    Closed,
    /// 已作废
    Void,
}

impl Stage {
    /// What users read.
    pub fn chinese(self) -> &'static str {
        match self {
            Stage::Draft => "草稿",
            Stage::Issued => "在办",
            Stage::Closed => "已结束",
            Stage::Void => "已作废",
        }
    }

    /// Class of its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Stage::Draft => "",
            Stage::Issued => "t-doing",
            Stage::Closed => "t-done",
            Stage::Void => "t-free",
        }
    }

    /// From the columns that tell.
    pub fn of(issued: bool, closed: bool, voided: bool) -> Stage {
        match (issued, closed, voided) {
            (false, ..) => Stage::Draft,
            (_, _, true) => Stage::Void,
            (_, true, _) => Stage::Closed,
            _ => Stage::Issued,
        }
    }
}

impl Sheet {
    /// Where it lies.
    pub fn place(&self) -> Place {
        Place::new(&self.path, None)
    }

    /// Where it stands.
    pub fn stage(&self) -> Stage {
        Stage::of(
            self.issued_at.is_some(),
            self.closed_at.is_some(),
            self.voided,
        )
    }

    /// 期间
    pub fn period(&self) -> Period {
        Period {
            from: self.period_from,
            to: self.period_to.max(self.period_from),
        }
    }

    /// `清教党〔2026〕3号`; empty before issue.
    pub fn number_words(&self) -> String {
        match (self.year, self.number) {
            (Some(year), Some(number)) => format!("{}〔{year}〕{number}号", self.prefix),
            _ => String::new(),
        }
    }

    /// The number as an official document prints it.
    pub fn document_number(&self) -> Option<DocumentNumber> {
        let year = u16::try_from(self.year?).ok()?;
        DocumentNumber::new(&self.prefix, year, u32::try_from(self.number?).ok()?).ok()
    }

    /// Every value a form can change.
    pub fn print(&self) -> String {
        [
            self.title.as_str(),
            &self.issuer_words,
            &self.recipients,
            &self.preface,
            &self.period_from.to_string(),
            &self.period_to.to_string(),
            &self.doc_date.to_string(),
            &self.prefix,
        ]
        .join("\u{1f}")
    }

    /// The same as a person reads it.
    pub fn said(&self) -> String {
        [
            self.title.as_str(),
            &self.recipients,
            &self.period().chinese(),
            &self.doc_date.chinese(),
            &self.prefix,
            &self.preface,
        ]
        .join("；")
    }
}

store::row! {
    /// 附件
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Annex {
        /// Its number, from 1.
        pub rank: i64,
        /// Name, without number.
        pub title: String,
        /// The file; none while only cited.
        pub file: Option<Id>,
    }
}
