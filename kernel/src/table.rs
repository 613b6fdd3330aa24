//! A sheet on its way in: what `office` reads piece by piece and an import takes.

use serde::{Deserialize, Serialize};

/// 行
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// As Excel numbers it, from 1.
    pub number: usize,
    /// As many as the header has, trimmed; what a vertically merged cell says is said in each row
    /// it reaches over.
    pub cells: Vec<String>,
}

/// 表头: what is known before the rows come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Titles of the columns; a column without title is empty.
    pub header: Vec<String>,
    /// About how many rows will come, as the file says; for showing progress, never for trust.
    pub about: usize,
}

/// 一段: a piece of a sheet. First the head, then rows some at a time, at last the end: a sheet
/// without end was not read to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// The head.
    Head(Head),
    /// Some rows, in the file's order.
    Rows(Vec<Row>),
    /// Nothing more comes.
    End,
}
