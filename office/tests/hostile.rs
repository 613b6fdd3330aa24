//! Files made to hurt: each gets a clean answer, and none takes much memory or time.

#![allow(clippy::unwrap_used)]

use office::OfficeError;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

const WORD: &str = r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#;

fn pack(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn document(body: &str) -> Vec<u8> {
    pack(&[(
        "word/document.xml",
        format!("{WORD}{body}</w:body></w:document>").as_bytes(),
    )])
}

fn workbook() -> Vec<u8> {
    let sheet = office::xlsx::SheetOut {
        name: "表".into(),
        columns: vec![
            office::xlsx::Column::text("姓名", 10),
            office::xlsx::Column::text("单位", 10),
        ],
        rows: vec![vec!["甲".into(), "清禾中学".into()]],
        ..Default::default()
    };
    office::xlsx::write(&office::xlsx::Workbook {
        sheets: vec![sheet],
    })
    .unwrap()
}

/// The workbook with one part replaced.
fn workbook_with(part: &str, bytes: &[u8]) -> Vec<u8> {
    let whole = workbook();
    let mut source = zip::ZipArchive::new(Cursor::new(&whole)).unwrap();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..source.len() {
        let file = source.by_index_raw(index).unwrap();
        if file.name_raw() != part.as_bytes() {
            zip.raw_copy_file(file).unwrap();
        }
    }
    zip.start_file(part, SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap().into_inner()
}

fn code(bytes: &[u8]) -> &'static str {
    office::docx::read(bytes).unwrap_err().code()
}

fn import_code(bytes: &[u8]) -> &'static str {
    office::table::read(bytes, "名单.xlsx", 1_000)
        .unwrap_err()
        .code()
}

/// Highest resident memory of this process so far, in megabytes.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix("VmHWM:"))
        .unwrap_or("0");
    line.trim()
        .trim_end_matches("kB")
        .trim()
        .parse::<u64>()
        .unwrap_or(0)
        / 1024
}

#[test]
fn a_zip_bomb_is_stopped_while_it_inflates() {
    let spaces = vec![b' '; 80 << 20];
    let bomb = pack(&[("word/document.xml", &spaces)]);
    assert!(bomb.len() < 1 << 20, "{} bytes", bomb.len());
    assert_eq!(code(&bomb), "file_too_large");
    let bomb = workbook_with("xl/sharedStrings.xml", &spaces);
    drop(spaces);
    assert_eq!(import_code(&bomb), "file_too_large");
    assert!(peak_mb() < 512, "{} MB", peak_mb());
}

#[test]
fn many_small_elements_and_deep_nesting_are_stopped() {
    assert_eq!(code(&document(&"<w:p/>".repeat(600_000))), "file_too_large");
    let deep = "<w:tbl><w:tr><w:tc>".repeat(5_000) + &"</w:tc></w:tr></w:tbl>".repeat(5_000);
    assert_eq!(code(&document(&deep)), "file_too_large");
    assert!(peak_mb() < 512, "{} MB", peak_mb());
}

#[test]
fn ten_thousand_entries_are_too_many() {
    let names: Vec<String> = (0..10_000).map(|n| format!("word/{n}.xml")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b"x"[..])).collect();
    assert_eq!(code(&pack(&parts)), "file_too_many_entries");
}

#[test]
fn entities_are_not_expanded() {
    let xml = r#"<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"#;
    assert_eq!(
        code(&pack(&[("word/document.xml", xml.as_bytes())])),
        "file_unsafe"
    );
    assert_eq!(
        code(&document("<w:p><w:r><w:t>&unknown;</w:t></w:r></w:p>")),
        "file_damaged"
    );
}

#[test]
fn paths_that_lead_out_and_macros_are_refused() {
    for name in ["../../etc/passwd", "/etc/passwd", "word\\..\\..\\x", "C:/x"] {
        assert_eq!(
            code(&pack(&[("word/document.xml", b"<x/>"), (name, b"x")])),
            "file_unsafe",
            "{name}"
        );
    }
    assert_eq!(
        code(&pack(&[
            ("word/document.xml", b"<x/>"),
            ("word/vbaProject.bin", b"x")
        ])),
        "file_macro_enabled"
    );
}

#[test]
fn each_wrong_file_is_told_apart() {
    let ole = [&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], &[0; 600]].concat();
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(code(&ole), "file_old_format");
    assert!(OfficeError::OldFormat.to_string().contains("另存为"));
    assert_eq!(code(&[ole, name].concat()), "file_encrypted");
    assert_eq!(code(b""), "file_empty");
    assert_eq!(code(b"hello"), "file_not_office");
    assert_eq!(code(b"%PDF-1.7"), "file_wrong_kind");
    assert_eq!(code(&workbook()), "file_wrong_kind");
    assert_eq!(import_code(&document("")), "file_wrong_kind");
    assert_eq!(code(&pack(&[("readme.txt", b"x")])), "file_wrong_kind");
}

#[test]
fn a_file_cut_anywhere_or_scribbled_on_never_panics() {
    let docx = document(
        &"<w:p><w:r><w:t>甲</w:t></w:r></w:p><w:tbl><w:tr><w:tc/></w:tr></w:tbl>".repeat(20),
    );
    let xlsx = workbook();
    let cases = (0..docx.len()).step_by(7).map(|n| &docx[..n]);
    assert!(
        cases.filter(|cut| office::docx::read(cut).is_ok()).count() == 0,
        "half a file was read"
    );
    for n in (0..xlsx.len()).step_by(97) {
        assert!(office::table::read(&xlsx[..n], "x.xlsx", 10).is_err());
    }
    // A small generator of its own keeps the test the same on every run.
    let mut state = 42u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..150 {
        for whole in [&docx, &xlsx] {
            let mut scribbled = whole.clone();
            for _ in 0..3 {
                let at = random(scribbled.len());
                scribbled[at] = random(256) as u8;
            }
            let _ = office::docx::read(&scribbled);
            let _ = office::table::read(&scribbled, "x.xlsx", 10);
            let _ = office::xlsx::read_document(&scribbled);
        }
    }
}

#[test]
fn hostile_sheets_do_not_panic() {
    let sheet = |data: &str, more: &str| {
        let xml = format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{data}</sheetData>{more}</worksheet>"#
        );
        workbook_with("xl/worksheets/sheet1.xml", xml.as_bytes())
    };
    let cases = [
        sheet(r#"<row r="1"><c r="A1" t="s"><v>999999</v></c></row>"#, ""),
        sheet(
            r#"<row r="5"><c r="A5"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>"#,
            "",
        ),
        sheet(
            r#"<row r="1048576"><c r="XFD1048576"><v>1e400</v></c></row>"#,
            r#"<mergeCells><mergeCell ref="C9:A1"/></mergeCells>"#,
        ),
        sheet(
            r#"<row r="1"><c r="A1"><v>1</v></c></row>"#,
            r#"<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>"#,
        ),
        sheet(
            r#"<row r="99999999999"><c r="ZZZZZZ1"><v>1</v></c></row>"#,
            "",
        ),
    ];
    for bytes in cases {
        let _ = office::xlsx::read_document(&bytes);
        let _ = office::table::read(&bytes, "x.xlsx", 10);
    }
}
