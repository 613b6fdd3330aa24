//! 一次排名: the school's own line first, then what one may see of the others; for the office what
//! is to be done next.

use super::list::until_words;
use super::table::{By, Table};
use super::{edition_of, seen};
use crate::entities::{Edition, ItemLine, Line, Ranking, Stage};
use crate::paths;
use crate::store::{self, Objection, Sight};
use askama::Template;
use axum::extract::{Path, State};
use kernel::Id;
use serde::Deserialize;
use std::collections::HashMap;
use task::pages::{Asked, Key};
use web::{Actor, App, Failure, Frame, Right};

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    from: Option<usize>,
    #[serde(default)]
    said: Option<String>,
}

#[derive(Template)]
#[template(path = "ranking.html")]
struct ShowPage {
    frame: Frame,
    ranking: Ranking,
    edition: Edition,
    stage: Stage,
    sentence: String,
    /// The reader's own organisation's line.
    own: Option<Own>,
    table: Table,
    by: By,
    tabs: Vec<(String, By)>,
    next: Option<String>,
    all: bool,
    /// What the papers' addresses ask for: the edition, where it is not the one that stands.
    asked: String,
    office: bool,
    /// Nothing stands in the way of publishing it today.
    publishes: bool,
    /// Whether the reader may open the duties and records behind their own items.
    opens: bool,
    not_due: i64,
    /// Words about the days to object.
    until: String,
    objections: Vec<ObjectionRow>,
    open: usize,
    /// The edition that stands is shown, not an earlier one.
    stands: bool,
    editions: Vec<EditionRow>,
    /// The sheets counted; with their address for those who may open them.
    sheets: Vec<(String, Option<String>)>,
}

impl ShowPage {
    fn key(&self, item: &ItemLine) -> duty::Key {
        let own = self.own.as_ref().map(|own| own.line.organisation);
        item.key(own.unwrap_or_default())
    }
}

/// One's own line.
struct Own {
    href: String,
    line: Line,
    objects: Option<String>,
}

/// The few sheets that an edition counts.
async fn sheets(
    app: &App,
    actor: &Actor,
    edition: &Edition,
) -> web::Result<Vec<(String, Option<String>)>> {
    let mut shown = Vec::new();
    for sheet in &edition.sheets {
        let seen = task::store::may_see(app.store.db(), actor, sheet.id).await?;
        let href = seen.then(|| format!("/sheets/{}", sheet.id));
        shown.push((sheet.label.clone(), href));
    }
    Ok(shown)
}

impl Own {
    /// Where it stands on a strip of 240: start and width.
    fn strip(&self) -> (u32, u32) {
        let rank = self.line.ranks.map(|ranks| ranks.whole);
        rank.map_or((0, 0), |rank| {
            let of = rank.of.max(1);
            let width = (240 / of).max(4);
            let x = ((rank.place - 1) * 240 / of).min(240 - width);
            (x, width)
        })
    }
}

struct ObjectionRow {
    href: String,
    name: String,
    about: String,
    objection: Objection,
}

struct EditionRow {
    href: String,
    number: i64,
    words: String,
    small: String,
    on: bool,
}

/// `GET /rankings/{id}`: the edition that stands, or the draft as it comes to now.
pub async fn standing(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    Asked(query): Asked<Query>,
) -> web::Result {
    page(&app, &actor, id, None, query).await
}

/// `GET /rankings/{id}/editions/{number}`
pub async fn edition(
    State(app): State<App>,
    actor: Actor,
    Path((id, number)): Path<(String, String)>,
    Asked(query): Asked<Query>,
) -> web::Result {
    let id: Id = id.parse().map_err(|_| Failure::NotFound)?;
    let number: i64 = number.parse().map_err(|_| Failure::NotFound)?;
    page(&app, &actor, id, Some(number), query).await
}

async fn page(app: &App, actor: &Actor, id: Id, number: Option<i64>, query: Query) -> web::Result {
    let (ranking, sight) = seen(app, actor, id, number).await?;
    let (edition, not_due) = edition_of(app, &ranking, number).await?;
    let today = app.store.today();
    let office = actor.can(Right::RankOrganisations, &ranking.place());
    let stands = edition.replaced_by.is_none();
    let here = match number {
        Some(number) => paths::edition(id, number),
        None => paths::ranking(id),
    };
    let by = By::from_code(query.by.as_deref().unwrap_or_default());
    let table = Table::of(&edition, &sight, by, query.from.unwrap_or(0));
    let objections = objections(app, actor, &ranking, &edition).await?;
    let unanswered = store::open_count(app.store.db(), id).await?;
    let frame = Frame::new(app, actor, paths::LIST, &ranking.title).await?;
    web::page(&ShowPage {
        frame: frame.saying(query.said),
        stage: ranking.stage(today),
        sentence: sentence(&ranking, &edition, &sight),
        own: own(app, actor, &ranking, &edition, &sight).await?,
        tabs: By::ALL
            .map(|by| (format!("{here}?by={}", by.code()), by))
            .to_vec(),
        next: table
            .next
            .map(|at| format!("{here}?by={}&from={at}", by.code())),
        all: sight.all,
        asked: match stands {
            true => String::new(),
            false => format!("?edition={}", edition.number),
        },
        until: ranking
            .objections_until
            .map(|last| until_words(last, today))
            .unwrap_or_default(),
        open: objections
            .iter()
            .filter(|o| o.objection.upheld.is_none())
            .count(),
        editions: editions(app, &ranking, &sight, edition.number).await?,
        sheets: sheets(app, actor, &edition).await?,
        objections,
        publishes: ranking.obstacle(today, unanswered).is_none(),
        opens: actor.can_anywhere(Right::SeeDuties),
        not_due,
        office,
        stands,
        table,
        by,
        edition,
        ranking,
    })
}

fn sentence(ranking: &Ranking, edition: &Edition, sight: &Sight) -> String {
    let mut words = format!("评定期 {}", ranking.period().chinese());
    if sight.all {
        let listed = edition.lines.len();
        words.push_str(&format!(
            "，列入 {listed} 个党组织，排名 {} 个",
            edition.ranked()
        ));
    }
    words + "。"
}

/// The line of the organisation one works for, if it is in the edition.
async fn own(
    app: &App,
    actor: &Actor,
    ranking: &Ranking,
    edition: &Edition,
    sight: &Sight,
) -> web::Result<Option<Own>> {
    let homes: Vec<Id> = actor
        .grants
        .iter()
        .filter(|grant| grant.zone.is_none())
        .map(|grant| grant.node)
        .collect();
    let line = edition
        .lines
        .iter()
        .find(|line| homes.contains(&line.organisation) && sight.own.contains(&line.organisation));
    let Some(line) = line else {
        return Ok(None);
    };
    let open = ranking.stage(app.store.today()) == Stage::Sent && edition.replaced_by.is_none();
    let node = org::store::find_node(app.store.db(), line.organisation).await?;
    let may = node.is_some_and(|node| actor.can(Right::ObjectToRankings, &node.place()));
    Ok(Some(Own {
        href: super::table::href(edition, line.organisation),
        objects: (open && may).then(|| paths::object(ranking.id, line.organisation)),
        line: line.clone(),
    }))
}

/// Objections: all for the office, one's own for an organisation.
async fn objections(
    app: &App,
    actor: &Actor,
    ranking: &Ranking,
    edition: &Edition,
) -> web::Result<Vec<ObjectionRow>> {
    let db = app.store.db();
    let reads = store::sight(db, actor, ranking, ranking.edition).await?.own;
    let names: HashMap<Id, &Line> = edition.lines.iter().map(|l| (l.organisation, l)).collect();
    let all = store::objections(db, ranking.id, None).await?;
    let mine = all.into_iter().filter(|o| reads.contains(&o.organisation));
    let row = |objection: Objection| {
        let line = names.get(&objection.organisation);
        ObjectionRow {
            href: paths::objection(ranking.id, objection.id),
            name: line.map(|line| line.name.clone()).unwrap_or_default(),
            about: about(line.copied(), objection.requirement),
            objection,
        }
    };
    Ok(mine.map(row).collect())
}

/// The title of the item an objection is about.
pub(super) fn about(line: Option<&Line>, requirement: Option<Id>) -> String {
    let found = requirement.zip(line).and_then(|(id, line)| {
        let item = line.items.iter().find(|item| item.requirement == id)?;
        Some(item.title.clone())
    });
    found.unwrap_or_else(|| "整行成绩".to_owned())
}

async fn editions(
    app: &App,
    ranking: &Ranking,
    sight: &Sight,
    shown: i64,
) -> web::Result<Vec<EditionRow>> {
    let all = store::editions(app.store.db(), ranking.id).await?;
    let row = |edition: Edition| EditionRow {
        href: match edition.replaced_by {
            Some(_) => paths::edition(ranking.id, edition.number),
            None => paths::ranking(ranking.id),
        },
        words: match &edition.change {
            None => "送核时定版".to_owned(),
            Some(change) if sight.covers(change.organisation) => change.words(),
            Some(change) => change.plain().to_owned(),
        },
        small: small(&edition),
        on: edition.number == shown,
        number: edition.number,
    };
    Ok(all.into_iter().map(row).collect())
}

fn small(edition: &Edition) -> String {
    let made = format!("{} {}", edition.made_at.chinese(), edition.made_by);
    let Some(published) = &edition.published else {
        return made;
    };
    let number = edition
        .document
        .as_ref()
        .map(|d| format!("，{}", d.words()));
    format!(
        "{made}；{} {}公布{}",
        published.at.chinese(),
        published.by,
        number.unwrap_or_default()
    )
}
