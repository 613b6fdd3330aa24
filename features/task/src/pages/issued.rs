//! 交办单, as issued: what it asks, how each item stands, its papers.

use crate::entities::answer;
use crate::entities::item::list;
use crate::entities::sheet::{Annex, Sheet, Stage};
use crate::pages::{Asked, Key, Pair, Said, seen};
use crate::store::Standing;
use crate::use_cases::close_sheet::close_sheet;
use crate::{paths, sheets, store};
use askama::Template;
use axum::extract::State;
use kernel::Id;
use web::{Actor, App, Failure, Form, Frame, Right, reply};

pub(crate) struct Line {
    pub href: String,
    pub outline: String,
    pub title: String,
    pub due: kernel::Day,
    pub due_words: String,
    pub distance: String,
    pub who: String,
    pub count: i64,
    pub evidence: String,
    pub way: String,
    pub standing: Standing,
}

impl Line {
    /// Where a bar's parts begin and how wide they are, of 180: done, waiting, overdue.
    fn bar(&self) -> [(i64, i64); 3] {
        let all = self.standing.owed.max(1);
        let width = |n: i64| n * 180 / all;
        let (done, waiting, over) = (
            width(self.standing.done),
            width(self.standing.waiting),
            width(self.standing.overdue),
        );
        [
            (0, done),
            (done, waiting),
            (done + waiting, over.min(180 - done - waiting)),
        ]
    }

    fn bar_words(&self) -> String {
        let s = &self.standing;
        format!(
            "{} 个中完成 {}、待审核 {}、逾期 {}",
            s.owed, s.done, s.waiting, s.overdue
        )
    }
}

#[derive(Template)]
#[template(path = "sheet_issued.html")]
struct IssuedPage {
    frame: Frame,
    sheet: Sheet,
    stage: Stage,
    sentence: String,
    total: Standing,
    lines: Vec<Line>,
    annexes: Vec<Annex>,
    can_close: bool,
    sees_progress: bool,
    errors: web::FieldErrors,
}

/// `GET /sheets/{id}`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    Asked(query): Asked<Said>,
) -> web::Result {
    let sheet = seen(&app, &actor, id).await?;
    if sheet.issued_at.is_none() {
        return reply::see_other(paths::draft(id));
    }
    let mut page = page(&app, &actor, sheet).await?;
    page.frame = page.frame.saying(query.said);
    reply::page(&page)
}

async fn page(app: &App, actor: &Actor, sheet: Sheet) -> web::Result<IssuedPage> {
    let db = app.store.db();
    let lines = lines(app, actor, &sheet).await?;
    let mut total = Standing::default();
    for line in &lines {
        total.owed += line.standing.owed;
        total.done += line.standing.done;
        total.waiting += line.standing.waiting;
        total.overdue += line.standing.overdue;
        total.exempt += line.standing.exempt;
    }
    let organisations = store::concerned(db, sheet.id).await?.len();
    let stage = sheet.stage();
    let by = sheet.issued_by.as_deref().unwrap_or_default();
    let at = sheet
        .issued_at
        .map(|at| at.day().chinese())
        .unwrap_or_default();
    let sentence = format!(
        "{} · {at}下发 · {organisations} 个党组织 · 签发 {by}",
        sheet.number_words()
    );
    Ok(IssuedPage {
        frame: Frame::new(app, actor, paths::LIST, &sheet.title).await?,
        stage,
        sentence,
        total,
        lines,
        annexes: store::annexes(db, sheet.id).await?,
        can_close: stage == Stage::Issued && actor.can(Right::IssueSheets, &sheet.place()),
        sees_progress: actor.can_anywhere(Right::SeeProgress),
        errors: web::FieldErrors::new(),
        sheet,
    })
}

pub(crate) async fn lines(app: &App, actor: &Actor, sheet: &Sheet) -> web::Result<Vec<Line>> {
    let db = app.store.db();
    let today = app.store.today();
    let asked = store::asked(db, sheet.id).await?;
    let standings = store::by_requirement(db, sheet.id, &actor.reach(Right::SeeSheets)).await?;
    let counts = store::target_counts(db, sheet.id).await?;
    let line = |row: store::Asked| {
        let measure = serde_json::from_str(&row.measure).unwrap_or_default();
        Line {
            href: format!("{}?of={}", paths::item(sheet.id, row.item), row.id),
            outline: row.outline,
            title: row.title,
            due: row.due,
            due_words: row.due_words,
            distance: row.due.distance_words(today).replace("逾期", "已过"),
            who: row.who_words,
            count: counts.get(&row.id).copied().unwrap_or(0),
            evidence: list(&row.evidence).join("、"),
            way: answer::words(&measure),
            standing: standings.get(&row.id).copied().unwrap_or_default(),
        }
    };
    Ok(asked.into_iter().map(line).collect())
}

/// `POST /sheets/{id}/close`: form fields `why` and `how` (`close` or `void`).
pub async fn close(State(app): State<App>, actor: Actor, Key(id): Key, form: Form) -> web::Result {
    let why: String = form.text("why").chars().take(300).collect();
    let voided = form.text("how") == "void";
    if voided && why.is_empty() {
        let sheet = seen(&app, &actor, id).await?;
        if !actor.can(Right::IssueSheets, &sheet.place()) || sheet.issued_at.is_none() {
            return Err(Failure::NotFound);
        }
        let mut page = page(&app, &actor, sheet).await?;
        page.errors
            .insert("why", "作废要写明理由，收到的党组织会看到。".to_owned());
        return reply::invalid(&page);
    }
    reply::see_other(close_sheet(&app, &actor, &form.once(&actor), id, why, voided).await?)
}

/// `GET /sheets/{id}/items.xlsx`
pub async fn workbook(State(app): State<App>, actor: Actor, Key(id): Key) -> web::Result {
    let sheet = seen(&app, &actor, id).await?;
    if sheet.issued_at.is_none() {
        return Err(Failure::NotFound);
    }
    let lines = lines(&app, &actor, &sheet).await?;
    let items = sheets::items(&sheet, &lines);
    web::sheet::file(&app, &sheet.issuer_words, &sheet.title, vec![items])
}

/// `GET /sheets/{id}/original`
pub async fn original(State(app): State<App>, actor: Actor, Key(id): Key) -> web::Result {
    let sheet = seen(&app, &actor, id).await?;
    file(&app, sheet.original.ok_or(Failure::NotFound)?).await
}

/// `GET /sheets/{id}/annexes/{rank}`
pub async fn annex(State(app): State<App>, actor: Actor, Pair(id, rank): Pair) -> web::Result {
    let sheet = seen(&app, &actor, id).await?;
    let annexes = store::annexes(app.store.db(), sheet.id).await?;
    let annex = annexes
        .into_iter()
        .find(|a| a.rank == rank.0)
        .ok_or(Failure::NotFound)?;
    file(&app, annex.file.ok_or(Failure::NotFound)?).await
}

async fn file(app: &App, id: Id) -> web::Result {
    let file = record::files::find_file(app.store.db(), id)
        .await?
        .ok_or(Failure::NotFound)?;
    let kind = record::files::FileKind::from_code(&file.kind).ok_or(Failure::NotFound)?;
    let bytes = app.store.files.read(&file.digest).await?;
    reply::attachment(&file.name, kind.media(), bytes)
}
