//! 审核: the review queue, evidence inline.

mod deeds;
mod export;
mod rows;

use crate::paths;
use crate::store::Key;
use crate::use_cases::UNDO_MS;
use askama::Template;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use kernel::{Id, Instant};
pub(crate) use rows::Waiting;
use rows::{Judged, Reason};
use std::collections::BTreeMap;
use web::{Actor, App, Form, Frame, Nav, Right, Route};

/// Submissions on one page: 49 organisations fit.
const PAGE: usize = 50;

/// Ways in.
pub fn routes() -> Vec<Route> {
    let right = Right::ReviewDuties;
    vec![
        Route::get(paths::REVIEW, right, get(list)),
        Route::get("/review/export", right, get(export::queue)),
        Route::post("/review/accept", right, post(deeds::accept)),
        Route::post("/review/accept-many", right, post(deeds::accept_many)),
        Route::post("/review/return", right, post(deeds::send_back)),
        Route::post("/review/undo", right, post(deeds::undo)),
        Route::post("/review/excuse", Right::ExcuseDuties, post(deeds::excuse)),
    ]
}

/// Links of the bar.
pub fn nav() -> Vec<Nav> {
    vec![Nav {
        order: 12,
        label: "审核",
        path: paths::REVIEW,
        right: Right::ReviewDuties,
        shown: |_| true,
        count: Some(|app, actor| {
            Box::pin(
                async move { Ok(rows::count(app.store.db(), &actor, &Filter::default()).await?) },
            )
        }),
    }]
}

/// How many submissions wait for that person; those handed in since an instant only, if one is named.
/// The same rule as the queue's own.
pub async fn waiting(
    app: &App,
    actor: &Actor,
    since: Option<Instant>,
) -> Result<i64, ::store::Error> {
    let filter = Filter {
        since,
        ..Filter::default()
    };
    rows::count(app.store.db(), actor, &filter).await
}

/// What waits for that person, by item: address, title and number.
pub async fn waiting_by_item(
    app: &App,
    actor: &Actor,
) -> Result<Vec<(String, String, i64)>, ::store::Error> {
    let items = rows::items(app.store.db(), actor).await?;
    let of = |one: rows::Asked| {
        (
            format!("{}?item={}", paths::REVIEW, one.id),
            one.title,
            one.n,
        )
    };
    Ok(items.into_iter().map(of).collect())
}

/// 昨天零点: what is newer has come in since yesterday.
pub fn yesterday(app: &App) -> Instant {
    Instant::at(app.store.today().plus_days(-1), 0)
}

/// What the queue is narrowed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// One sheet.
    pub sheet: Option<Id>,
    /// One requirement of it.
    pub item: Option<Id>,
    /// One zone.
    pub zone: Option<Id>,
    /// Handed in since.
    pub since: Option<Instant>,
}

impl Filter {
    fn of<'a>(app: &App, value: impl Fn(&str) -> &'a str) -> Filter {
        Filter {
            sheet: value("sheet").parse().ok(),
            item: value("item").parse().ok(),
            zone: value("zone").parse().ok(),
            since: (value("new") == "1").then(|| yesterday(app)),
        }
    }

    fn of_form(app: &App, form: &Form) -> Filter {
        Filter::of(app, |name| form.text(name))
    }

    /// The queue narrowed so.
    fn path(&self) -> String {
        self.at(paths::REVIEW)
    }

    /// The same narrowing at another address.
    fn at(&self, path: &str) -> String {
        let ids = [
            ("sheet", self.sheet),
            ("item", self.item),
            ("zone", self.zone),
        ];
        let mut parts: Vec<String> = ids
            .iter()
            .filter_map(|(name, id)| id.map(|id| format!("{name}={id}")))
            .collect();
        parts.extend(self.since.map(|_| "new=1".to_owned()));
        if parts.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", parts.join("&"))
        }
    }

    /// The same as hidden fields.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let ids = [
            ("sheet", self.sheet),
            ("item", self.item),
            ("zone", self.zone),
        ];
        let mut fields: Vec<_> = ids
            .iter()
            .filter_map(|(name, id)| id.map(|id| (*name, id.to_string())))
            .collect();
        fields.extend(self.since.map(|_| ("new", "1".to_owned())));
        fields
    }
}

/// A choice of a list in the tools.
struct Choice {
    id: Id,
    words: String,
    on: bool,
}

/// What went wrong, and with which submission.
struct Problem {
    key: Option<Key>,
    words: String,
    /// What was typed.
    text: String,
}

/// Judgements of one moment that can still be undone.
struct Undo {
    words: String,
    seconds: i64,
    left: String,
    judged: Vec<Judged>,
}

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage {
    frame: Frame,
    sentence: String,
    fields: Vec<(&'static str, String)>,
    sheets: Vec<Choice>,
    items: Vec<Choice>,
    zones: Vec<Choice>,
    fresh: bool,
    groups: Vec<Group>,
    shown: usize,
    total: i64,
    clean: usize,
    next: Option<String>,
    export: String,
    narrowed: bool,
    reasons: Vec<Reason>,
    undo: Option<Undo>,
    earlier: Vec<Undo>,
    excuses: bool,
    problem: Option<Problem>,
}

/// Submissions for one item.
struct Group {
    title: String,
    source: String,
    demand: String,
    rows: Vec<Waiting>,
}

/// `GET /review`
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<BTreeMap<String, String>>,
) -> web::Result {
    let value = |name: &str| query.get(name).map_or("", String::as_str);
    let filter = Filter::of(&app, value);
    let said = query.get("said").cloned();
    web::page(&page(&app, &actor, filter, value("after"), said, None).await?)
}

/// The page again with what went wrong.
async fn again(app: &App, actor: &Actor, filter: Filter, problem: Problem) -> web::Result {
    web::reply::invalid(&page(app, actor, filter, "", None, Some(problem)).await?)
}

async fn page(
    app: &App,
    actor: &Actor,
    filter: Filter,
    after: &str,
    said: Option<String>,
    problem: Option<Problem>,
) -> web::Result<ReviewPage> {
    let db = app.store.db();
    let asked = rows::items(db, actor).await?;
    let zones = rows::zones(db, actor).await?;
    let total = rows::count(db, actor, &filter).await?;
    let (waiting, next) = rows::page(db, actor, &filter, after, PAGE).await?;
    let reasons = rows::reasons(db, actor.account).await?;
    let now = app.store.now();
    let mut undos = undos(
        rows::judged(db, actor.account, now.plus_ms(-UNDO_MS)).await?,
        now,
    );
    let undo = (!undos.is_empty()).then(|| undos.remove(0));
    let clean = waiting.iter().filter(|row| row.lacks.is_empty()).count();
    let shown = waiting.len();
    let sentence = sentence(shown, total, clean);
    let choice = |id: Id, words: String, on: Option<Id>| Choice {
        id,
        words,
        on: on == Some(id),
    };
    let mut sheets: Vec<Choice> = Vec::new();
    for item in &asked {
        if !sheets.iter().any(|sheet| sheet.id == item.sheet) {
            sheets.push(choice(item.sheet, item.sheet_words(), filter.sheet));
        }
    }
    let items = asked
        .iter()
        .filter(|item| filter.sheet.is_none_or(|sheet| sheet == item.sheet));
    let words = |item: &rows::Asked| format!("{}（{}）", item.title, item.n);
    let title = match asked.iter().find(|item| filter.item == Some(item.id)) {
        Some(item) => format!("审核：{}", item.title),
        None => "审核".to_owned(),
    };
    let page_path = filter.path();
    let join = if page_path.contains('?') { '&' } else { '?' };
    Ok(ReviewPage {
        items: items
            .map(|item| choice(item.id, words(item), filter.item))
            .collect(),
        zones: zones
            .into_iter()
            .map(|(id, name)| choice(id, name, filter.zone))
            .collect(),
        frame: Frame::new(app, actor, paths::REVIEW, &title)
            .await?
            .saying(said),
        fields: filter.fields(),
        export: filter.at("/review/export"),
        fresh: filter.since.is_some(),
        narrowed: filter != Filter::default(),
        next: next.map(|cursor| format!("{page_path}{join}after={cursor}")),
        excuses: actor.can_anywhere(Right::ExcuseDuties),
        groups: groups(waiting),
        earlier: undos,
        sentence,
        sheets,
        shown,
        total,
        clean,
        reasons,
        undo,
        problem,
    })
}

fn sentence(shown: usize, total: i64, clean: usize) -> String {
    let rest = shown - clean;
    let opened = if rest == 0 {
        String::new()
    } else {
        format!("，{rest} 份需打开看")
    };
    if i64::try_from(shown).unwrap_or(0) < total {
        format!("共 {total} 份待审核；本页齐全的可以一起通过{opened}。")
    } else {
        format!("齐全的可以一起通过{opened}。")
    }
}

fn groups(waiting: Vec<Waiting>) -> Vec<Group> {
    let mut groups: Vec<(Id, Group)> = Vec::new();
    for row in waiting {
        match groups.last_mut() {
            Some((id, group)) if *id == row.key.requirement => group.rows.push(row),
            _ => groups.push((
                row.key.requirement,
                Group {
                    title: row.title.clone(),
                    source: row.source.clone(),
                    demand: row.demand.clone(),
                    rows: vec![row],
                },
            )),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// By moment, the latest first.
fn undos(judged: Vec<Judged>, now: Instant) -> Vec<Undo> {
    let mut undos: Vec<(Instant, Undo)> = Vec::new();
    for one in judged {
        match undos.last_mut() {
            Some((at, undo)) if *at == one.at => undo.judged.push(one),
            _ => {
                let seconds = ((UNDO_MS - (now.0 - one.at.0)) / 1000).max(0);
                let left = format!("{} 分 {} 秒", seconds / 60, seconds % 60);
                undos.push((
                    one.at,
                    Undo {
                        words: String::new(),
                        seconds,
                        left,
                        judged: vec![one],
                    },
                ));
            }
        }
    }
    undos
        .into_iter()
        .map(|(_, undo)| Undo {
            words: undo_words(&undo.judged),
            ..undo
        })
        .collect()
}

fn undo_words(judged: &[Judged]) -> String {
    let verb = if judged.iter().all(|one| one.accepted) {
        "已通过"
    } else {
        "已退回"
    };
    match judged {
        [one] => format!("{verb}{}的“{}”。", one.organisation, one.title),
        many => format!("{verb} {} 份。", many.len()),
    }
}

impl ReviewPage {
    /// The reasons of one field.
    fn reasons_for<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a Reason> {
        self.reasons
            .iter()
            .filter(move |reason| reason.field == field)
    }

    fn problem_of(&self, key: &Key) -> Option<&Problem> {
        self.problem
            .as_ref()
            .filter(|problem| problem.key == Some(*key))
    }
}
