//! Taking a file in: what its name, its bytes and its reader agree on, or why not.

use super::picture::write_anew;
use super::{FileKind, FileRefusal};
use kernel::Id;
use std::sync::OnceLock;
use tokio::sync::Semaphore;
use web::App;

/// Bytes a file may have.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;
/// Characters of extracted text that are kept to be shown.
const MOST_TEXT: usize = 200_000;
/// Characters of a file's name that are kept.
const MOST_NAME: usize = 100;
/// Pictures decoded at the same time, for they take the most memory.
const AT_ONCE: usize = 2;

/// What may be taken where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// 佐证材料
    Evidence,
    /// 交办单原件: plain text as well.
    SheetOriginal,
}

/// A file whose bytes are on disk and that no row names yet.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What it is.
    pub kind: FileKind,
    /// The name it is shown and saved under.
    pub name: String,
    /// Where its bytes are.
    pub digest: String,
    /// Bytes.
    pub bytes: i64,
    /// Text to be shown instead of it; pictures and PDF have none.
    pub text: Option<String>,
    /// Where the small picture's bytes are.
    pub small: Option<String>,
    /// Pixels across and down, of a picture.
    pub size: Option<(i64, i64)>,
    /// Whose it is.
    pub by: Option<Id>,
}

/// 接收佐证文件: docx, xlsx, pdf, jpg or png of at most 20 MB, for `by`. Pictures are written anew;
/// Office files are read once, so that what cannot be shown is refused now and not later.
///
/// # Errors
/// [`FileRefusal`] with the words for whoever chose it.
pub async fn take_file(
    app: &App,
    by: Option<Id>,
    file_name: &str,
    bytes: Vec<u8>,
) -> Result<Taken, FileRefusal> {
    take_file_of(app, Accept::Evidence, by, file_name, bytes).await
}

/// The same where more kinds are welcome.
///
/// # Errors
/// As [`take_file`].
pub async fn take_file_of(
    app: &App,
    accept: Accept,
    by: Option<Id>,
    file_name: &str,
    bytes: Vec<u8>,
) -> Result<Taken, FileRefusal> {
    let name = shown_name(file_name);
    let kind = expected(accept, &name, bytes.len())?;
    if !kind.begins(&bytes) {
        return Err(FileRefusal::NotWhatItSays);
    }
    match kind {
        FileKind::Docx | FileKind::Xlsx | FileKind::Text => {
            let text = read_text(app, &name, &bytes).await?;
            keep(app, kind, name, bytes, Some(text), by).await
        }
        FileKind::Pdf => {
            let bytes = blocking(move || check_pdf(&bytes).map(|()| bytes)).await?;
            keep(app, kind, name, bytes, None, by).await
        }
        FileKind::Jpeg | FileKind::Png => keep_picture(app, kind, name, bytes, by).await,
    }
}

/// What can be said of a file before its bytes have come.
pub(crate) fn expected(accept: Accept, name: &str, bytes: usize) -> Result<FileKind, FileRefusal> {
    let kind = FileKind::by_name(name)?;
    if kind == FileKind::Text && accept != Accept::SheetOriginal {
        return Err(FileRefusal::TextHere);
    }
    match bytes {
        0 => Err(FileRefusal::Empty),
        n if n > MOST_BYTES => Err(FileRefusal::TooLarge),
        _ => Ok(kind),
    }
}

/// The last part of the name, without characters that steer (line breaks, direction marks, those
/// that Windows forbids).
pub(crate) fn shown_name(file_name: &str) -> String {
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
    };
    let clean: String = last.chars().filter(|c| !steers(*c)).collect();
    let (stem, ending) = clean.rsplit_once('.').unwrap_or((clean.as_str(), ""));
    let stem: String = stem.trim().chars().take(MOST_NAME).collect();
    let stem = if stem.is_empty() {
        "未命名"
    } else {
        stem.as_str()
    };
    if ending.is_empty() {
        stem.to_owned()
    } else {
        format!("{stem}.{}", ending.trim())
    }
}

async fn read_text(app: &App, name: &str, bytes: &[u8]) -> Result<String, FileRefusal> {
    let read = app.parse.document(name.to_owned(), bytes.to_vec()).await;
    let document = read.map_err(FileRefusal::Unread)?;
    Ok(document.extracted_text().chars().take(MOST_TEXT).collect())
}

fn check_pdf(bytes: &[u8]) -> Result<(), FileRefusal> {
    let tail = &bytes[bytes.len().saturating_sub(2048)..];
    if !holds(tail, b"%%EOF") {
        return Err(FileRefusal::Damaged);
    }
    if holds(bytes, b"/Encrypt") {
        return Err(FileRefusal::Encrypted);
    }
    if holds(bytes, b"/JavaScript") || holds(bytes, b"/Launch") {
        return Err(FileRefusal::ActivePdf);
    }
    Ok(())
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

async fn keep(
    app: &App,
    kind: FileKind,
    name: String,
    bytes: Vec<u8>,
    text: Option<String>,
    by: Option<Id>,
) -> Result<Taken, FileRefusal> {
    let files = app.store.files.clone();
    let length = bytes.len();
    let digest = blocking(move || files.put(&bytes).map_err(not_stored)).await?;
    let bytes = i64::try_from(length).unwrap_or(i64::MAX);
    Ok(Taken {
        kind,
        name,
        digest,
        bytes,
        text,
        small: None,
        size: None,
        by,
    })
}

async fn keep_picture(
    app: &App,
    kind: FileKind,
    name: String,
    bytes: Vec<u8>,
    by: Option<Id>,
) -> Result<Taken, FileRefusal> {
    static DECODING: OnceLock<Semaphore> = OnceLock::new();
    let turn = DECODING
        .get_or_init(|| Semaphore::new(AT_ONCE))
        .acquire()
        .await;
    let _turn = turn.map_err(|_| FileRefusal::NotStored)?;
    let files = app.store.files.clone();
    blocking(move || {
        let picture = write_anew(kind, &bytes)?;
        Ok(Taken {
            kind: picture.kind,
            name,
            digest: files.put(&picture.bytes).map_err(not_stored)?,
            bytes: i64::try_from(picture.bytes.len()).unwrap_or(i64::MAX),
            text: None,
            small: Some(files.put(&picture.small).map_err(not_stored)?),
            size: Some((i64::from(picture.width), i64::from(picture.height))),
            by,
        })
    })
    .await
}

fn not_stored(error: ::store::Error) -> FileRefusal {
    tracing::error!(%error, "a file was not stored");
    FileRefusal::NotStored
}

/// Runs what takes long or waits for the disk where it holds up nobody. A decoder that panics on a
/// crafted picture ends here as a damaged file.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileRefusal> + Send + 'static,
) -> Result<T, FileRefusal> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(FileRefusal::Damaged))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_without_what_steers() {
        assert_eq!(shown_name("C:\\图\\会议\u{202e}记录.DOCX"), "会议记录.DOCX");
        assert_eq!(shown_name("../../<script>.png"), "script.png");
        assert_eq!(shown_name(".pdf"), "未命名.pdf");
        let long = shown_name(&format!("{}.docx", "长".repeat(500)));
        assert_eq!(long.chars().count(), MOST_NAME + 5);
    }

    #[test]
    fn the_name_alone_says_what_is_never_taken() {
        let refused = |name| expected(Accept::Evidence, name, 10).unwrap_err();
        assert_eq!(refused("总结.doc"), FileRefusal::OldFormat);
        assert_eq!(refused("照片.HEIC"), FileRefusal::PhonePicture);
        assert_eq!(refused("表.xlsm"), FileRefusal::Macros);
        for name in ["图.svg", "页.html", "无扩展名", "x.exe", "x.docx.exe"] {
            assert_eq!(refused(name), FileRefusal::UnknownKind, "{name}");
        }
        assert_eq!(refused("稿.txt"), FileRefusal::TextHere);
        assert_eq!(
            expected(Accept::SheetOriginal, "稿.txt", 10),
            Ok(FileKind::Text)
        );
        assert_eq!(
            expected(Accept::Evidence, "a.pdf", 0),
            Err(FileRefusal::Empty)
        );
        assert_eq!(
            expected(Accept::Evidence, "a.pdf", MOST_BYTES + 1),
            Err(FileRefusal::TooLarge)
        );
    }

    #[test]
    fn a_pdf_that_acts_is_refused() {
        assert_eq!(check_pdf(b"%PDF-1.4 1 0 obj %%EOF"), Ok(()));
        assert_eq!(
            check_pdf(b"%PDF-1.4 /JavaScript %%EOF"),
            Err(FileRefusal::ActivePdf)
        );
        assert_eq!(
            check_pdf(b"%PDF-1.4 /Encrypt 3 0 R %%EOF"),
            Err(FileRefusal::Encrypted)
        );
        assert_eq!(check_pdf(b"%PDF-1.4 cut"), Err(FileRefusal::Damaged));
    }
}
