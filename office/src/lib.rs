//! Bytes ↔ neutral documents and tables: docx, xlsx, csv, plain text, and the layout of official
//! documents. Knows no feature and never touches a file system, a clock or a network; everything
//! that comes in is measured while it is inflated ([`limits`]).

pub mod chart;
pub mod csv;
pub mod docx;
pub mod limits;
pub mod official;
pub mod plain;
pub mod table;
pub mod text;
pub mod xlsx;

mod package;
mod wordml;
mod xml;

pub use limits::{Limits, OfficeError};
