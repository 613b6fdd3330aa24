//! 读 Word 文档: a `.docx` as a neutral document.

mod numbering;
pub mod numerals;
mod runs;
mod styles;
mod walk;

#[cfg(test)]
mod tests;

use crate::limits::{Limits, OfficeError};
use crate::package::Package;
use crate::xml::{self, Node};
use kernel::document::Document;
use numbering::Numbering;
use styles::Styles;

/// Reads a Word document: paragraphs with their printed automatic numbers, headings and tables, in
/// reading order. Text boxes follow the paragraph they are anchored in; tracked insertions are
/// kept and deletions dropped; headers, footers, notes and comments are left out. In a table cell
/// an automatic number is part of the text, for it is all a person would see there.
///
/// # Errors
/// [`OfficeError`] for everything that is not a Word document within [`Limits::DOCUMENT`].
pub fn read(bytes: &[u8]) -> Result<Document, OfficeError> {
    read_within(bytes, Limits::DOCUMENT)
}

/// The same with limits of the caller's own.
pub fn read_within(bytes: &[u8], limits: Limits) -> Result<Document, OfficeError> {
    let mut package = Package::open(bytes, limits)?;
    let parts = Parts::find(&mut package, &limits)?;
    let source = package
        .text(&parts.document)?
        .ok_or_else(|| OfficeError::damaged("缺少正文"))?;
    let styles_source = package.text(&parts.styles)?;
    let numbering_source = package.text(&parts.numbering)?;
    let styles = match &styles_source {
        Some(text) => Styles::read(&xml::parse(text, "样式", &limits)?),
        None => Styles::default(),
    };
    let numbering = match &numbering_source {
        Some(text) => Numbering::read(&xml::parse(text, "编号", &limits)?),
        None => Numbering::default(),
    };
    drop((styles_source, numbering_source));
    let root = xml::parse(&source, "正文", &limits)?;
    let body = root
        .child("body")
        .ok_or_else(|| OfficeError::damaged("缺少正文"))?;
    Ok(walk::document(body, &styles, numbering))
}

/// Where in the container things are.
struct Parts {
    document: String,
    styles: String,
    numbering: String,
}

impl Parts {
    fn find(package: &mut Package<'_>, limits: &Limits) -> Result<Parts, OfficeError> {
        let document = match package.text("_rels/.rels")? {
            Some(text) => target(&xml::parse(&text, "目录", limits)?, "/officeDocument", ""),
            None => None,
        };
        let document = document.unwrap_or_else(|| "word/document.xml".to_owned());
        if !document.ends_with(".xml") || !package.has(&document) || document.starts_with("xl/") {
            return Err(wrong_kind(package));
        }
        if document.starts_with("ppt/") || document.starts_with("xl/") {
            return Err(wrong_kind(package));
        }
        let (folder, file) = document.rsplit_once('/').unwrap_or(("", &document));
        let relations = match package.text(&format!("{folder}/_rels/{file}.rels"))? {
            Some(text) => {
                let root = xml::parse(&text, "目录", limits)?;
                (
                    target(&root, "/styles", folder),
                    target(&root, "/numbering", folder),
                )
            }
            None => (None, None),
        };
        Ok(Parts {
            styles: relations
                .0
                .unwrap_or_else(|| format!("{folder}/styles.xml")),
            numbering: relations
                .1
                .unwrap_or_else(|| format!("{folder}/numbering.xml")),
            document,
        })
    }
}

fn target(relations: &Node<'_>, kind: &str, folder: &str) -> Option<String> {
    let found = relations
        .elements()
        .find(|n| n.attribute("Type").is_some_and(|t| t.ends_with(kind)))?;
    let target = found.attribute("Target")?;
    Some(match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None if folder.is_empty() => target,
        None => format!("{folder}/{target}"),
    })
}

fn wrong_kind(package: &Package<'_>) -> OfficeError {
    let found = if package.has("xl/workbook.xml") || package.has("xl/workbook.bin") {
        " Excel 表格"
    } else if package.has("ppt/presentation.xml") {
        "演示文稿"
    } else if package.has("OFD.xml") {
        " OFD 版式文件"
    } else {
        "压缩包或其他文件"
    };
    OfficeError::WrongKind {
        wanted: " Word 文档（.docx）",
        found,
    }
}
