//! What a reader of the document would notice.

use super::read;
use kernel::document::{Block, Paragraph, Table};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

const NAMESPACES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="x" xmlns:v="y""#;

fn pack(parts: &[(&str, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn docx(body: &str, numbering: &str, styles: &str) -> Vec<u8> {
    pack(&[
        (
            "word/document.xml",
            format!("<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"),
        ),
        (
            "word/numbering.xml",
            format!("<w:numbering {NAMESPACES}>{numbering}</w:numbering>"),
        ),
        (
            "word/styles.xml",
            format!("<w:styles {NAMESPACES}>{styles}</w:styles>"),
        ),
    ])
}

fn paragraphs(bytes: &[u8]) -> Vec<Paragraph> {
    let blocks = read(bytes).unwrap().blocks;
    blocks
        .into_iter()
        .filter_map(|b| match b {
            Block::Paragraph(p) => Some(p),
            Block::Table(_) => None,
        })
        .collect()
}

fn table(rows: &str) -> Table {
    let blocks = read(&docx(&format!("<w:tbl>{rows}</w:tbl>"), "", ""))
        .unwrap()
        .blocks;
    match blocks.into_iter().next() {
        Some(Block::Table(t)) => t,
        other => panic!("no table: {other:?}"),
    }
}

/// Each paragraph as printed.
fn printed(bytes: &[u8]) -> Vec<String> {
    paragraphs(bytes)
        .into_iter()
        .map(|p| p.label.unwrap_or_default() + &p.text)
        .collect()
}

fn p(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn numbered(list: u8, level: u8, text: &str) -> String {
    p(
        &format!(r#"<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list}"/></w:numPr>"#),
        text,
    )
}

fn level(n: u8, format: &str, text: &str, more: &str) -> String {
    format!(
        r#"<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{format}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>"#
    )
}

fn three_levels() -> String {
    let levels = level(0, "chineseCountingThousand", "%1、", "")
        + &level(1, "chineseCounting", "(%2)", "")
        + &level(2, "decimal", "%3.", "");
    format!(
        r#"<w:abstractNum w:abstractNumId="5">{levels}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>
        <w:num w:numId="2"><w:abstractNumId w:val="5"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>"#
    )
}

#[test]
fn automatic_numbers_come_back_as_printed() {
    let body = numbered(1, 0, "甲")
        + &numbered(1, 1, "乙")
        + &numbered(1, 1, "丙")
        + &numbered(1, 2, "丁")
        + &numbered(1, 0, "戊")
        + &numbered(1, 1, "己")
        + &numbered(1, 2, "庚")
        + &numbered(2, 0, "辛")
        + &numbered(2, 0, "壬");
    let said = printed(&docx(&body, &three_levels(), ""));
    assert_eq!(
        said,
        [
            "一、甲",
            "(一)乙",
            "(二)丙",
            "1.丁",
            "二、戊",
            "(一)己",
            "1.庚",
            "一、辛",
            "二、壬"
        ]
    );
}

#[test]
fn numbers_through_styles_find_their_level() {
    let levels = level(
        0,
        "chineseCounting",
        "第%1条",
        r#"<w:pStyle w:val="Article"/>"#,
    ) + &level(
        1,
        "decimal",
        "%1.%2",
        r#"<w:pStyle w:val="Clause"/><w:isLgl/>"#,
    );
    let numbering = format!(
        r#"<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num>"#
    );
    let styles = r#"<w:style w:type="paragraph" w:styleId="Article"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr><w:rPr><w:b/></w:rPr></w:style>
        <w:style w:type="paragraph" w:styleId="Clause"><w:basedOn w:val="Article"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>"#;
    let body = p(r#"<w:pStyle w:val="Article"/>"#, "总则")
        + &p(r#"<w:pStyle w:val="Clause"/>"#, "依据")
        + &p(
            r#"<w:pStyle w:val="Article"/><w:numPr><w:numId w:val="0"/></w:numPr>"#,
            "不编号",
        )
        + &p(
            r#"<w:pStyle w:val="Clause"/><w:jc w:val="center"/>"#,
            "范围",
        );
    let found = paragraphs(&docx(&body, &numbering, styles));
    let seen: Vec<_> = found
        .iter()
        .map(|p| (p.label.as_deref(), p.heading, p.bold, p.centred))
        .collect();
    assert_eq!(
        seen,
        [
            (Some("第一条"), Some(1), true, false),
            (Some("1.1"), Some(2), true, false),
            (None, Some(1), true, false),
            (Some("1.2"), Some(2), true, true),
        ]
    );
}

#[test]
fn a_level_may_go_on_where_the_one_above_began_anew() {
    let levels = level(0, "upperRoman", "%1.", "")
        + &level(1, "decimal", "第%2项", r#"<w:lvlRestart w:val="0"/>"#);
    let numbering = format!(
        r#"<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"#
    );
    let body = numbered(1, 0, "")
        + &numbered(1, 1, "")
        + &numbered(1, 1, "")
        + &numbered(1, 0, "")
        + &numbered(1, 1, "");
    assert_eq!(
        printed(&docx(&body, &numbering, "")),
        ["I.", "第1项", "第2项", "II.", "第3项"]
    );
}

#[test]
fn insertions_stay_and_deletions_go() {
    let body = r#"<w:p><w:r><w:t xml:space="preserve">3月 </w:t></w:r><w:ins><w:r><w:t>底前</w:t></w:r></w:ins>
        <w:del><w:r><w:delText>中旬</w:delText></w:r></w:del><w:r><w:noBreakHyphen/><w:tab/><w:t>&lt;完&#x6210;&gt;</w:t>
        <w:br/><w:sym w:font="Wingdings 2" w:char="F052"/></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>暗</w:t></w:r>
        <w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"#;
    assert_eq!(printed(&docx(body, "", "")), ["3月 底前-\t<完成>\n☑链接"]);
}

#[test]
fn a_text_box_is_read_once_and_after_its_paragraph() {
    let inner = "<w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent>";
    let body = format!(
        "<w:p><w:r><w:t>正文</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{inner}</wps:txbx></w:drawing></mc:Choice>\
         <mc:Fallback><w:pict><v:textbox>{inner}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p><w:p/>"
    );
    assert_eq!(printed(&docx(&body, "", "")), ["正文", "框内", ""]);
}

#[test]
fn bold_means_every_visible_run() {
    let bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>甲</w:t></w:r>";
    let plain = r#"<w:r><w:rPr><w:b w:val="0"/></w:rPr><w:t>乙</w:t></w:r>"#;
    let space = r#"<w:r><w:t xml:space="preserve"> </w:t></w:r>"#;
    let body = format!("<w:p>{bold}{space}</w:p><w:p>{bold}{plain}</w:p><w:p/>");
    let seen: Vec<_> = paragraphs(&docx(&body, "", ""))
        .iter()
        .map(|p| p.bold)
        .collect();
    assert_eq!(seen, [true, false, false]);
}

fn cell(properties: &str, text: &str) -> String {
    format!("<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>")
}

#[test]
fn merged_cells_stand_once_with_their_spans() {
    let rows = [
        cell(r#"<w:gridSpan w:val="2"/>"#, "项目") + &cell("", "分值"),
        cell(r#"<w:vMerge w:val="restart"/>"#, "学习") + &cell("", "会议") + &cell("", "10"),
        cell("<w:vMerge/>", "") + &cell("", "记录") + &cell("", "5"),
        cell("", "活动") + &cell(r#"<w:vMerge w:val="continue"/>"#, "无主") + &cell("", "2"),
    ];
    let rows: String = rows.iter().map(|r| format!("<w:tr>{r}</w:tr>")).collect();
    let seen: Vec<Vec<_>> = table(&rows)
        .rows
        .iter()
        .map(|r| {
            r.iter()
                .map(|c| (c.column, c.columns, c.rows, c.text.clone()))
                .collect()
        })
        .collect();
    let c = |column, columns, rows, text: &str| (column, columns, rows, text.to_owned());
    assert_eq!(seen[0], [c(0, 2, 1, "项目"), c(2, 1, 1, "分值")]);
    assert_eq!(
        seen[1],
        [c(0, 1, 2, "学习"), c(1, 1, 1, "会议"), c(2, 1, 1, "10")]
    );
    assert_eq!(seen[2][0].0, 1);
    assert_eq!(
        seen[3].len(),
        2,
        "a cell that continues the one above has no place of its own"
    );
}

#[test]
fn a_table_in_a_cell_becomes_lines_of_its_text() {
    let inner = format!(
        "<w:tbl><w:tr>{}{}</w:tr></w:tbl>",
        cell("", "子"),
        cell("", "丑")
    );
    let rows =
        format!("<w:tr><w:tc><w:p><w:r><w:t>外</w:t></w:r></w:p>{inner}<w:p/></w:tc></w:tr>");
    assert_eq!(table(&rows).rows[0][0].text, "外\n子 丑");
}

#[test]
fn serial_numbers_that_word_counts_are_seen_in_cells() {
    let row = |text: &str| {
        format!(
            "<w:tr><w:tc>{}</w:tc>{}</w:tr>",
            numbered(1, 2, ""),
            cell("", text)
        )
    };
    let body = format!("<w:tbl>{}{}</w:tbl>", row("甲"), row("乙"));
    let document = read(&docx(&body, &three_levels(), "")).unwrap();
    assert_eq!(document.extracted_text(), "1.\t甲\t\n2.\t乙\t\n");
}

#[test]
fn other_prefixes_for_the_same_namespace_are_the_same() {
    let xml = r#"<ns0:document xmlns:ns0="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><ns0:body><ns0:p><ns0:r><ns0:t>甲</ns0:t></ns0:r></ns0:p></ns0:body></ns0:document>"#;
    assert_eq!(
        printed(&pack(&[("word/document.xml", xml.to_owned())])),
        ["甲"]
    );
}

#[test]
fn styles_that_rest_on_each_other_end() {
    let styles = r#"<w:style w:styleId="A"><w:basedOn w:val="B"/></w:style><w:style w:styleId="B"><w:basedOn w:val="A"/></w:style>"#;
    assert_eq!(
        printed(&docx(&p(r#"<w:pStyle w:val="A"/>"#, "甲"), "", styles)),
        ["甲"]
    );
}
