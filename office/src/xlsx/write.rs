//! 写工作簿

use super::chart::{ChartOut, Place};
use super::sheet::{Column, Kind, SheetOut, Value, Workbook};
use crate::limits::OfficeError;
use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Formula, Workbook as Book, Worksheet, XlsxError,
};
use std::collections::HashSet;

/// Excel's own limits.
const NAME_CHARS: usize = 31;
const CELL_CHARS: usize = 32_767;
/// A list of choices longer than this (in UTF-16, with commas) must stand in cells.
const INLINE_CHOICES: usize = 255;
/// Rows of an empty template that offer the choices and formats.
const TEMPLATE_ROWS: u32 = 2_000;
const A4: u8 = 9;
const FONT: &str = "宋体";
const FONT_SIZE: f64 = 11.0;
/// Name of the hidden sheet with long lists of choices.
const CHOICES_SHEET: &str = "选项";

/// Writes a workbook: typed numbers and dates, text always as text, header repeated on every
/// printed page, A4 landscape one page wide, page numbers at the foot.
///
/// # Errors
/// [`OfficeError::Write`] when there is no sheet or no column, or Excel's limits are passed.
pub fn write(workbook: &Workbook) -> Result<Vec<u8>, OfficeError> {
    write_charted(workbook, &[])
}

/// Writes a workbook with charts, each under the table of its sheet.
///
/// # Errors
/// As [`write`]; [`OfficeError::Write`] too when a chart names a sheet or a column that is not
/// there, or its sheet has no rows.
pub fn write_charted(workbook: &Workbook, charts: &[ChartOut]) -> Result<Vec<u8>, OfficeError> {
    let mut out = Output::new();
    for sheet in &workbook.sheets {
        let place = out.sheet(sheet, sheet.rows.iter(), false)?;
        let own = charts.iter().filter(|c| c.sheet == sheet.name);
        out.charts(sheet, &place, own)?;
    }
    let known = |c: &&ChartOut| workbook.sheets.iter().any(|s| s.name == c.sheet);
    if let Some(lost) = charts.iter().find(|c| !known(c)) {
        return Err(OfficeError::Write(format!(
            "没有名为“{}”的工作表，图表无处可放",
            lost.sheet
        )));
    }
    out.finish()
}

/// Writes one long sheet with rows that come one after the other (those in `sheet.rows` are
/// ignored); memory does not grow with them, a temporary file does.
pub fn write_rows<I>(sheet: &SheetOut, rows: I) -> Result<Vec<u8>, OfficeError>
where
    I: IntoIterator,
    I::Item: std::borrow::Borrow<Vec<Value>>,
{
    let mut out = Output::new();
    out.sheet(sheet, rows.into_iter(), true)?;
    out.finish()
}

fn failed(error: XlsxError) -> OfficeError {
    OfficeError::Write(error.to_string())
}

struct Output {
    book: Book,
    styles: Styles,
    names: HashSet<String>,
    /// Lists too long to stand in a validation itself.
    lists: Vec<Vec<String>>,
}

struct Styles {
    title: Format,
    note: Format,
    header: Format,
    text: Format,
    integer: Format,
    decimal: Format,
    day: Format,
    reason: Format,
}

impl Styles {
    fn new() -> Styles {
        let base = Format::new()
            .set_font_name(FONT)
            .set_font_size(FONT_SIZE)
            .set_align(FormatAlign::VerticalCenter);
        let cell = base.clone().set_border(FormatBorder::Thin);
        Styles {
            title: base
                .clone()
                .set_font_size(16)
                .set_bold()
                .set_align(FormatAlign::Center),
            note: base
                .set_font_size(10)
                .set_text_wrap()
                .set_font_color(Color::RGB(0x59_59_59)),
            header: cell
                .clone()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(0xF2_F2_F2)),
            text: cell.clone().set_num_format("@").set_text_wrap(),
            integer: cell.clone().set_num_format("0"),
            decimal: cell.clone().set_num_format("0.00"),
            day: cell
                .clone()
                .set_num_format("yyyy-mm-dd")
                .set_align(FormatAlign::Center),
            reason: cell.set_text_wrap().set_font_color(Color::RGB(0xC0_00_00)),
        }
    }

    fn of(&self, kind: Kind) -> &Format {
        match kind {
            Kind::Text => &self.text,
            Kind::Integer => &self.integer,
            Kind::Decimal => &self.decimal,
            Kind::Day => &self.day,
            Kind::Reason => &self.reason,
        }
    }
}

impl Output {
    fn new() -> Output {
        let mut book = Book::new();
        // The clock belongs to the caller: files of equal content are equal.
        if let Ok(fixed) = ExcelDateTime::from_ymd(2000, 1, 1) {
            book.set_properties(&DocProperties::new().set_creation_datetime(&fixed));
        }
        Output {
            book,
            styles: Styles::new(),
            names: HashSet::from([CHOICES_SHEET.to_owned()]),
            lists: Vec::new(),
        }
    }

    fn sheet<I>(&mut self, sheet: &SheetOut, rows: I, streamed: bool) -> Result<Place, OfficeError>
    where
        I: Iterator,
        I::Item: std::borrow::Borrow<Vec<Value>>,
    {
        if sheet.columns.is_empty() {
            return Err(OfficeError::Write("表格没有列".to_owned()));
        }
        let name = self.free_name(&sheet.name);
        let styles = &self.styles;
        let out = match streamed {
            true => self
                .book
                .add_worksheet_with_constant_memory()
                .map_err(failed)?,
            false => self.book.add_worksheet(),
        };
        out.set_name(&name).map_err(failed)?;
        columns(out, sheet).map_err(failed)?;
        let header = head(out, sheet, styles).map_err(failed)?;
        let mut row = header + 1;
        for values in rows {
            cells(
                out,
                row,
                &sheet.columns,
                std::borrow::Borrow::borrow(&values),
                styles,
            )
            .map_err(failed)?;
            row += 1;
        }
        page(out, header, row - 1, sheet.columns.len()).map_err(failed)?;
        let last = row.max(header + TEMPLATE_ROWS);
        for (index, column) in sheet
            .columns
            .iter()
            .enumerate()
            .filter(|(_, c)| !c.choices.is_empty())
        {
            let validation = validation(&column.choices, &mut self.lists).map_err(failed)?;
            let at = index as u16;
            out.add_data_validation(header + 1, at, last, at, &validation)
                .map_err(failed)?;
        }
        Ok(Place {
            tab: name,
            first: header + 1,
            last: row - 1,
        })
    }

    /// Draws the charts under the sheet's table, one under the other.
    fn charts<'c>(
        &mut self,
        sheet: &SheetOut,
        place: &Place,
        charts: impl Iterator<Item = &'c ChartOut>,
    ) -> Result<(), OfficeError> {
        let mut row = place.last + 2;
        for chart in charts {
            let (drawn, rows) = chart.draw(sheet, place)?;
            let out = self.book.worksheet_from_name(&place.tab).map_err(failed)?;
            out.insert_chart(row, 0, &drawn).map_err(failed)?;
            row += rows + 1;
        }
        Ok(())
    }

    /// A name Excel takes and no other sheet has.
    fn free_name(&mut self, wanted: &str) -> String {
        let clean: String = wanted
            .trim()
            .chars()
            .map(|c| {
                if "[]:*?/\\'".contains(c) || c < ' ' {
                    ' '
                } else {
                    c
                }
            })
            .collect();
        let clean = if clean.trim().is_empty() {
            "表"
        } else {
            clean.trim()
        };
        let mut name = cut(clean, NAME_CHARS);
        let mut n = 2;
        while !self.names.insert(name.to_lowercase()) {
            let suffix = format!("({n})");
            name = cut(clean, NAME_CHARS - suffix.len()) + &suffix;
            n += 1;
        }
        name
    }

    fn finish(mut self) -> Result<Vec<u8>, OfficeError> {
        if self.book.worksheets().is_empty() {
            return Err(OfficeError::Write("工作簿没有工作表".to_owned()));
        }
        if !self.lists.is_empty() {
            let out = self.book.add_worksheet();
            out.set_name(CHOICES_SHEET)
                .map_err(failed)?
                .set_hidden(true);
            for (column, list) in self.lists.iter().enumerate() {
                for (row, choice) in list.iter().enumerate() {
                    out.write_string(row as u32, column as u16, cut(choice, CELL_CHARS))
                        .map_err(failed)?;
                }
            }
        }
        self.book.save_to_buffer().map_err(failed)
    }
}

/// Widths, and the format that cells not yet filled in have.
fn columns(out: &mut Worksheet, sheet: &SheetOut) -> Result<(), XlsxError> {
    for (index, column) in sheet.columns.iter().enumerate() {
        let at = index as u16;
        out.set_column_width(at, column.width.clamp(4, 120))?;
        let empty = match column.kind {
            Kind::Text => Format::new().set_num_format("@"),
            Kind::Day => Format::new().set_num_format("yyyy-mm-dd"),
            _ => continue,
        };
        out.set_column_format(at, &empty.set_font_name(FONT).set_font_size(FONT_SIZE))?;
    }
    Ok(())
}

/// Title, notes and header; returns the header's row.
fn head(out: &mut Worksheet, sheet: &SheetOut, styles: &Styles) -> Result<u32, XlsxError> {
    let mut row = 0;
    if let Some(title) = &sheet.title {
        across(out, row, sheet.columns.len(), title, &styles.title)?;
        out.set_row_height(row, 30)?;
        row += 1;
    }
    if !sheet.notes.is_empty() {
        let text = sheet.notes.join("\n");
        across(out, row, sheet.columns.len(), &text, &styles.note)?;
        out.set_row_height(row, (lines(&text, sheet) * 15).clamp(18, 400))?;
        row += 1;
    }
    for (index, column) in sheet.columns.iter().enumerate() {
        let star = if column.required { "*" } else { "" };
        out.write_string_with_format(
            row,
            index as u16,
            format!("{star}{}", column.title),
            &styles.header,
        )?;
    }
    out.set_row_height(row, 24)?;
    Ok(row)
}

/// Lines the text takes across the columns.
fn lines(text: &str, sheet: &SheetOut) -> u32 {
    let width = sheet
        .columns
        .iter()
        .map(|c| u32::from(c.width))
        .sum::<u32>()
        .max(10);
    let cells = |line: &str| {
        line.chars()
            .map(|c| if c.is_ascii() { 1 } else { 2 })
            .sum::<u32>()
    };
    text.lines()
        .map(|line| cells(line).div_ceil(width).max(1))
        .sum()
}

fn across(
    out: &mut Worksheet,
    row: u32,
    columns: usize,
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let text = cut(text, CELL_CHARS);
    match columns {
        1 => out.write_string_with_format(row, 0, text, format)?,
        _ => out.merge_range(row, 0, row, columns as u16 - 1, &text, format)?,
    };
    Ok(())
}

fn cells(
    out: &mut Worksheet,
    row: u32,
    columns: &[Column],
    values: &[Value],
    styles: &Styles,
) -> Result<(), XlsxError> {
    for (index, column) in columns.iter().enumerate() {
        let at = index as u16;
        let format = styles.of(column.kind);
        match values.get(index).unwrap_or(&Value::Empty) {
            // Text in a column of numbers (a bad row coming back) stays text.
            Value::Text(s) => out.write_string_with_format(row, at, cut(s, CELL_CHARS), format)?,
            Value::Integer(n) if n.unsigned_abs() >= 1 << 53 => {
                out.write_string_with_format(row, at, n.to_string(), format)?
            }
            Value::Integer(n) => out.write_number_with_format(row, at, *n as f64, format)?,
            Value::Hundredths(n) => {
                out.write_number_with_format(row, at, *n as f64 / 100.0, format)?
            }
            Value::Day(day) => match ExcelDateTime::from_ymd(
                day.year().try_into().unwrap_or(0),
                day.month() as u8,
                day.day() as u8,
            ) {
                Ok(date) => out.write_datetime_with_format(row, at, &date, &styles.day)?,
                // Before 1900 Excel has no dates.
                Err(_) => out.write_string_with_format(row, at, day.to_string(), format)?,
            },
            Value::Empty => out.write_blank(row, at, format)?,
        };
    }
    Ok(())
}

fn page(out: &mut Worksheet, header: u32, last: u32, columns: usize) -> Result<(), XlsxError> {
    out.autofilter(header, 0, last.max(header), columns as u16 - 1)?;
    out.set_freeze_panes(header + 1, 0)?;
    out.set_repeat_rows(header, header)?;
    out.set_paper_size(A4)
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true)
        .set_margins(0.5, 0.5, 0.6, 0.7, 0.3, 0.35)
        .set_footer("&C第 &P 页，共 &N 页");
    Ok(())
}

fn validation(
    choices: &[String],
    lists: &mut Vec<Vec<String>>,
) -> Result<DataValidation, XlsxError> {
    let length: usize = choices.iter().map(|c| c.encode_utf16().count() + 1).sum();
    let plain = choices.iter().all(|c| !c.contains(',') && !c.contains('"'));
    let list = if plain && length <= INLINE_CHOICES {
        DataValidation::new().allow_list_strings(choices)?
    } else {
        let known = lists.iter().position(|l| l == choices).unwrap_or_else(|| {
            lists.push(choices.to_vec());
            lists.len() - 1
        });
        let column = rust_xlsxwriter::utility::column_number_to_name(known as u16);
        let range = format!("={CHOICES_SHEET}!${column}$1:${column}${}", choices.len());
        DataValidation::new().allow_list_formula(Formula::new(range))
    };
    list.set_error_title("请从列表中选择")?
        .set_error_message("这一栏只能填下拉列表里的内容。")
}

/// Cut by UTF-16 units, as Excel counts.
fn cut(text: &str, units: usize) -> String {
    let mut left = units;
    text.chars()
        .take_while(|c| left.checked_sub(c.len_utf16()).map(|l| left = l).is_some())
        .collect()
}
