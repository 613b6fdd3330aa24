//! 工作簿当文档读: every visible sheet as a table.

use super::cells::{Book, Merge};
use crate::limits::{Limits, OfficeError};
use kernel::document::{Block, Cell, Document, Table};
use std::collections::HashMap;

/// Cells of a workbook that is read as a document, not imported.
const CELLS: usize = 300_000;

/// Reads a workbook as a document: one table for each visible sheet that is not empty, with the
/// sheet's name, merged cells as they stand, dates as `YYYY-MM-DD`, whole numbers without decimals
/// and percentages with their sign. Rows with nothing in them are left out.
///
/// # Errors
/// [`OfficeError`] for everything that is not a workbook within [`Limits::DOCUMENT`].
pub fn read_document(bytes: &[u8]) -> Result<Document, OfficeError> {
    let mut book = Book::open(bytes, Limits::DOCUMENT)?;
    let mut left = CELLS;
    let mut blocks = Vec::new();
    for sheet in book.sheets() {
        let merges = book.merges(&sheet)?;
        let mut rows = Vec::new();
        book.rows(&sheet, &mut |row, cells| {
            left = left
                .checked_sub(cells.len())
                .ok_or_else(|| OfficeError::TooLarge {
                    what: "单元格",
                    limit: format!("{CELLS} 个"),
                })?;
            rows.push((row, cells));
            Ok(true)
        })?;
        if rows.is_empty() {
            continue;
        }
        let numbers: Vec<usize> = rows.iter().map(|(row, _)| *row).collect();
        let spans = Spans::new(&merges, &numbers);
        let rows = rows.into_iter().map(|(row, cells)| {
            let seen = cells.into_iter().filter(|c| !spans.covers(row, c.column));
            seen.map(|c| {
                let (rows, columns) = spans.at(row, c.column);
                Cell {
                    column: c.column,
                    columns,
                    rows,
                    text: c.text,
                }
            })
            .collect()
        });
        blocks.push(Block::Table(Table {
            name: Some(sheet),
            rows: rows.collect(),
        }));
    }
    if blocks.is_empty() {
        return Err(OfficeError::NoText);
    }
    Ok(Document { blocks })
}

/// Merged regions, looked up by place.
struct Spans<'m> {
    /// Row numbers that are kept, ascending.
    kept: &'m [usize],
    corners: HashMap<(usize, usize), Merge>,
    /// Regions by each kept row they touch.
    by_row: HashMap<usize, Vec<Merge>>,
}

impl<'m> Spans<'m> {
    fn new(merges: &[Merge], kept: &'m [usize]) -> Spans<'m> {
        let mut by_row: HashMap<usize, Vec<Merge>> = HashMap::new();
        // A few whole-column merges are common, many are an attack: what is looked up is bounded.
        let mut left = CELLS;
        for merge in merges {
            let from = kept.partition_point(|row| *row < merge.top);
            for row in kept[from..].iter().take_while(|row| **row <= merge.bottom) {
                if left == 0 {
                    break;
                }
                left -= 1;
                by_row.entry(*row).or_default().push(*merge);
            }
        }
        let corners = merges.iter().map(|m| ((m.top, m.left), *m)).collect();
        Spans {
            kept,
            corners,
            by_row,
        }
    }

    /// Rows (kept ones only) and columns of the cell at that place.
    fn at(&self, row: usize, column: usize) -> (usize, usize) {
        let Some(merge) = self.corners.get(&(row, column)) else {
            return (1, 1);
        };
        let rows = self.kept.partition_point(|r| *r <= merge.bottom)
            - self.kept.partition_point(|r| *r < merge.top);
        (rows.max(1), merge.right - merge.left + 1)
    }

    /// Whether another cell lies over that place.
    fn covers(&self, row: usize, column: usize) -> bool {
        let here = self.by_row.get(&row).map_or(&[][..], Vec::as_slice);
        here.iter()
            .any(|m| (m.left..=m.right).contains(&column) && (row, column) != (m.top, m.left))
    }
}
