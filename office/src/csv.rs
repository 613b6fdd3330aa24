//! 逗号分隔文件: CSV that Excel opens as it was meant, and that comes back unchanged.

use crate::limits::OfficeError;
use crate::text;

/// Characters a cell of text must not begin with, lest Excel take it for a formula; the guard
/// itself is among them so that it can be taken off again.
const GUARDED: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

/// Writes rows as CSV: UTF-8 with byte order mark (Excel needs it for Chinese), lines ended as on
/// Windows, a text that looks like a formula guarded with a leading `'`. Plain numbers such as
/// `-5` are left alone.
pub fn write<R, C>(rows: R) -> Result<Vec<u8>, OfficeError>
where
    R: IntoIterator,
    R::Item: IntoIterator<Item = C>,
    C: AsRef<str>,
{
    let fail = |e: csv::Error| OfficeError::Write(e.to_string());
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    for row in rows {
        for cell in row {
            writer.write_field(guard(cell.as_ref())).map_err(fail)?;
        }
        writer.write_record(None::<&[u8]>).map_err(fail)?;
    }
    writer
        .into_inner()
        .map_err(|e| OfficeError::Write(e.to_string()))
}

fn guard(cell: &str) -> String {
    let is_number = cell.parse::<f64>().is_ok_and(f64::is_finite) && cell.starts_with(['-', '+']);
    if cell.starts_with(GUARDED) && !is_number {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(GUARDED) => rest,
        _ => cell,
    }
}

/// Reads CSV (also with tabs or semicolons) in any encoding [`text::decode`] knows, record by
/// record; the sink gets the record's number from 1 and says whether to go on.
pub(crate) fn read(
    bytes: &[u8],
    sink: &mut dyn FnMut(usize, Vec<String>) -> Result<bool, OfficeError>,
) -> Result<(), OfficeError> {
    let mut text = text::decode(bytes)?.text;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let start = text
        .trim_start()
        .chars()
        .take(200)
        .collect::<String>()
        .to_lowercase();
    if start.starts_with("<!doctype") || start.starts_with("<html") || start.starts_with("<?xml") {
        return Err(OfficeError::WrongKind {
            wanted: " .xlsx 或 .csv 表格",
            found: "网页（只是扩展名像表格）",
        });
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    // Blank lines are rows in Excel but no records to the parser, and lines within a cell the other
    // way round: rows are counted by what lies between the records.
    let (mut number, mut seen_lines) = (0usize, 0u64);
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|_| OfficeError::damaged("表格内容"))?
    {
        let lines_after = reader.position().line() - 1;
        let within: u64 = record
            .iter()
            .map(|cell| cell.matches('\n').count() as u64)
            .sum();
        number += (lines_after - seen_lines).saturating_sub(within).max(1) as usize;
        seen_lines = lines_after;
        let cells = record.iter().map(|cell| unguard(cell).to_owned()).collect();
        if !sink(number, cells)? {
            break;
        }
    }
    Ok(())
}

/// The separator that the first lines hold most of.
fn delimiter(text: &str) -> u8 {
    let head: String = text.lines().take(5).collect();
    let count = |d: u8| head.bytes().filter(|b| *b == d).count();
    [b',', b'\t', b';']
        .into_iter()
        .rev()
        .max_by_key(|d| count(*d))
        .unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_comes_back() {
        let rows = [
            vec!["姓名", "备注"],
            vec!["'引号", "=1+1"],
            vec!["甲,乙\n丙", "-5"],
            vec!["@某", "\"x\""],
        ];
        let bytes = write(&rows).unwrap();
        assert!(bytes.starts_with(b"\xef\xbb\xbf"));
        let shown = String::from_utf8(bytes.clone()).unwrap();
        assert!(
            shown.contains("'=1+1") && shown.contains("'@某") && shown.contains(",-5\r\n"),
            "{shown}"
        );
        let mut back = Vec::new();
        read(&bytes, &mut |_, cells| {
            back.push(cells);
            Ok(true)
        })
        .unwrap();
        assert_eq!(back, rows);
    }

    #[test]
    fn rows_are_numbered_as_excel_numbers_them() {
        let mut numbers = Vec::new();
        read(
            "\u{feff}姓名,备注\r\n\r\n甲,\"一\n二\"\r\n乙,无\n\n\n丙,无".as_bytes(),
            &mut |n, cells| {
                numbers.push((n, cells[0].clone()));
                Ok(true)
            },
        )
        .unwrap();
        let wanted = [(1, "姓名"), (3, "甲"), (4, "乙"), (7, "丙")].map(|(n, s)| (n, s.to_owned()));
        assert_eq!(numbers, wanted);
    }

    #[test]
    fn tabs_separate_too_and_web_pages_do_not_pass() {
        let mut back = Vec::new();
        read("姓名\t年龄\n甲\t30\n".as_bytes(), &mut |n, cells| {
            back.push((n, cells));
            Ok(true)
        })
        .unwrap();
        assert_eq!(back[1], (2, vec!["甲".to_owned(), "30".to_owned()]));
        let error = read(b"<html><table>", &mut |_, _| Ok(true)).unwrap_err();
        assert_eq!(error.code(), "file_wrong_kind");
    }
}
