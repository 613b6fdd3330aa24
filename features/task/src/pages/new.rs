//! 新建交办单: a file or pasted text becomes a draft.

use crate::paths;
use crate::store::{self, Twin};
use crate::use_cases::draft_sheet::{DraftRefusal, NewDraft, Original, draft_sheet};
use ::store::Fail;
use askama::Template;
use axum::extract::State;
use kernel::document::Document;
use kernel::{Id, Refusal};
use record::files::{Accept, find_file, offered};
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Right, reply};

/// Characters of a text that is read.
const MOST_TEXT: usize = 200_000;

#[derive(Template)]
#[template(path = "sheet_new.html")]
struct NewPage {
    frame: Frame,
    issuers: Vec<(Id, String)>,
    issuer: Option<Id>,
    text: String,
    year: String,
    errors: FieldErrors,
    twin: Option<TwinShown>,
}

struct TwinShown {
    id: Id,
    href: String,
    words: String,
}

/// `GET /sheets/new`
pub async fn show(State(app): State<App>, actor: Actor) -> web::Result {
    reply::page(&page(&app, &actor).await?)
}

async fn page(app: &App, actor: &Actor) -> web::Result<NewPage> {
    let issuers = issuers(actor);
    Ok(NewPage {
        frame: Frame::new(app, actor, paths::LIST, "新建交办单").await?,
        issuer: issuers.first().map(|(id, _)| *id),
        issuers,
        text: String::new(),
        year: String::new(),
        errors: FieldErrors::new(),
        twin: None,
    })
}

/// Organisations for which that person may issue.
fn issuers(actor: &Actor) -> Vec<(Id, String)> {
    let held = actor
        .grants
        .iter()
        .filter(|g| Right::IssueSheets.is_held_by(g.role) && g.zone.is_none());
    let mut out: Vec<(Id, String)> = held.map(|g| (g.node, g.node_name.clone())).collect();
    out.dedup();
    out
}

/// `POST /sheets/new`: form fields `file` (or an upload), `text`, `year`, `issuer`, `again`.
pub async fn take(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let mut page = page(&app, &actor).await?;
    let chosen = form
        .id("issuer")
        .filter(|id| page.issuers.iter().any(|(i, _)| i == id));
    let issuer = chosen.or(page.issuer).ok_or(Failure::NotFound)?;
    page.issuer = Some(issuer);
    page.text = form.text("text").to_owned();
    page.year = form.text("year").to_owned();
    let year = match form.text("year").trim_end_matches('年') {
        "" => None,
        text => match text.parse::<i16>() {
            Ok(year) if (1990..2100).contains(&year) => Some(year),
            _ => {
                page.errors.insert(
                    "year",
                    "年份请写四位数字，例如 2026；不清楚可以留空。".to_owned(),
                );
                return reply::invalid(&page);
            }
        },
    };
    let (original, document) = match source(&app, &actor, &form).await? {
        Ok(source) => source,
        Err((field, words)) => {
            page.errors.insert(field, words);
            return reply::invalid(&page);
        }
    };
    // A form sent twice gets its receipt, not a question.
    if !form.ticked("again")
        && let Some(twin) = store::find_twin(app.store.db(), issuer, original.digest()).await?
        && !store::is_done(app.store.db(), &form.once(&actor)).await?
    {
        page.twin = Some(shown(&twin));
        return reply::invalid(&page);
    }
    let new = understand(issuer, original, document, year, app.store.today()).await?;
    match draft_sheet(&app, &actor, &form.once(&actor), new).await {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal @ DraftRefusal::NoText)) => {
            page.errors.insert("file", refusal.words().into_owned());
            reply::invalid(&page)
        }
        Err(other) => Err(other.into()),
    }
}

fn shown(twin: &Twin) -> TwinShown {
    let (href, words) = match twin.issued_at {
        Some(at) => (
            paths::sheet(twin.id),
            format!(
                "这份文件已于{}下发，就是“{}”。",
                at.day().chinese(),
                twin.title
            ),
        ),
        None => (
            paths::draft(twin.id),
            format!(
                "这份文件{}已经读过，草稿“{}”还在。",
                twin.created_at.chinese(),
                twin.title
            ),
        ),
    };
    TwinShown {
        id: twin.id,
        href,
        words,
    }
}

pub(crate) async fn understand(
    issuer: Id,
    original: Original,
    document: Document,
    year: Option<i16>,
    today: kernel::Day,
) -> web::Result<NewDraft> {
    // The year of a sheet drafted now is the last resort where the text has none.
    let options = reading::Options {
        year,
        published: Some(today),
    };
    let read = tokio::task::spawn_blocking(move || {
        let reading = reading::read(&document, &options);
        (document, reading)
    });
    let gone = |_| Failure::Broken(::store::Error::Schema("the reader stopped".to_owned()));
    let (document, reading) = read.await.map_err(gone)?;
    Ok(NewDraft {
        issuer,
        original,
        document,
        reading,
    })
}

pub(crate) type Source = Result<(Original, Document), (&'static str, String)>;

/// The file or text that came, and what is in it; or the field and why not.
async fn source(app: &App, actor: &Actor, form: &Form) -> web::Result<Source> {
    if let Some(twin) = form.id("same_as") {
        return again(app, actor, twin).await;
    }
    let given = offered(app, actor, Accept::SheetOriginal, form, "file").await?;
    if let Some(complaint) = given.complaint() {
        return Ok(Err(("file", complaint)));
    }
    let text = form.text("text");
    let original = match (given.taken.into_iter().next(), given.held.first()) {
        (Some(taken), _) => Original::Taken(taken),
        (None, Some(file)) => held(app, file.id).await?,
        (None, None) if !text.is_empty() => return pasted(app, actor, text).await,
        (None, None) => {
            return Ok(Err(("file", "请选择文件，或在下面粘贴正文。".to_owned())));
        }
    };
    parsed(app, original).await
}

async fn held(app: &App, file: Id) -> web::Result<Original> {
    let row = find_file(app.store.db(), file)
        .await?
        .ok_or(Failure::NotFound)?;
    Ok(Original::Held {
        file,
        name: row.name,
        digest: row.digest,
    })
}

pub(crate) async fn parsed(app: &App, original: Original) -> web::Result<Source> {
    let name = original.name().to_owned();
    if [".pdf", ".jpg", ".jpeg", ".png"]
        .iter()
        .any(|end| name.to_lowercase().ends_with(end))
    {
        let words = "这里要读文字，不能用 PDF 或图片。请上传 docx、xlsx 或 txt，或粘贴正文。";
        return Ok(Err(("file", words.to_owned())));
    }
    let bytes = app.store.files.read(original.digest()).await?;
    Ok(match app.parse.document(name, bytes).await {
        Ok(document) if document.extracted_text().chars().count() > MOST_TEXT => Err((
            "file",
            "文件文字超过 20 万字，不像一张交办单。请只上传交办单本身。".to_owned(),
        )),
        Ok(document) => Ok((original, document)),
        Err(words) => Err(("file", words)),
    })
}

/// Pasted text is kept as a text file, so that it has an original like any other.
async fn pasted(app: &App, actor: &Actor, text: &str) -> web::Result<Source> {
    if text.chars().count() > MOST_TEXT {
        return Ok(Err((
            "text",
            "文字超过 20 万字，不像一张交办单。请只粘贴交办单本身。".to_owned(),
        )));
    }
    let taken = record::files::take_file_of(
        app,
        Accept::SheetOriginal,
        Some(actor.account),
        "粘贴的文字.txt",
        text.as_bytes().to_vec(),
    );
    match taken.await {
        Ok(taken) => Ok(Ok((Original::Taken(taken), Document::from_text(text)))),
        Err(refusal) => Ok(Err(("text", refusal.words().into_owned()))),
    }
}

/// The same file once more, as a draft of its own.
async fn again(app: &App, actor: &Actor, twin: Id) -> web::Result<Source> {
    let sheet = store::find_sheet(app.store.db(), twin)
        .await?
        .ok_or(Failure::NotFound)?;
    if !actor.can(Right::IssueSheets, &sheet.place()) {
        return Err(Failure::NotFound);
    }
    let file = sheet.original.ok_or(Failure::NotFound)?;
    parsed(app, held(app, file).await?).await
}
