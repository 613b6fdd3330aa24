//! Why a file is not taken, in words for the person who chose it.

use axum::http::StatusCode;
use kernel::Refusal;
use std::borrow::Cow;

/// 文件不予接收
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileRefusal {
    /// Nothing in it.
    Empty,
    /// More bytes than a file may have.
    TooLarge,
    /// The formats before 2007, and WPS's own.
    OldFormat,
    /// A picture format of phones that browsers do not show.
    PhonePicture,
    /// Holds programs.
    Macros,
    /// None of the kinds taken.
    UnknownKind,
    /// Plain text where only evidence is taken.
    TextHere,
    /// The bytes are not what the name says.
    NotWhatItSays,
    /// The content type that came with it is not what the name says.
    OtherContentType,
    /// Needs a password.
    Encrypted,
    /// A PDF that runs programs or opens others.
    ActivePdf,
    /// Cut off or spoilt.
    Damaged,
    /// A picture with more pixels than are decoded.
    TooManyPixels,
    /// What the reader of Office files said.
    Unread(String),
    /// The machine failed, not the file.
    NotStored,
}

impl FileRefusal {
    /// The status that says it to a script.
    pub fn status(&self) -> StatusCode {
        match self {
            FileRefusal::TooLarge | FileRefusal::TooManyPixels => StatusCode::PAYLOAD_TOO_LARGE,
            FileRefusal::Empty | FileRefusal::Damaged => StatusCode::UNPROCESSABLE_ENTITY,
            FileRefusal::NotStored => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }
}

impl Refusal for FileRefusal {
    fn code(&self) -> &'static str {
        match self {
            FileRefusal::Empty => "file_empty",
            FileRefusal::TooLarge => "file_too_large",
            FileRefusal::OldFormat => "file_old_format",
            FileRefusal::PhonePicture => "file_phone_picture",
            FileRefusal::Macros => "file_macros",
            FileRefusal::UnknownKind => "file_unknown_kind",
            FileRefusal::TextHere => "file_text_here",
            FileRefusal::NotWhatItSays => "file_not_what_it_says",
            FileRefusal::OtherContentType => "file_other_content_type",
            FileRefusal::Encrypted => "file_encrypted",
            FileRefusal::ActivePdf => "file_active_pdf",
            FileRefusal::Damaged => "file_damaged",
            FileRefusal::TooManyPixels => "file_too_many_pixels",
            FileRefusal::Unread(_) => "file_unread",
            FileRefusal::NotStored => "file_not_stored",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            FileRefusal::Empty => "文件是空的，没有任何内容。请检查是否选错了文件。",
            FileRefusal::TooLarge => "文件超过 20 MB。请压缩其中的图片或拆成几个文件再上传。",
            FileRefusal::OldFormat => {
                "这是旧格式的文件（doc、xls、wps、et、rtf）。请在 Word 或 WPS 里“另存为” docx，表格存为 xlsx，再上传。"
            }
            FileRefusal::PhonePicture => {
                "HEIC 照片多数电脑打不开。请在手机上把照片存为 JPG（苹果手机：设置—相机—格式—兼容性最佳）再上传。"
            }
            FileRefusal::Macros => {
                "文件带有宏（程序），为安全起见不接收。请“另存为”不带宏的 docx 或 xlsx 再上传。"
            }
            FileRefusal::UnknownKind => {
                "不收这种文件。可以上传 docx、xlsx、pdf、jpg、png；别的格式请另存或拍照后再上传。"
            }
            FileRefusal::TextHere => {
                "这里不收纯文本文件。请把文字填在表单里，或另存为 docx 再上传。"
            }
            FileRefusal::NotWhatItSays => {
                "文件内容与扩展名不符，可能只是改了文件名。请打开原件，“另存为”需要的格式再上传。"
            }
            FileRefusal::OtherContentType => {
                "浏览器报来的文件类型与扩展名不符。请打开原件，“另存为”需要的格式再上传。"
            }
            FileRefusal::Encrypted => {
                "文件设有密码或使用限制，别人看不了。请取消密码后另存，再上传。"
            }
            FileRefusal::ActivePdf => {
                "PDF 里带有会自动运行的内容，为安全起见不接收。请用“打印为 PDF”另存一份再上传。"
            }
            FileRefusal::Damaged => "文件已损坏或没有传完整。请在本机打开，确认正常后重新上传。",
            FileRefusal::TooManyPixels => {
                "图片超过 6000 万像素。请用看图软件缩小后再上传，长边 2000 像素就足够。"
            }
            FileRefusal::Unread(words) => return Cow::Owned(words.clone()),
            FileRefusal::NotStored => {
                "文件没有存下来，是系统的问题，不是文件的问题。请稍后再传一次。"
            }
        })
    }

    fn field(&self) -> Option<&'static str> {
        Some("file")
    }
}
