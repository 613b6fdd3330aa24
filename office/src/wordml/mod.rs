//! Writing WordprocessingML: paragraphs, tables and the package around them. Plain strings, for
//! the layout of official documents needs exact control over what Word is told.

mod chart;

use crate::limits::OfficeError;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

const STYLES: &str = include_str!("styles.xml");
const FONTS: &str = include_str!("fonts.xml");
const SETTINGS: &str = include_str!("settings.xml");
const CONTENT_TYPES: &str = include_str!("content_types.xml");
const PACKAGE_RELATIONS: &str = include_str!("package.rels.xml");
const DOCUMENT_RELATIONS: &str = include_str!("document.rels.xml");
const NAMESPACES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart""#;
/// Namespaces of relationships and of their kinds.
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const KINDS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

/// Twentieths of a point in a millimetre, as a fraction.
pub(crate) const fn mm(tenths: u32) -> u32 {
    // 1 mm = 1440 / 25.4 twips
    (tenths * 1440 + 127) / 254
}

/// 版面: a page and its text block, in twips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) top: u32,
    pub(crate) right: u32,
    pub(crate) bottom: u32,
    pub(crate) left: u32,
    /// From the page's foot to the foot of the page number.
    pub(crate) footer: u32,
    /// Line pitch (twips) and character pitch (4096ths of a point added to 16 pt).
    pub(crate) grid: Option<(u32, i32)>,
}

impl Page {
    /// Width of the text block.
    pub(crate) const fn block(&self) -> u32 {
        self.width - self.left - self.right
    }

    fn section(&self) -> String {
        let orient = if self.width > self.height {
            r#" w:orient="landscape""#
        } else {
            ""
        };
        let grid = match self.grid {
            Some((line, chars)) => {
                format!(
                    r#"<w:docGrid w:type="linesAndChars" w:linePitch="{line}" w:charSpace="{chars}"/>"#
                )
            }
            None => String::new(),
        };
        format!(
            r#"<w:sectPr><w:footerReference w:type="default" r:id="rIdOdd"/><w:footerReference w:type="even" r:id="rIdEven"/><w:pgSz w:w="{}" w:h="{}"{orient}/><w:pgMar w:top="{}" w:right="{}" w:bottom="{}" w:left="{}" w:header="851" w:footer="{}" w:gutter="0"/><w:cols w:space="425"/>{grid}</w:sectPr>"#,
            self.width, self.height, self.top, self.right, self.bottom, self.left, self.footer
        )
    }
}

/// A paragraph being told to Word.
#[derive(Default)]
pub(crate) struct Para<'t> {
    pub(crate) style: &'static str,
    /// Further paragraph properties, in the order the schema wants after `pStyle`.
    pub(crate) properties: String,
    /// Runs: text, and run properties of their own.
    pub(crate) runs: Vec<(&'t str, String)>,
}

impl<'t> Para<'t> {
    pub(crate) fn new(style: &'static str, text: &'t str) -> Para<'t> {
        Para {
            style,
            properties: String::new(),
            runs: vec![(text, String::new())],
        }
    }

    pub(crate) fn with(mut self, properties: impl Into<String>) -> Para<'t> {
        self.properties = properties.into();
        self
    }
}

/// The body as it grows.
#[derive(Default)]
pub(crate) struct Body {
    xml: String,
    charts: Vec<chart::ChartPart>,
}

/// 表格列
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableColumn {
    /// Title in the header row, repeated on each page.
    pub title: String,
    /// Share of the text block's width, relative to the other columns; 0 counts as 1.
    pub weight: u32,
    /// Whether its cells are centred.
    pub centred: bool,
}

impl TableColumn {
    /// A column with its share of the width.
    pub fn new(title: &str, weight: u32) -> TableColumn {
        TableColumn {
            title: title.to_owned(),
            weight,
            centred: false,
        }
    }

    /// The same column with its cells centred.
    pub fn centred(mut self) -> TableColumn {
        self.centred = true;
        self
    }
}

impl Body {
    pub(crate) fn para(&mut self, para: &Para<'_>) {
        let _ = write!(
            self.xml,
            r#"<w:p><w:pPr><w:pStyle w:val="{}"/>{}</w:pPr>"#,
            para.style, para.properties
        );
        for (text, properties) in &para.runs {
            self.run(text, properties);
        }
        self.xml.push_str("</w:p>");
    }

    /// Empty lines.
    pub(crate) fn blank(&mut self, lines: usize, properties: &str) {
        for _ in 0..lines {
            self.para(&Para {
                style: "Normal",
                properties: properties.to_owned(),
                runs: Vec::new(),
            });
        }
    }

    fn run(&mut self, text: &str, properties: &str) {
        if text.is_empty() {
            return;
        }
        self.xml.push_str("<w:r>");
        if !properties.is_empty() {
            let _ = write!(self.xml, "<w:rPr>{properties}</w:rPr>");
        }
        // A tab and a line break are elements, not characters.
        let mut rest = text;
        while let Some(at) = rest.find(['\t', '\n']) {
            self.text(&rest[..at]);
            self.xml.push_str(if rest[at..].starts_with('\t') {
                "<w:tab/>"
            } else {
                "<w:br/>"
            });
            rest = &rest[at + 1..];
        }
        self.text(rest);
        self.xml.push_str("</w:r>");
    }

    fn text(&mut self, text: &str) {
        if !text.is_empty() {
            let _ = write!(
                self.xml,
                r#"<w:t xml:space="preserve">{}</w:t>"#,
                escape(text)
            );
        }
    }

    /// A bordered table of fixed widths that fill `width`; without titles it has no header row.
    pub(crate) fn table(&mut self, columns: &[TableColumn], rows: &[Vec<String>], width: u32) {
        if columns.is_empty() {
            return;
        }
        let widths = shares(columns, width);
        let _ = write!(
            self.xml,
            r#"<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{width}" w:type="dxa"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>"#
        );
        for w in &widths {
            let _ = write!(self.xml, r#"<w:gridCol w:w="{w}"/>"#);
        }
        self.xml.push_str("</w:tblGrid>");
        if columns.iter().any(|c| !c.title.is_empty()) {
            self.xml
                .push_str("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
            for (column, w) in columns.iter().zip(&widths) {
                self.cell(&column.title, *w, "TableHead", "");
            }
            self.xml.push_str("</w:tr>");
        }
        for row in rows {
            self.xml.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
            for (index, (column, w)) in columns.iter().zip(&widths).enumerate() {
                let text = row.get(index).map_or("", String::as_str);
                self.cell(
                    text,
                    *w,
                    "TableText",
                    if column.centred {
                        r#"<w:jc w:val="center"/>"#
                    } else {
                        ""
                    },
                );
            }
            self.xml.push_str("</w:tr>");
        }
        self.xml.push_str("</w:tbl>");
    }

    fn cell(&mut self, text: &str, width: u32, style: &'static str, properties: &str) {
        let _ = write!(
            self.xml,
            r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>"#
        );
        for line in text.split('\n') {
            self.para(&Para::new(style, line).with(properties));
        }
        self.xml.push_str("</w:tc>");
    }

    /// XML made elsewhere.
    pub(crate) fn raw(&mut self, xml: &str) {
        self.xml.push_str(xml);
    }

    /// The finished file.
    pub(crate) fn package(
        self,
        page: &Page,
        title: &str,
        footers: [String; 2],
    ) -> Result<Vec<u8>, OfficeError> {
        let [odd, even] = footers;
        let body = format!(
            "{DECLARATION}<w:document {NAMESPACES}><w:body>{}{}</w:body></w:document>",
            self.xml,
            page.section()
        );
        let footer = |xml: String| format!("{DECLARATION}<w:ftr {NAMESPACES}>{xml}</w:ftr>");
        let core = format!(
            r#"{DECLARATION}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title></cp:coreProperties>"#,
            escape(title)
        );
        let text = |name: &str, text: String| (name.to_owned(), text.into_bytes());
        let mut parts = vec![
            text("[Content_Types].xml", self.content_types()),
            text("_rels/.rels", PACKAGE_RELATIONS.to_owned()),
            text("docProps/core.xml", core),
            text("word/document.xml", body),
            text("word/_rels/document.xml.rels", self.relations()),
            text("word/styles.xml", STYLES.to_owned()),
            text("word/fontTable.xml", FONTS.to_owned()),
            text("word/settings.xml", SETTINGS.to_owned()),
            text("word/footer1.xml", footer(odd)),
            text("word/footer2.xml", footer(even)),
        ];
        for (n, chart) in (1..).zip(self.charts) {
            let data = format!(
                r#"{DECLARATION}<Relationships xmlns="{RELATIONS}"><Relationship Id="rIdData" Type="{KINDS}/package" Target="../embeddings/chart{n}.xlsx"/></Relationships>"#
            );
            parts.push(text(&format!("word/charts/chart{n}.xml"), chart.xml));
            parts.push(text(&format!("word/charts/_rels/chart{n}.xml.rels"), data));
            parts.push((format!("word/embeddings/chart{n}.xlsx"), chart.workbook));
        }
        zipped(parts)
    }

    /// The list of parts' types, with the charts.
    fn content_types(&self) -> String {
        let mut charts = String::new();
        if !self.charts.is_empty() {
            charts.push_str(r#"<Default Extension="xlsx" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"/>"#);
        }
        for n in 1..=self.charts.len() {
            let _ = write!(
                charts,
                r#"<Override PartName="/word/charts/chart{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/>"#
            );
        }
        CONTENT_TYPES.replace("</Types>", &format!("{charts}</Types>"))
    }

    /// What the document refers to, with the charts.
    fn relations(&self) -> String {
        let mut charts = String::new();
        for n in 1..=self.charts.len() {
            let _ = write!(
                charts,
                r#"<Relationship Id="rIdChart{n}" Type="{KINDS}/chart" Target="charts/chart{n}.xml"/>"#
            );
        }
        DOCUMENT_RELATIONS.replace("</Relationships>", &format!("{charts}</Relationships>"))
    }
}

fn zipped(parts: Vec<(String, Vec<u8>)>) -> Result<Vec<u8>, OfficeError> {
    let fail = |e: &dyn std::fmt::Display| OfficeError::Write(e.to_string());
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(name, SimpleFileOptions::default())
            .map_err(|e| fail(&e))?;
        zip.write_all(&bytes).map_err(|e| fail(&e))?;
    }
    Ok(zip.finish().map_err(|e| fail(&e))?.into_inner())
}

/// Widths by weight that come to exactly `width`.
fn shares(columns: &[TableColumn], width: u32) -> Vec<u32> {
    let weight = |c: &TableColumn| u64::from(c.weight.max(1));
    let total: u64 = columns.iter().map(weight).sum();
    let (mut before, mut used) = (0u64, 0u32);
    columns
        .iter()
        .map(|c| {
            before += weight(c);
            let end = (u64::from(width) * before / total.max(1)) as u32;
            let own = end - used;
            used = end;
            own
        })
        .collect()
}

/// Escaped for XML; characters XML cannot hold are dropped.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            c if c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c => out.push(c),
        }
    }
    out
}

/// A field that Word fills in: `PAGE`, `NUMPAGES`.
pub(crate) fn field(name: &str, shown: &str) -> String {
    format!(r#"<w:fldSimple w:instr=" {name} "><w:r><w:t>{shown}</w:t></w:r></w:fldSimple>"#)
}
