//! Excel 工作簿: reading as tables, writing typed.

pub(crate) mod cells;
mod chart;
mod read;
mod sheet;
mod write;

pub use chart::ChartOut;
pub use read::read_document;
pub use sheet::{Column, Kind, SheetOut, Value, Workbook};
pub use write::{write, write_charted, write_rows};

#[cfg(test)]
mod tests;
