//! 一个组织的成绩: every point opens.

use super::list::until_words;
use super::{edition_of, seen};
use crate::entities::{Edition, ItemLine, Line, Ranking, Stage};
use crate::{paths, store};
use askama::Template;
use axum::extract::State;
use duty::Key as DutyKey;
use kernel::Id;
use serde::Deserialize;
use task::pages::{Asked, Pair};
use web::{Actor, App, Failure, Frame, Place, Right};

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    edition: Option<i64>,
    #[serde(default)]
    said: Option<String>,
}

#[derive(Template)]
#[template(path = "ranking_line.html")]
struct LinePage {
    frame: Frame,
    ranking: Ranking,
    edition: Edition,
    stage: Stage,
    line: Line,
    /// Whether the reader may open the duties and records behind the items.
    opens: bool,
    object: Option<String>,
    until: String,
    correct: Option<String>,
}

impl LinePage {
    fn key(&self, item: &ItemLine) -> DutyKey {
        item.key(self.line.organisation)
    }

    fn ranks(&self) -> Vec<(&'static str, String)> {
        let Some(ranks) = self.line.ranks else {
            return vec![];
        };
        let words =
            |rank: crate::entities::Rank| format!("第 {} 名（共 {} 个）", rank.place, rank.of);
        let mut all = vec![("总排名", words(ranks.whole))];
        all.extend(ranks.zone.map(|rank| ("片区内", words(rank))));
        all.push(("同类组织内", words(ranks.kind)));
        all
    }
}

/// `GET /rankings/{id}/lines/{organisation}`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Pair(id, organisation): Pair,
    Asked(query): Asked<Query>,
) -> web::Result {
    let (ranking, sight) = seen(&app, &actor, id, query.edition).await?;
    if !sight.covers(organisation) {
        return Err(Failure::NotFound);
    }
    let (edition, line) = line_of(&app, &ranking, query.edition, organisation).await?;
    let place = place_of(&app, organisation).await?;
    let today = app.store.today();
    let stage = ranking.stage(today);
    let stands = edition.replaced_by.is_none();
    let objects = stage == Stage::Sent && stands && actor.can(Right::ObjectToRankings, &place);
    let corrects = stage == Stage::Published
        && stands
        && actor.can(Right::RankOrganisations, &ranking.place());
    let until = ranking
        .objections_until
        .map(|last| until_words(last, today));
    web::page(&LinePage {
        frame: Frame::new(&app, &actor, paths::LIST, &format!("{}的成绩", line.name))
            .await?
            .saying(query.said),
        opens: actor.can(Right::SeeDuties, &place),
        object: objects.then(|| paths::object(id, organisation)),
        correct: corrects.then(|| paths::correct(id, organisation)),
        until: until.unwrap_or_default(),
        ranking,
        edition,
        stage,
        line,
    })
}

/// A line of an edition; of a draft, as it comes to now.
pub(super) async fn line_of(
    app: &App,
    ranking: &Ranking,
    number: Option<i64>,
    organisation: Id,
) -> web::Result<(Edition, Line)> {
    if ranking.sent_at.is_some() {
        let number = number.unwrap_or(ranking.edition);
        let found = store::line(app.store.db(), ranking.id, number, organisation).await?;
        return found.ok_or(Failure::NotFound);
    }
    let (edition, _) = edition_of(app, ranking, number).await?;
    let line = edition.line(organisation).ok_or(Failure::NotFound)?.clone();
    Ok((edition, line))
}

/// Where that organisation lies today.
pub(super) async fn place_of(app: &App, organisation: Id) -> web::Result<Place> {
    let node = org::store::find_node(app.store.db(), organisation).await?;
    Ok(node.ok_or(Failure::NotFound)?.place())
}
