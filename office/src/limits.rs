//! What a file may cost before it is refused, and how a file is refused.

use kernel::Refusal;
use std::borrow::Cow;

/// 限额: what reading one file may take. Counted while inflating; what the file says about itself
/// is never believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes after inflating, all parts together.
    pub inflated: u64,
    /// Entries in the container.
    pub entries: usize,
    /// Elements in one XML part that is held as a tree.
    pub nodes: usize,
    /// Elements inside one another in such a part.
    pub depth: usize,
}

impl Limits {
    /// 文档: Word files.
    pub const DOCUMENT: Limits = Limits {
        inflated: 50 << 20,
        entries: 1_000,
        nodes: 500_000,
        depth: 200,
    };
    /// 工作簿: Excel files, which are streamed and may be larger.
    pub const WORKBOOK: Limits = Limits {
        inflated: 400 << 20,
        entries: 1_000,
        nodes: 500_000,
        depth: 200,
    };
}

/// 文件读不了的原因: why a file was not read or written, in words for the person who chose it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfficeError {
    /// Protected by a password.
    #[error("文件设有打开密码，系统读不了。请在 Word、Excel 或 WPS 里取消密码后另存，再上传。")]
    Encrypted,
    /// The binary formats before 2007, and WPS's own.
    #[error(
        "这是旧格式的文件（.doc、.xls、.wps、.et）。请在 Word 或 WPS 里“另存为”.docx（表格存为 .xlsx）再上传。"
    )]
    OldFormat,
    /// No container at all where a docx or xlsx was expected.
    #[error(
        "这不是 Word 或 Excel 文件，可能只是改了扩展名。请打开原件，“另存为”.docx 或 .xlsx 再上传。"
    )]
    NotAnOfficeFile,
    /// Empty file.
    #[error("文件是空的，没有任何内容。请检查是否选错了文件。")]
    Empty,
    /// A container of another kind than wanted.
    #[error("文件类型不对：这里需要{wanted}，上传的是{found}。")]
    WrongKind {
        /// What was asked for.
        wanted: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// Holds macros.
    #[error("文件带有宏（程序），为安全起见不接收。请“另存为”不带宏的 .docx 或 .xlsx 再上传。")]
    MacroEnabled,
    /// Inflated size over [`Limits::inflated`], or too many elements or rows.
    #[error("文件内容太大（{what}超过上限 {limit}）。请删去图片或拆成几个文件再上传。")]
    TooLarge {
        /// What was counted.
        what: &'static str,
        /// The limit with its unit.
        limit: String,
    },
    /// Rows over the caller's cap.
    #[error("表格行数超过上限 {limit} 行。请拆成几个文件分批导入。")]
    TooManyRows {
        /// The cap.
        limit: usize,
    },
    /// Entries over [`Limits::entries`].
    #[error(
        "文件内部零件过多（超过 {limit} 个），不像正常的办公文件。请用 Word、Excel 或 WPS 打开后“另存为”再上传。"
    )]
    TooManyEntries {
        /// The limit.
        limit: usize,
    },
    /// Cut off, corrupted, or with XML that is no XML.
    #[error("文件已损坏或没有传完整（{part}）。请在本机打开确认正常后重新上传。")]
    Damaged {
        /// Where it broke, in Chinese.
        part: String,
    },
    /// Names inside the container that lead out of it, or XML that defines entities.
    #[error(
        "文件内部含有不安全的内容（{what}），不予接收。请用 Word、Excel 或 WPS 打开后“另存为”再上传。"
    )]
    Unsafe {
        /// What was found, in Chinese.
        what: &'static str,
    },
    /// Text in none of the encodings known here, or no text at all.
    #[error(
        "读不出文字：文件不是纯文本，或编码不是 UTF-8、GB18030。请用记事本打开后另存为 UTF-8 再上传。"
    )]
    NotText,
    /// No table in the sheet.
    #[error("没有找到表头。请使用下载的模板，保留表头那一行，再上传。")]
    NoHeader,
    /// No text in the document at all (a scan, for instance).
    #[error("文件里没有文字，可能是扫描件或图片。请上传可以复制文字的文件。")]
    NoText,
    /// Writing failed; the words say where.
    #[error("生成文件失败：{0}")]
    Write(String),
}

impl OfficeError {
    pub(crate) fn damaged(part: impl Into<String>) -> OfficeError {
        OfficeError::Damaged { part: part.into() }
    }

    pub(crate) fn inflated(limits: &Limits) -> OfficeError {
        OfficeError::TooLarge {
            what: "解压后",
            limit: format!("{} MB", limits.inflated >> 20),
        }
    }

    /// Stable code, for scripts and the audit log.
    pub fn code(&self) -> &'static str {
        match self {
            OfficeError::Encrypted => "file_encrypted",
            OfficeError::OldFormat => "file_old_format",
            OfficeError::NotAnOfficeFile => "file_not_office",
            OfficeError::Empty => "file_empty",
            OfficeError::WrongKind { .. } => "file_wrong_kind",
            OfficeError::MacroEnabled => "file_macro_enabled",
            OfficeError::TooLarge { .. } => "file_too_large",
            OfficeError::TooManyRows { .. } => "file_too_many_rows",
            OfficeError::TooManyEntries { .. } => "file_too_many_entries",
            OfficeError::Damaged { .. } => "file_damaged",
            OfficeError::Unsafe { .. } => "file_unsafe",
            OfficeError::NotText => "file_not_text",
            OfficeError::NoHeader => "file_no_header",
            OfficeError::NoText => "file_no_text",
            OfficeError::Write(_) => "file_write_failed",
        }
    }
}

impl Refusal for OfficeError {
    fn code(&self) -> &'static str {
        OfficeError::code(self)
    }
    fn words(&self) -> Cow<'static, str> {
        Cow::Owned(self.to_string())
    }
}
