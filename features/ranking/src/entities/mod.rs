//! What a ranking is: its life, its frozen editions, its lines and how they are scored.

mod edition;
mod line;
mod ranking;
mod scoring;

pub use edition::{Change, DocumentNumber, Edition, Published, SheetName};
pub use line::{
    Correction, Counts, ItemLine, Judged, Line, Named, Rank, Ranks, RecordName, Unranked,
};
pub use ranking::{Audience, COLUMNS, Ranking, Stage};
pub use scoring::{Subject, corrected, line_of, rank};
