//! Files as they are seen: the original to keep, what a page shows of it, the small picture.

use crate::files::{Attached, FileKind, find_file, may_see};
use crate::paths::{self, Key};
use askama::Template;
use axum::extract::State;
use axum::http::header;
use kernel::Id;
use web::{Actor, App, Failure, Frame, reply};

/// `GET /files/{id}`: the original, to keep.
pub async fn original(State(app): State<App>, actor: Actor, Key(id): Key) -> web::Result {
    let (file, kind) = seen(&app, &actor, id).await?;
    let bytes = bytes_of(&app, file.digest).await?;
    reply::attachment(&file.name, kind.media(), bytes)
}

/// `GET /files/{id}/inline`: the picture, the PDF for a frame, or the text of a document.
pub async fn inline(State(app): State<App>, actor: Actor, Key(id): Key) -> web::Result {
    let (file, kind) = seen(&app, &actor, id).await?;
    match kind {
        FileKind::Jpeg | FileKind::Png => {
            reply::inline(kind.media(), bytes_of(&app, file.digest).await?)
        }
        FileKind::Pdf => pdf(bytes_of(&app, file.digest).await?),
        FileKind::Docx | FileKind::Xlsx | FileKind::Text => text(&app, &actor, &file, kind).await,
    }
}

/// `GET /files/{id}/small`: a picture of at most 480 pixels.
pub async fn small(State(app): State<App>, actor: Actor, Key(id): Key) -> web::Result {
    let (file, _) = seen(&app, &actor, id).await?;
    let digest = file.small.ok_or(Failure::NotFound)?;
    reply::inline(FileKind::Jpeg.media(), bytes_of(&app, digest).await?)
}

async fn seen(app: &App, actor: &Actor, id: Id) -> web::Result<(Attached, FileKind)> {
    if !may_see(app.store.db(), actor, id).await? {
        return Err(Failure::NotFound);
    }
    let file = find_file(app.store.db(), id)
        .await?
        .ok_or(Failure::NotFound)?;
    let kind = FileKind::from_code(&file.kind).ok_or(Failure::NotFound)?;
    Ok((file, kind))
}

pub(crate) async fn bytes_of(app: &App, digest: String) -> web::Result<Vec<u8>> {
    let files = app.store.files.clone();
    let read = tokio::task::spawn_blocking(move || files.get(&digest)).await;
    let gone = |_| Failure::Broken(::store::Error::Schema("a file was not read".to_owned()));
    Ok(read.map_err(gone)??)
}

/// Chromium shows no PDF at all under the sandbox directive; its viewer wants its own styles and an
/// object of the same origin, and gets nothing else.
fn pdf(bytes: Vec<u8>) -> web::Result {
    const POLICY: &str = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; \
                          img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; \
                          form-action 'none'";
    let headers = [
        (header::CONTENT_TYPE, FileKind::Pdf.media()),
        (header::CONTENT_DISPOSITION, "inline"),
        (header::CACHE_CONTROL, "private, max-age=3600"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    Ok(reply::raw((headers, bytes)))
}

/// A line of a document: words, or the cells of a table's row.
enum Line {
    Words(String),
    Cells(Vec<String>),
}

#[derive(Template)]
#[template(path = "file_text.html")]
struct TextPage {
    frame: Frame,
    kind: &'static str,
    size: String,
    original: String,
    /// Runs of lines: each a paragraph or a whole table.
    blocks: Vec<TextBlock>,
}

enum TextBlock {
    Paragraph(String),
    Table(Vec<Vec<String>>),
}

async fn text(app: &App, actor: &Actor, file: &Attached, kind: FileKind) -> web::Result {
    let text = file.text.as_deref().unwrap_or_default();
    reply::page(&TextPage {
        frame: Frame::new(app, actor, paths::RECORDS, &file.name).await?,
        kind: kind.chinese(),
        size: crate::files::store::size_words(file.bytes),
        original: paths::file(file.id),
        blocks: blocks(text),
    })
}

/// Extracted text back into paragraphs and tables: a cell ends with a tab, a row with a line feed.
fn blocks(text: &str) -> Vec<TextBlock> {
    let mut blocks: Vec<TextBlock> = Vec::new();
    for line in lines(text) {
        match (line, blocks.last_mut()) {
            (Line::Cells(cells), Some(TextBlock::Table(rows))) => rows.push(cells),
            (Line::Cells(cells), _) => blocks.push(TextBlock::Table(vec![cells])),
            (Line::Words(words), _) if words.trim().is_empty() => {}
            (Line::Words(words), _) => blocks.push(TextBlock::Paragraph(words)),
        }
    }
    blocks
}

fn lines(text: &str) -> impl Iterator<Item = Line> + '_ {
    text.lines().map(|line| match line.strip_suffix('\t') {
        Some(row) => Line::Cells(row.split('\t').map(str::to_owned).collect()),
        None => Line::Words(line.to_owned()),
    })
}
