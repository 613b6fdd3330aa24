//! 公文: an official document in Word, laid out as GB/T 9704-2012 wants it.

mod layout;
mod number;

#[cfg(test)]
mod tests;

pub use crate::chart::{Chart, ChartSeries, ChartShape};
pub use crate::wordml::TableColumn;
pub use layout::{PAGE_BLOCK_TWIPS, write};
pub use number::{DocumentNumber, NotADocumentNumber};

use kernel::Day;

/// 公文
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficialDocument {
    /// 发文机关标志, with 文件 where it has it: `清禾县教育局党组文件`. `None` prints no red head, as
    /// for letters and internal sheets.
    pub issuer_mark: Option<String>,
    /// 发文字号
    pub number: Option<DocumentNumber>,
    /// 标题. Line feeds break it where the author wants; else it is broken to even lines.
    pub title: String,
    /// 主送机关, without colon: `各基层党组织`. Empty for none.
    pub recipients: String,
    /// 正文
    pub body: Vec<BodyBlock>,
    /// 附件说明: names of the annexes, without numbers, quotation marks or full stop.
    pub annexes: Vec<String>,
    /// 附件: title and content, in the order of `annexes`, each on a new page.
    pub annex_bodies: Vec<(String, Vec<BodyBlock>)>,
    /// 发文机关署名
    pub signer: String,
    /// 成文日期
    pub date: Day,
    /// 抄送机关, without colon. Empty for none.
    pub copy_to: String,
    /// 印发机关和印发日期
    pub printed_by: Option<(String, Day)>,
}

/// 正文的一块
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyBlock {
    /// `一、…`, 黑体. The number is part of the text, here and below.
    Heading1(String),
    /// `（一）…`, 楷体.
    Heading2(String),
    /// `1.…`, 仿宋.
    Heading3(String),
    /// `（1）…`, 仿宋.
    Heading4(String),
    /// A paragraph that begins with its heading: `（一）健全制度。` in the heading's font, then text.
    Lead {
        /// 1 to 4.
        level: u8,
        /// The heading with its number and full stop.
        heading: String,
        /// What follows in the same paragraph.
        text: String,
    },
    /// 段落, first line indented by two characters; line feeds begin new paragraphs.
    Paragraph(String),
    /// 表格, as wide as the text block, its header repeated on each page.
    Table {
        /// Columns.
        columns: Vec<TableColumn>,
        /// Rows of as many texts.
        rows: Vec<Vec<String>>,
    },
    /// 表题, centred over the table that follows: `表1 各片区完成情况`.
    Caption(String),
    /// 图表, as wide as the text block, its caption under it.
    Chart(Chart),
}
