//! The cells of a workbook as a person sees them, row by row.

use crate::limits::{Limits, OfficeError};
use crate::package::Package;
use calamine::{
    DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Style, Xlsx, XlsxError,
};
use std::io::Cursor;
use std::panic::AssertUnwindSafe;

/// Bytes of text all cells may come to; shared strings can be repeated without end.
const TEXT: usize = 256 << 20;
/// Merged regions of one sheet.
const MERGES: usize = 100_000;

/// 单元格的值: text as shown, and whether it was typed as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) column: usize,
    pub(crate) text: String,
    pub(crate) is_text: bool,
}

/// A merged region, rows and columns from 0, both ends included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merge {
    pub(crate) top: usize,
    pub(crate) left: usize,
    pub(crate) bottom: usize,
    pub(crate) right: usize,
}

/// An opened workbook that has been measured.
pub(crate) struct Book<'a> {
    xlsx: Xlsx<Cursor<&'a [u8]>>,
    text_left: usize,
}

impl<'a> Book<'a> {
    pub(crate) fn open(bytes: &'a [u8], limits: Limits) -> Result<Book<'a>, OfficeError> {
        let mut package = Package::open(bytes, limits)?;
        if !package.has("xl/workbook.xml") {
            let found = if package.has("xl/workbook.bin") {
                "二进制工作簿（.xlsb）"
            } else if package.has("word/document.xml") {
                " Word 文档"
            } else {
                "压缩包或其他文件"
            };
            return Err(OfficeError::WrongKind {
                wanted: " Excel 工作簿（.xlsx）",
                found,
            });
        }
        refuse_entities(&mut package)?;
        package.measure()?;
        let xlsx = contained(|| Xlsx::new(Cursor::new(bytes)))?;
        Ok(Book {
            xlsx,
            text_left: TEXT,
        })
    }

    /// Names of the worksheets a person sees, in their order.
    pub(crate) fn sheets(&self) -> Vec<String> {
        let visible = self
            .xlsx
            .sheets_metadata()
            .iter()
            .filter(|s| s.visible == SheetVisible::Visible);
        visible
            .filter(|s| s.typ == SheetType::WorkSheet)
            .map(|s| s.name.clone())
            .collect()
    }

    pub(crate) fn merges(&mut self, sheet: &str) -> Result<Vec<Merge>, OfficeError> {
        let regions = contained(|| self.xlsx.merge_cells_by_sheet_name(sheet))?;
        if regions.len() > MERGES {
            return Err(OfficeError::TooLarge {
                what: "合并单元格",
                limit: format!("{MERGES} 处"),
            });
        }
        Ok(regions
            .iter()
            .map(merge)
            .filter(|m| m.top <= m.bottom && m.left <= m.right)
            .collect())
    }

    /// Rows the sheet says it has.
    pub(crate) fn height(&mut self, sheet: &str) -> Result<usize, OfficeError> {
        let reader = contained(|| self.xlsx.worksheet_cells_reader(sheet))?;
        Ok(reader.dimensions().end.0 as usize + 1)
    }

    /// Rows with at least one non-empty cell, from the top; the sink gets the row's number from 0
    /// and says whether to go on.
    pub(crate) fn rows(
        &mut self,
        sheet: &str,
        sink: &mut dyn FnMut(usize, Vec<Seen>) -> Result<bool, OfficeError>,
    ) -> Result<(), OfficeError> {
        let mut reader = contained(|| self.xlsx.worksheet_cells_reader(sheet))?;
        let formats: Vec<Shown> = reader.styles().iter().map(Shown::of).collect();
        let (mut row, mut cells) = (0usize, Vec::new());
        while let Some((cell, style)) = contained(|| reader.next_cell_with_style_id())? {
            let (at, column) = cell.get_position();
            let (at, column) = (at as usize, column as usize);
            let shown = formats.get(style).copied().unwrap_or(Shown::Plain);
            let Some((text, is_text)) = show(cell.get_value(), shown) else {
                continue;
            };
            self.text_left =
                self.text_left
                    .checked_sub(text.len())
                    .ok_or_else(|| OfficeError::TooLarge {
                        what: "文字",
                        limit: format!("{} MB", TEXT >> 20),
                    })?;
            if at < row {
                return Err(OfficeError::damaged("行的顺序"));
            }
            if at > row && !cells.is_empty() && !sink(row, sorted(std::mem::take(&mut cells)))? {
                return Ok(());
            }
            row = at;
            cells.push(Seen {
                column,
                text,
                is_text,
            });
        }
        if !cells.is_empty() {
            sink(row, sorted(cells))?;
        }
        Ok(())
    }
}

fn sorted(mut cells: Vec<Seen>) -> Vec<Seen> {
    cells.sort_by_key(|c| c.column);
    cells.dedup_by_key(|c| c.column);
    cells
}

/// No Office program writes a document type; who does, means to define entities.
fn refuse_entities(package: &mut Package<'_>) -> Result<(), OfficeError> {
    let text = package.text("xl/workbook.xml")?.unwrap_or_default();
    match text.contains("<!DOCTYPE") {
        true => Err(OfficeError::Unsafe {
            what: "自定义实体"
        }),
        false => Ok(()),
    }
}

/// The reader beneath is not ours, and some malformed regions make it overflow: a panic there is a
/// damaged file here. What it held is dropped with the error.
fn contained<T>(read: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, OfficeError> {
    match std::panic::catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(damaged),
        Err(_) => Err(OfficeError::damaged("工作簿内容")),
    }
}

fn damaged(error: XlsxError) -> OfficeError {
    match error {
        XlsxError::Password => OfficeError::Encrypted,
        _ => OfficeError::damaged("工作簿内容"),
    }
}

fn merge(d: &Dimensions) -> Merge {
    Merge {
        top: d.start.0 as usize,
        left: d.start.1 as usize,
        bottom: d.end.0 as usize,
        right: d.end.1 as usize,
    }
}

/// The few number formats that change what a person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Plain,
    /// With that many decimals.
    Percent(usize),
    /// Leading zeros up to that width.
    Zeros(usize),
}

impl Shown {
    fn of(style: &Style) -> Shown {
        let code = style
            .number_format
            .as_ref()
            .map_or("", |f| f.format_code.as_str());
        let code = code.split(';').next().unwrap_or_default();
        if code.ends_with('%') {
            let decimals = code.split_once('.').map_or(0, |(_, d)| {
                d.chars().filter(|c| *c == '0' || *c == '#').count()
            });
            Shown::Percent(decimals.min(9))
        } else if code.len() > 1 && code.len() <= 30 && code.chars().all(|c| c == '0') {
            Shown::Zeros(code.len())
        } else {
            Shown::Plain
        }
    }
}

/// The text shown, and whether it was typed as text; `None` for an empty cell.
fn show(value: &DataRef<'_>, shown: Shown) -> Option<(String, bool)> {
    let text = match value {
        DataRef::Empty => return None,
        DataRef::String(s) => return visible(s),
        DataRef::SharedString(s) => return visible(s),
        DataRef::Int(n) => number(*n as f64, shown),
        DataRef::Float(n) => number(*n, shown),
        DataRef::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(d) => date(*d),
        DataRef::DateTimeIso(s) => s
            .strip_suffix("T00:00:00")
            .unwrap_or(s)
            .replacen('T', " ", 1),
        DataRef::DurationIso(s) => s.clone(),
        DataRef::Error(e) => e.to_string(),
    };
    Some((text, false))
}

fn visible(s: &str) -> Option<(String, bool)> {
    (!s.trim().is_empty()).then(|| (s.replace("\r\n", "\n").replace('\r', "\n"), true))
}

/// Whole numbers from here on have lost their last digits when Excel kept them.
const BLURRED: f64 = 1e15;

/// Fifteen digits are what Excel keeps; the rest is noise of the arithmetic. A longer number is
/// shown as Excel shows it, so that nobody takes the noughts at its end for digits.
fn number(n: f64, shown: Shown) -> String {
    match shown {
        Shown::Plain | Shown::Zeros(_) if n.abs() >= BLURRED => {
            let text = format!("{n:.14E}");
            text.replacen('E', "E+", 1)
        }
        Shown::Percent(decimals) => format!("{:.decimals$}%", n * 100.0),
        Shown::Zeros(width) if n >= 0.0 && n.fract() == 0.0 => format!("{n:0width$}"),
        _ => {
            let rounded: f64 = format!("{n:.14e}").parse().unwrap_or(n);
            if rounded == 0.0 {
                "0".to_owned()
            } else {
                rounded.to_string()
            }
        }
    }
}

/// `2023-03-31`, with the time behind it if there is one, or the time alone.
fn date(d: ExcelDateTime) -> String {
    let value = d.as_f64();
    if !(0.0..2_958_466.0).contains(&value) {
        return number(value, Shown::Plain);
    }
    let (year, month, day, hour, minute, _, _) = d.to_ymd_hms_milli();
    if d.is_duration() || value < 1.0 {
        let minutes = (value * 1440.0).round() as u64;
        return format!("{:02}:{:02}", minutes / 60, minutes % 60);
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if hour == 0 && minute == 0 {
        date
    } else {
        format!("{date} {hour:02}:{minute:02}")
    }
}
