//! 导入的表: a sheet with its header found, row by row.

use crate::csv;
use crate::limits::{Limits, OfficeError};
use crate::xlsx::cells::{Book, Merge, Seen};
use std::collections::HashMap;

pub use kernel::table::{Head, Piece, Row};

/// The header is looked for in so many rows from the top.
const HEAD_ROWS: usize = 20;
/// Columns of an imported table.
const COLUMNS: usize = 256;

/// 工作表: what an import reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The sheet's name; the file's name without extension for CSV.
    pub name: String,
    /// Titles of the columns without spaces, line feeds and the star of required fields; two-level headers joined where the lower
    /// title alone would be ambiguous. A column without title is empty.
    pub header: Vec<String>,
    /// Rows under the header that are not empty.
    pub rows: Vec<Row>,
}

/// Reads the first visible sheet with a header from `.xlsx`, or a `.csv` (UTF-8 or GB18030). The
/// header is the first row with at least two texts that is neither title nor filling-in note.
///
/// # Errors
/// [`OfficeError::TooManyRows`] over `max_rows`; [`OfficeError::NoHeader`]; and what
/// [`Limits::WORKBOOK`] refuses.
pub fn read(bytes: &[u8], file_name: &str, max_rows: usize) -> Result<Sheet, OfficeError> {
    let mut rows = Vec::new();
    let head = read_rows(bytes, file_name, max_rows, &mut |_, row| {
        rows.push(row);
        true
    })?;
    Ok(Sheet { rows, ..head })
}

/// Rows of one piece of [`read_pieces`].
const PIECE: usize = 200;

/// The same, piece by piece: `sink` gets the head, then the rows some at a time, then the end, and
/// says whether to go on. Memory does not grow with the rows.
///
/// # Errors
/// As [`read`].
pub fn read_pieces(
    bytes: &[u8],
    file_name: &str,
    max_rows: usize,
    sink: &mut dyn FnMut(Piece) -> bool,
) -> Result<(), OfficeError> {
    let about = std::cell::Cell::new(0);
    let head = |header: &[String]| {
        Piece::Head(Head {
            header: header.to_vec(),
            about: about.get(),
        })
    };
    let (mut begun, mut stopped, mut held) = (false, false, Vec::with_capacity(PIECE));
    let sheet = read_sized(bytes, file_name, max_rows, &about, &mut |header, row| {
        if !begun {
            begun = true;
            stopped = !sink(head(header));
        }
        held.push(row);
        if held.len() == PIECE {
            let full = std::mem::replace(&mut held, Vec::with_capacity(PIECE));
            stopped = stopped || !sink(Piece::Rows(full));
        }
        !stopped
    })?;
    let go_on = begun || sink(head(&sheet.header));
    if !stopped && go_on && (held.is_empty() || sink(Piece::Rows(held))) {
        sink(Piece::End);
    }
    Ok(())
}

/// The same, a row at a time: `each` gets the header and a row and says whether to go on. Returns
/// the sheet without rows.
pub fn read_rows(
    bytes: &[u8],
    file_name: &str,
    max_rows: usize,
    each: &mut dyn FnMut(&[String], Row) -> bool,
) -> Result<Sheet, OfficeError> {
    read_sized(
        bytes,
        file_name,
        max_rows,
        &std::cell::Cell::default(),
        each,
    )
}

/// The same; `about` is told how many rows the file says it has, before the first one comes.
fn read_sized(
    bytes: &[u8],
    file_name: &str,
    max_rows: usize,
    about: &std::cell::Cell<usize>,
    each: &mut dyn FnMut(&[String], Row) -> bool,
) -> Result<Sheet, OfficeError> {
    if bytes.is_empty() {
        return Err(OfficeError::Empty);
    }
    let looks_binary = [&b"PK\x03\x04"[..], b"\xD0\xCF\x11\xE0", b"%PDF"]
        .iter()
        .any(|magic| bytes.starts_with(magic));
    if !looks_binary && !file_name.to_lowercase().ends_with(".xlsx") {
        about.set(bytes.iter().filter(|b| **b == b'\n').count());
        return from_csv(bytes, file_name, max_rows, each);
    }
    let mut book = Book::open(bytes, Limits::WORKBOOK)?;
    for name in book.sheets() {
        let merges = book.merges(&name)?;
        let mut intake = Intake::new(merges, max_rows, each);
        about.set(book.height(&name)?);
        book.rows(&name, &mut |row, cells| intake.row(row, cells))?;
        if let Some(header) = intake.finish()? {
            return Ok(Sheet {
                name,
                header,
                rows: Vec::new(),
            });
        }
    }
    Err(OfficeError::NoHeader)
}

fn from_csv(
    bytes: &[u8],
    file_name: &str,
    max_rows: usize,
    each: &mut dyn FnMut(&[String], Row) -> bool,
) -> Result<Sheet, OfficeError> {
    let mut intake = Intake::new(Vec::new(), max_rows, each);
    csv::read(bytes, &mut |number, cells| {
        let cells = cells
            .into_iter()
            .enumerate()
            .filter(|(_, text)| !text.trim().is_empty());
        let seen: Vec<_> = cells
            .map(|(column, text)| Seen {
                column,
                is_text: text.trim().parse::<f64>().is_err(),
                text,
            })
            .collect();
        if seen.is_empty() {
            Ok(true)
        } else {
            intake.row(number - 1, seen)
        }
    })?;
    let header = intake.finish()?.ok_or(OfficeError::NoHeader)?;
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name
        .rsplit_once('.')
        .map_or(name, |(stem, _)| stem)
        .to_owned();
    Ok(Sheet {
        name,
        header,
        rows: Vec::new(),
    })
}

/// Rows on their way: first held until the header is clear, then handed on.
struct Intake<'e> {
    held: Vec<(usize, Vec<Seen>)>,
    header: Option<Vec<String>>,
    /// Vertically merged cells by their top left corner: the last row they reach.
    reach: HashMap<(usize, usize), usize>,
    merges: Vec<Merge>,
    /// By column: the text that is said again down to that row.
    fills: HashMap<usize, (usize, String)>,
    left: usize,
    max_rows: usize,
    each: &'e mut dyn FnMut(&[String], Row) -> bool,
}

impl<'e> Intake<'e> {
    fn new(
        merges: Vec<Merge>,
        max_rows: usize,
        each: &'e mut dyn FnMut(&[String], Row) -> bool,
    ) -> Intake<'e> {
        let reach = merges
            .iter()
            .filter(|m| m.bottom > m.top)
            .map(|m| ((m.top, m.left), m.bottom))
            .collect();
        Intake {
            held: Vec::new(),
            header: None,
            reach,
            merges,
            fills: HashMap::new(),
            left: max_rows,
            max_rows,
            each,
        }
    }

    fn row(&mut self, row: usize, cells: Vec<Seen>) -> Result<bool, OfficeError> {
        if self.header.is_some() {
            return self.data(row, cells);
        }
        self.held.push((row, cells));
        if self.held.len() < HEAD_ROWS {
            Ok(true)
        } else {
            self.settle()
        }
    }

    /// The header once all rows have come.
    fn finish(mut self) -> Result<Option<Vec<String>>, OfficeError> {
        if self.header.is_none() {
            self.settle()?;
        }
        Ok(self.header)
    }

    /// Finds the header among the held rows and hands the rows below it on.
    fn settle(&mut self) -> Result<bool, OfficeError> {
        let held = std::mem::take(&mut self.held);
        let Some((at, depth)) = find_header(&held, &self.merges) else {
            return Ok(false);
        };
        self.header = Some(titles(&held[at..at + depth]));
        for (row, cells) in held.into_iter().skip(at + depth) {
            if !self.data(row, cells)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn data(&mut self, row: usize, cells: Vec<Seen>) -> Result<bool, OfficeError> {
        let Some(header) = &self.header else {
            return Ok(true);
        };
        let mut texts = vec![String::new(); header.len()];
        let mut empty = true;
        for cell in cells.into_iter().filter(|c| c.column < header.len()) {
            let text = cell.text.trim();
            if text.is_empty() {
                continue;
            }
            empty = false;
            if let Some(bottom) = self.reach.get(&(row, cell.column)) {
                self.fills.insert(cell.column, (*bottom, text.to_owned()));
            }
            texts[cell.column] = text.to_owned();
        }
        if empty {
            return Ok(true);
        }
        self.fills.retain(|_, (bottom, _)| *bottom >= row);
        for (column, (_, text)) in &self.fills {
            texts[*column].clone_from(text);
        }
        self.left = self.left.checked_sub(1).ok_or(OfficeError::TooManyRows {
            limit: self.max_rows,
        })?;
        Ok((self.each)(
            header,
            Row {
                number: row + 1,
                cells: texts,
            },
        ))
    }
}

/// Where the header stands among the rows, and whether it takes one row or two.
fn find_header(rows: &[(usize, Vec<Seen>)], merges: &[Merge]) -> Option<(usize, usize)> {
    let widest = rows.iter().map(|(_, cells)| cells.len()).max()?;
    let good = |min: usize| {
        rows.iter()
            .position(|(_, cells)| cells.len() >= min.max(2) && looks_like_header(cells))
    };
    let at = good(widest.div_ceil(2)).or_else(|| good(2))?;
    let (row, cells) = &rows[at];
    let last = cells.last().map_or(0, |c| c.column);
    // A title over several columns, with titles of their own under it.
    let group =
        |m: &&Merge| m.top == *row && m.bottom == *row && m.right > m.left && m.left <= last;
    let groups: Vec<&Merge> = merges.iter().filter(group).collect();
    let below = rows.get(at + 1).filter(|(next, _)| *next == row + 1);
    let two = below.is_some_and(|(_, cells)| {
        !groups.is_empty()
            && looks_like_text(cells)
            && cells.iter().all(|c| {
                groups
                    .iter()
                    .any(|g| (g.left..=g.right).contains(&c.column))
                    || merges.iter().all(|m| m.left != c.column || m.top != *row)
            })
    });
    Some((at, if two { 2 } else { 1 }))
}

fn looks_like_text(cells: &[Seen]) -> bool {
    !cells.is_empty()
        && cells
            .iter()
            .all(|c| c.is_text && c.text.chars().count() <= 60)
}

fn looks_like_header(cells: &[Seen]) -> bool {
    let first = cells.first().map_or("", |c| c.text.trim());
    let outside_brackets = first.split(['(', '（']).next().unwrap_or_default();
    let is_note = ["填表", "填报", "说明", "注:", "注："]
        .iter()
        .any(|word| first.starts_with(word));
    looks_like_text(cells) && !is_note && !outside_brackets.contains([':', '：'])
}

/// A title without line feeds, spaces and the star of a field that must be filled in.
fn title(text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    text.trim_matches(['*', '＊']).to_owned()
}

/// Column titles from one header row or two.
fn titles(rows: &[(usize, Vec<Seen>)]) -> Vec<String> {
    let width = rows
        .iter()
        .flat_map(|(_, cells)| cells.iter().map(|c| c.column + 1))
        .max()
        .unwrap_or(0)
        .min(COLUMNS);
    let mut levels = rows.iter().map(|(_, cells)| {
        let mut level = vec![String::new(); width];
        for cell in cells.iter().filter(|c| c.column < width) {
            level[cell.column] = title(&cell.text);
        }
        level
    });
    let mut top = levels.next().unwrap_or_default();
    let Some(low) = levels.next() else { return top };
    let mut group = String::new();
    for column in 0..width {
        if !top[column].is_empty() {
            group.clone_from(&top[column]);
        }
        if low[column].is_empty() {
            continue;
        }
        let ambiguous = low.iter().filter(|t| **t == low[column]).count() > 1;
        top[column] = if ambiguous {
            format!("{group}·{}", low[column])
        } else {
            low[column].clone()
        };
    }
    top
}

#[cfg(test)]
mod tests;
