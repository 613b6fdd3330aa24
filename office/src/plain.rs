//! 清单: a simple Word document for lists, rosters and sheets to print and sign.

use crate::limits::OfficeError;
use crate::official::BodyBlock;
use crate::wordml::{Body, Page, Para, field, mm};

/// 清单
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlainDocument {
    /// Heading, centred.
    pub title: String,
    /// Lines between heading and content: unit, period, who filled it in.
    pub notes: Vec<String>,
    /// Content, as in an official document.
    pub blocks: Vec<BodyBlock>,
    /// Whether the page lies on its side, for wide tables.
    pub landscape: bool,
}

const PORTRAIT: Page = Page {
    width: 11_906,
    height: 16_838,
    top: mm(250),
    right: mm(200),
    bottom: mm(220),
    left: mm(200),
    footer: mm(120),
    grid: None,
};
const LANDSCAPE: Page = Page {
    width: 16_838,
    height: 11_906,
    ..PORTRAIT
};

/// Writes the list as `.docx`: A4, table headers repeated, `第 x 页，共 y 页` at the foot.
///
/// # Errors
/// [`OfficeError::Write`] when the container cannot be made.
pub fn write(doc: &PlainDocument) -> Result<Vec<u8>, OfficeError> {
    let page = if doc.landscape { LANDSCAPE } else { PORTRAIT };
    let mut body = Body::default();
    for line in doc.title.lines() {
        body.para(&Para::new("ListTitle", line));
    }
    for note in &doc.notes {
        body.para(&Para::new("ListNote", note));
    }
    for block in &doc.blocks {
        match block {
            BodyBlock::Heading1(text) => body.para(&Para::new("Heading1", text)),
            BodyBlock::Heading2(text) => body.para(&Para::new("Heading2", text)),
            BodyBlock::Heading3(text) => body.para(&Para::new("Heading3", text)),
            BodyBlock::Heading4(text) => body.para(&Para::new("Heading4", text)),
            BodyBlock::Lead { heading, text, .. } => {
                let runs = vec![
                    (heading.as_str(), "<w:b/>".to_owned()),
                    (text.as_str(), String::new()),
                ];
                body.para(&Para {
                    style: "BodyText",
                    properties: String::new(),
                    runs,
                });
            }
            BodyBlock::Paragraph(text) => {
                for line in text.lines() {
                    body.para(&Para::new("BodyText", line));
                }
            }
            BodyBlock::Table { columns, rows } => {
                body.table(columns, rows, page.block());
                body.raw(
                    r#"<w:p><w:pPr><w:spacing w:line="200" w:lineRule="exact"/></w:pPr></w:p>"#,
                );
            }
            BodyBlock::Caption(text) => {
                body.para(&Para::new("Caption", text).with("<w:keepNext/>"));
            }
            BodyBlock::Chart(chart) => body.chart(chart, page.block())?,
        }
    }
    let footer = format!(
        r#"<w:p><w:pPr><w:pStyle w:val="PageNumber"/><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:sz w:val="21"/></w:rPr><w:t xml:space="preserve">第 </w:t></w:r>{}<w:r><w:rPr><w:sz w:val="21"/></w:rPr><w:t xml:space="preserve"> 页，共 </w:t></w:r>{}<w:r><w:rPr><w:sz w:val="21"/></w:rPr><w:t xml:space="preserve"> 页</w:t></w:r></w:p>"#,
        small(field("PAGE", "1")),
        small(field("NUMPAGES", "1"))
    );
    body.package(&page, &doc.title, [footer.clone(), footer])
}

fn small(field: String) -> String {
    field.replace(
        "<w:r><w:t>",
        r#"<w:r><w:rPr><w:sz w:val="21"/></w:rPr><w:t>"#,
    )
}
