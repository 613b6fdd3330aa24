//! 交办单: drafts, what is under way, what is over.

use crate::entities::sheet::Stage;
use crate::pages::Asked;
use crate::store::{self, Standing};
use crate::{paths, sheets};
use askama::Template;
use axum::extract::State;
use kernel::{Day, Id, Period};
use serde::Deserialize;
use web::sheet::{self, Export};
use web::{Actor, App, Frame, Right, reply};

/// Rows of a page.
const MOST: usize = 30;

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    year: Option<String>,
    #[serde(default)]
    before: Option<String>,
    #[serde(default)]
    said: Option<String>,
}

pub(crate) struct Line {
    pub href: String,
    pub title: String,
    pub number: String,
    pub period: String,
    pub from_to: Period,
    pub stage: Stage,
    pub items: i64,
    pub next: String,
    pub next_due: Option<Day>,
    pub standing: Option<Standing>,
    pub drafted: String,
}

impl Line {
    /// `511 件中完成 208 件,逾期 10 件`
    pub fn progress(&self) -> String {
        let Some(s) = &self.standing else {
            return String::new();
        };
        let mut words = format!("{} 件中完成 {} 件", s.owed, s.done);
        if s.overdue > 0 {
            words.push_str(&format!("，逾期 {} 件", s.overdue));
        }
        words
    }

    /// Width of the bar's done part, of 120.
    pub fn done_width(&self) -> i64 {
        self.standing
            .filter(|s| s.owed > 0)
            .map_or(0, |s| s.done * 120 / s.owed)
    }
}

#[derive(Template)]
#[template(path = "sheets.html")]
struct ListPage {
    frame: Frame,
    sentence: String,
    can_issue: bool,
    years: Vec<i16>,
    year: Option<i16>,
    lines: Vec<Line>,
    more: Option<String>,
}

/// `GET /sheets`
pub async fn show(State(app): State<App>, actor: Actor, Asked(query): Asked<Query>) -> web::Result {
    let year: Option<i16> = query.year.as_deref().and_then(|y| y.parse().ok());
    let before: Option<Id> = query.before.as_deref().and_then(|id| id.parse().ok());
    let (lines, last) = lines(&app, &actor, year, before, MOST).await?;
    let of = |stage: Stage| lines.iter().filter(|l| l.stage == stage).count();
    let sentence = format!(
        "{} 张在办，{} 张草稿，{} 张已结束。",
        of(Stage::Issued),
        of(Stage::Draft),
        of(Stage::Closed) + of(Stage::Void)
    );
    let can_issue = actor.can_anywhere(Right::IssueSheets);
    let sentence = match (can_issue, lines.is_empty()) {
        (_, true) => "这里列出与您有关的交办单。".to_owned(),
        (true, _) => sentence,
        (false, _) => format!(
            "与您有关的 {} 张，其中 {} 张在办。",
            lines.len(),
            of(Stage::Issued)
        ),
    };
    let years = store::years(app.store.db(), &actor).await?;
    let more = last.map(|id| match year {
        Some(year) => format!("{}?year={year}&before={id}", paths::LIST),
        None => format!("{}?before={id}", paths::LIST),
    });
    let frame = Frame::new(&app, &actor, paths::LIST, "交办单")
        .await?
        .saying(query.said);
    reply::page(&ListPage {
        frame,
        sentence,
        can_issue,
        years,
        year,
        lines,
        more,
    })
}

/// `GET /sheets.xlsx`: the same as a workbook.
pub async fn export(
    State(app): State<App>,
    actor: Actor,
    Asked(query): Asked<Query>,
) -> web::Result {
    let year: Option<i16> = query.year.as_deref().and_then(|y| y.parse().ok());
    let title = sheet::title(&app, "交办单");
    let export = Export::begin(
        &app,
        &sheet::unit(&app, &actor),
        "交办单",
        sheets::list(title),
    );
    let mut before = None;
    loop {
        let (lines, last) = lines(&app, &actor, year, before, sheet::CHUNK).await?;
        export
            .rows(lines.iter().map(sheets::listed).collect())
            .await?;
        before = last;
        if before.is_none() {
            break;
        }
    }
    export.reply().await
}

async fn lines(
    app: &App,
    actor: &Actor,
    year: Option<i16>,
    before: Option<Id>,
    most: usize,
) -> web::Result<(Vec<Line>, Option<Id>)> {
    let db = app.store.db();
    let today = app.store.today();
    let limit = i64::try_from(most).unwrap_or(i64::MAX - 1) + 1;
    let mut rows = store::list(db, actor, year, before, today, limit).await?;
    let last = (rows.len() > most).then(|| rows[most - 1].id);
    rows.truncate(most);
    let issued: Vec<Id> = rows
        .iter()
        .filter(|r| r.issued_at.is_some())
        .map(|r| r.id)
        .collect();
    let standings = store::standings(db, &issued, &actor.reach(Right::SeeSheets)).await?;
    let lines = rows.into_iter().map(|row| {
        let stage = Stage::of(row.issued_at.is_some(), row.closed_at.is_some(), row.voided);
        let number = match (row.year, row.number) {
            (Some(year), Some(n)) => format!("{}〔{year}〕{n}号", row.prefix),
            _ => "未编号".to_owned(),
        };
        let from_to = Period {
            from: row.period_from,
            to: row.period_to,
        };
        let next = row.next_due.filter(|_| stage == Stage::Issued);
        Line {
            href: if stage == Stage::Draft {
                paths::draft(row.id)
            } else {
                paths::sheet(row.id)
            },
            title: row.title,
            number,
            period: from_to.chinese(),
            from_to,
            next_due: next,
            stage,
            items: row.items,
            next: next.map_or_else(String::new, |d| {
                format!("{}（{}）", d.short(), d.distance_words(today))
            }),
            standing: standings.get(&row.id).copied().filter(|s| s.owed > 0),
            drafted: format!(
                "{} {}起草",
                row.created_at.day().short(),
                row.created_by_name
            ),
        }
    });
    Ok((lines.collect(), last))
}
