//! A document as read, before anything is understood: what `office` gives and `reading` takes.

use serde::{Deserialize, Serialize};

/// 文档: blocks in reading order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Paragraphs and tables, in the order they are printed.
    pub blocks: Vec<Block>,
}

/// A paragraph or a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// 段落
    Paragraph(Paragraph),
    /// 表格
    Table(Table),
}

/// 段落: one line of text between two paragraph marks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paragraph {
    /// The number Word printed before the text by automatic numbering, as printed (`一、`, `(1)`);
    /// it is not part of `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The text typed into the paragraph.
    pub text: String,
    /// Heading level 1 to 9 by the paragraph's style, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<u8>,
    /// Whether it is centred.
    #[serde(default)]
    pub centred: bool,
    /// Whether every run of it is bold.
    #[serde(default)]
    pub bold: bool,
}

/// 表格
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The sheet's name, when the table is a worksheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Rows from the top.
    pub rows: Vec<Vec<Cell>>,
}

/// 单元格. A merged cell stands once, at its top left corner, with its spans; the places it covers
/// to the right and below are absent from later rows, so `column` says where a cell stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// First grid column, from 0.
    pub column: usize,
    /// Columns covered, 1 for a plain cell.
    pub columns: usize,
    /// Rows covered, 1 for a plain cell.
    pub rows: usize,
    /// Paragraphs joined by line feeds. Dates and numbers as a person would see them.
    pub text: String,
}

impl Document {
    /// 提取文本: what spans count in. A paragraph ends with a line feed; a cell ends with a tab and
    /// a row with a line feed. Automatic numbers are not in it.
    pub fn extracted_text(&self) -> String {
        let mut out = String::new();
        for block in &self.blocks {
            match block {
                Block::Paragraph(p) => {
                    out.push_str(&p.text);
                    out.push('\n');
                }
                Block::Table(t) => {
                    for row in &t.rows {
                        for cell in row {
                            out.push_str(&cell.text);
                            out.push('\t');
                        }
                        out.push('\n');
                    }
                }
            }
        }
        out
    }

    /// Plain text as a document: one paragraph a line.
    pub fn from_text(text: &str) -> Document {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let blocks = text
            .lines()
            .map(|line| {
                Block::Paragraph(Paragraph {
                    text: line.to_owned(),
                    ..Paragraph::default()
                })
            })
            .collect();
        Document { blocks }
    }
}
