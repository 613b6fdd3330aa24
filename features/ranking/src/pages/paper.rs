//! 排名 on paper: the bulletin in Word, the workbook, and a page to print. Each gives what the page
//! shows the same person, and nothing more.

use super::{edition_of, seen};
use crate::bulletin::{self, Bulletin};
use crate::entities::{Edition, Line, Ranking, Stage};
use crate::figures::{Figures, period_words};
use crate::{paths, sheets, store};
use askama::Template;
use axum::extract::State;
use kernel::Id;
use serde::Deserialize;
use task::pages::{Asked, Key};
use web::{Actor, App, Failure, Frame, reply};

/// Which edition; the one that stands when none is named.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    edition: Option<i64>,
}

/// A ranking as one person reads it: only the lines within their sight.
struct Paper {
    ranking: Ranking,
    edition: Edition,
    /// Whether that is every line.
    whole: bool,
    issuer: String,
    stage: Stage,
}

async fn gather(app: &App, actor: &Actor, id: Id, number: Option<i64>) -> web::Result<Paper> {
    let (ranking, sight) = seen(app, actor, id, number).await?;
    let (mut edition, _) = edition_of(app, &ranking, number).await?;
    edition.lines.retain(|line| sight.covers(line.organisation));
    Ok(Paper {
        whole: sight.all,
        issuer: issuer(app, &ranking, &edition).await?,
        stage: ranking.stage(app.store.today()),
        edition,
        ranking,
    })
}

/// The office as it signs: as on the newest of the sheets that counted, else by its own name.
async fn issuer(app: &App, ranking: &Ranking, edition: &Edition) -> web::Result<String> {
    let db = app.store.db();
    if let Some(newest) = edition.sheets.iter().map(|sheet| sheet.id).max() {
        let sheet = task::store::find_sheet(db, newest).await?;
        let words = sheet.map(|sheet| sheet.issuer_words).unwrap_or_default();
        if !words.trim().is_empty() {
            return Ok(words.trim().to_owned());
        }
    }
    let node = org::store::find_node(db, ranking.issuer).await?;
    Ok(node.ok_or(Failure::NotFound)?.name)
}

fn broken() -> Failure {
    Failure::Broken(::store::Error::Schema(
        "a document was not written".to_owned(),
    ))
}

/// `GET /rankings/{id}/bulletin.docx`: only for those who read every line.
pub async fn word(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    Asked(query): Asked<Query>,
) -> web::Result {
    let paper = gather(&app, &actor, id, query.edition).await?;
    if !paper.whole {
        return Err(Failure::NotFound);
    }
    let objections = store::objections(app.store.db(), id, None).await?;
    let upheld = objections.iter().filter(|o| o.upheld == Some(true)).count();
    let sent = paper.ranking.sent_at.map(|at| at.day());
    let title = bulletin::title(&paper.edition);
    let day = bulletin::day(&paper.edition);
    let name = format!("{}_{title}_{day}.docx", paper.issuer);
    let written = move || {
        office::official::write(&bulletin::official(&Bulletin {
            edition: &paper.edition,
            issuer: &paper.issuer,
            checked: sent.zip(paper.ranking.objections_until),
            objections: (objections.len(), upheld),
        }))
    };
    let bytes = tokio::task::spawn_blocking(written).await;
    let bytes = bytes.map_err(|_| broken())?.map_err(|_| broken())?;
    reply::attachment(&name, reply::DOCX, bytes)
}

/// `GET /rankings/{id}/export`
pub async fn excel(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    Asked(query): Asked<Query>,
) -> web::Result {
    let paper = gather(&app, &actor, id, query.edition).await?;
    // The file of one organisation bears its name, not the office's.
    let whose = match (&paper.edition.lines[..], paper.whole) {
        ([line], false) => line.name.clone(),
        _ => paper.issuer.clone(),
    };
    let name = format!(
        "{whose}_{}排名_{}.xlsx",
        period_words(paper.edition.period),
        bulletin::day(&paper.edition)
    );
    let made_at = app.store.now().chinese_full();
    let written = move || {
        let stage = paper.stage.chinese();
        sheets::workbook(&paper.edition, paper.whole, stage, &made_at)
    };
    let bytes = tokio::task::spawn_blocking(written).await;
    let bytes = bytes.map_err(|_| broken())?.map_err(|_| broken())?;
    reply::attachment(&name, reply::XLSX, bytes)
}

#[derive(Template)]
#[template(path = "ranking_print.html")]
struct PrintPage {
    frame: Frame,
    paper: Paper,
    figures: Figures,
    /// Every line of the page, or the items of one's own few.
    ranked: Vec<Line>,
    unranked: Vec<Line>,
    query: String,
    back: String,
    stamp: String,
}

/// `GET /rankings/{id}/print`
pub async fn print(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    Asked(query): Asked<Query>,
) -> web::Result {
    let paper = gather(&app, &actor, id, query.edition).await?;
    let (ranked, unranked): (Vec<Line>, Vec<Line>) = paper
        .edition
        .lines
        .iter()
        .cloned()
        .partition(|line| line.ranks.is_some());
    let (back, asked) = match query.edition {
        Some(number) => (paths::edition(id, number), format!("?edition={number}")),
        None => (paths::ranking(id), String::new()),
    };
    reply::page(&PrintPage {
        frame: Frame::new(&app, &actor, paths::LIST, "打印排名").await?,
        figures: Figures::of(&paper.edition.lines),
        stamp: stamp(&paper),
        query: asked,
        ranked,
        unranked,
        back,
        paper,
    })
}

/// Under the title: what this paper is worth.
fn stamp(paper: &Paper) -> String {
    let edition = &paper.edition;
    let mut words = match edition.number {
        0 => "草拟，尚未送核".to_owned(),
        n => format!("第 {n} 版，{}定版", edition.made_at.day().chinese()),
    };
    match &edition.published {
        Some(published) => {
            let day = published.at.day().chinese();
            words.push_str(&format!("；{day}由{}公布", published.by));
        }
        None if edition.number > 0 => words.push_str("；尚未公布，仅供核对"),
        None => {}
    }
    if let Some(next) = edition.replaced_by {
        words.push_str(&format!("；已由第 {next} 版代替"));
    }
    words
}
