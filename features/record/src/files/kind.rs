//! Which kinds of file are taken, and how each is known by its name and by its first bytes.

use super::FileRefusal;

/// 文件类型
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Word
    Docx,
    /// Excel
    Xlsx,
    /// PDF
    Pdf,
    /// 照片
    Jpeg,
    /// 图片
    Png,
    /// 纯文本; the original of a task sheet only.
    Text,
}

impl FileKind {
    /// Code in the database.
    pub fn code(self) -> &'static str {
        match self {
            FileKind::Docx => "docx",
            FileKind::Xlsx => "xlsx",
            FileKind::Pdf => "pdf",
            FileKind::Jpeg => "jpg",
            FileKind::Png => "png",
            FileKind::Text => "txt",
        }
    }

    /// The kind with that code.
    pub fn from_code(code: &str) -> Option<FileKind> {
        use FileKind::{Docx, Jpeg, Pdf, Png, Text, Xlsx};
        [Docx, Xlsx, Pdf, Jpeg, Png, Text]
            .into_iter()
            .find(|kind| kind.code() == code)
    }

    /// Media type it is served with.
    pub fn media(self) -> &'static str {
        match self {
            FileKind::Docx => web::reply::DOCX,
            FileKind::Xlsx => web::reply::XLSX,
            FileKind::Pdf => "application/pdf",
            FileKind::Jpeg => "image/jpeg",
            FileKind::Png => "image/png",
            FileKind::Text => "text/plain; charset=utf-8",
        }
    }

    /// What users call it.
    pub fn chinese(self) -> &'static str {
        match self {
            FileKind::Docx => "Word 文档",
            FileKind::Xlsx => "Excel 表格",
            FileKind::Pdf => "PDF",
            FileKind::Jpeg | FileKind::Png => "图片",
            FileKind::Text => "文本",
        }
    }

    /// Whether it is a picture, shown as one.
    pub fn is_picture(self) -> bool {
        matches!(self, FileKind::Jpeg | FileKind::Png)
    }

    /// The kind that the file's name claims.
    pub(crate) fn by_name(name: &str) -> Result<FileKind, FileRefusal> {
        let ending = name
            .rsplit_once('.')
            .map_or("", |(_, ending)| ending)
            .to_lowercase();
        match ending.as_str() {
            "docx" => Ok(FileKind::Docx),
            "xlsx" => Ok(FileKind::Xlsx),
            "pdf" => Ok(FileKind::Pdf),
            "jpg" | "jpeg" => Ok(FileKind::Jpeg),
            "png" => Ok(FileKind::Png),
            "txt" => Ok(FileKind::Text),
            "doc" | "wps" | "xls" | "et" | "rtf" => Err(FileRefusal::OldFormat),
            "heic" | "heif" => Err(FileRefusal::PhonePicture),
            "docm" | "xlsm" | "dotm" | "xltm" | "xlsb" => Err(FileRefusal::Macros),
            _ => Err(FileRefusal::UnknownKind),
        }
    }

    /// Whether the first bytes are those of this kind. An Office file in the old container is let
    /// through here: its reader tells an old format from a password.
    pub(crate) fn begins(self, bytes: &[u8]) -> bool {
        const OLD_CONTAINER: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];
        match self {
            FileKind::Docx | FileKind::Xlsx => {
                bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(OLD_CONTAINER)
            }
            FileKind::Pdf => bytes.starts_with(b"%PDF-"),
            FileKind::Jpeg => bytes.starts_with(&[0xFF, 0xD8, 0xFF]),
            FileKind::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
            FileKind::Text => !bytes.contains(&0),
        }
    }

    /// Whether the content type that the browser named fits; browsers that name none, or only
    /// 'bytes', say nothing against it.
    pub(crate) fn fits_content_type(self, named: &str) -> bool {
        let named = named
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase();
        let says_nothing = named.is_empty()
            || named == "application/octet-stream"
            || named.starts_with("application/x-zip")
            || named == "application/zip";
        let own = self.media().split(';').next().unwrap_or_default();
        // A phone may have turned a PNG into a JPEG on the way; the bytes decide which.
        let picture =
            self.is_picture() && matches!(named.as_str(), "image/jpeg" | "image/jpg" | "image/png");
        says_nothing || picture || named == own
    }
}
