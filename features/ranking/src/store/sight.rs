//! Who sees what of rankings: one rule for lists, pages, lines and counts.

use crate::entities::{Audience, COLUMNS, Ranking};
use ::store::{Db, Error, FromRow, Row, Value, params, placeholders, row};
use kernel::{Day, Id, TreePath};
use web::{Actor, Reach, Right, Role};

/// A ranking of the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which.
    pub ranking: Ranking,
    /// Objections nobody answered yet.
    pub open: i64,
}

impl FromRow for Listed {
    fn from_row(row: &Row) -> Result<Listed, Error> {
        Ok(Listed {
            ranking: Ranking::from_row(row)?,
            open: row.get("open")?,
        })
    }
}

/// How far one reaches as a whole: subtrees only.
fn whole(actor: &Actor) -> Reach {
    Reach {
        subtrees: actor.reach(Right::SeeRankings).subtrees,
        ..Reach::default()
    }
}

/// Rankings that person may know of, the newest first, before one of them.
pub async fn listed(
    db: &Db,
    actor: &Actor,
    before: Option<Id>,
    limit: usize,
) -> Result<Vec<Listed>, Error> {
    let mut values = params![before.unwrap_or(Id(i64::MAX))];
    let visible = visible(actor, &mut values);
    let sql = format!(
        "SELECT {COLUMNS}, (SELECT COUNT(*) FROM objection o WHERE o.ranking = k.id
         AND o.upheld IS NULL) AS open FROM ranking k
         WHERE k.id < $1 AND {visible} ORDER BY k.id DESC LIMIT {limit}"
    );
    db.all(&sql, values).await
}

/// As a condition over `ranking k`: drafts where one ranks; from its sending on where one answers
/// for the whole, where one sees a line, and once published where one is of its audience.
fn visible(actor: &Actor, values: &mut Vec<Value>) -> String {
    const NOWHERE: &str = "CAST(NULL AS BIGINT)";
    let office = actor
        .reach(Right::RankOrganisations)
        .sql("k.path", NOWHERE, values);
    let whole = whole(actor).sql("k.path", NOWHERE, values);
    let lines = actor
        .reach(Right::SeeRankings)
        .sql("n.path", "n.zone", values);
    let mut terms = vec![
        whole,
        format!(
            "EXISTS (SELECT 1 FROM ranking_line l JOIN node n ON n.id = l.organisation
             WHERE l.ranking = k.id AND l.edition = k.edition AND {lines})"
        ),
    ];
    for audience in Audience::ALL {
        let places: Vec<TreePath> = places_of(actor, audience);
        if places.is_empty() {
            continue;
        }
        let from = values.len() + 1;
        values.extend(places.iter().flat_map(|path| params![path]));
        let list = placeholders(from, places.len());
        let code = audience.code();
        terms.push(format!(
            "(k.published_at IS NOT NULL AND k.audience = '{code}' AND k.path IN ({list}))"
        ));
    }
    format!(
        "({office} OR (k.sent_at IS NOT NULL AND ({})))",
        terms.join(" OR ")
    )
}

/// Where a ranking may lie for somebody of that audience: at or above an organisation they hold one
/// of its roles at.
fn places_of(actor: &Actor, audience: Audience) -> Vec<TreePath> {
    let of = |role: Role| audience.roles().contains(&role);
    actor
        .grants
        .iter()
        .filter(|grant| of(grant.role) && !grant.path.as_str().is_empty())
        .flat_map(|grant| {
            let own = std::iter::once(grant.path.clone());
            grant.path.ancestors().chain(own).collect::<Vec<_>>()
        })
        .collect()
}

/// 可见范围: what one person reads of one edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Every line; without it only [`Sight::own`].
    pub all: bool,
    /// Lines of the organisations one works for or answers for, in the tree's order.
    pub own: Vec<Id>,
}

impl Sight {
    /// Whether they may know of the ranking at all.
    pub fn any(&self) -> bool {
        self.all || !self.own.is_empty()
    }

    /// Whether they read that line.
    pub fn covers(&self, organisation: Id) -> bool {
        self.all || self.own.contains(&organisation)
    }
}

/// What that person reads of that edition: everything for the office and whoever answers for the
/// whole, and for the audience once it is published; else the lines within reach. Of a draft nobody
/// but the office knows.
pub async fn sight(
    db: &Db,
    actor: &Actor,
    ranking: &Ranking,
    edition: i64,
) -> Result<Sight, Error> {
    let office = actor.can(Right::RankOrganisations, &ranking.place());
    if ranking.sent_at.is_none() {
        let own = Vec::new();
        return Ok(Sight { all: office, own });
    }
    let mut values = params![ranking.id, edition];
    let within = actor
        .reach(Right::SeeRankings)
        .sql("n.path", "n.zone", &mut values);
    let own = lines_within(db, values, &within).await?;
    let all = office
        || whole(actor).covers(&ranking.place())
        || is_audience(db, actor, ranking, edition).await?;
    Ok(Sight { all, own })
}

async fn lines_within(db: &Db, values: Vec<Value>, within: &str) -> Result<Vec<Id>, Error> {
    let sql = format!(
        "SELECT l.organisation FROM ranking_line l JOIN node n ON n.id = l.organisation
         WHERE l.ranking = $1 AND l.edition = $2 AND {within} ORDER BY n.path, n.id"
    );
    db.column(&sql, values).await
}

async fn is_audience(
    db: &Db,
    actor: &Actor,
    ranking: &Ranking,
    edition: i64,
) -> Result<bool, Error> {
    let audience = ranking.audience();
    if ranking.published_at.is_none() || ranking.withdrawn_at.is_some() {
        return Ok(false);
    }
    if places_of(actor, audience).contains(&ranking.path) {
        return Ok(true);
    }
    // A zone lies nowhere in the tree: one of its organisations must be in the ranking.
    let of_it = actor
        .grants
        .iter()
        .filter(|g| audience.roles().contains(&g.role));
    let zones = Reach {
        zones: of_it.filter_map(|grant| grant.zone).collect(),
        ..Reach::default()
    };
    let mut values = params![ranking.id, edition];
    let within = zones.sql("n.path", "n.zone", &mut values);
    Ok(!lines_within(db, values, &within).await?.is_empty())
}

row! {
    struct UntilRow {
        id: Id,
        until: Day,
    }
}

/// 送核中、可提异议: rankings open to an objection of that person's own organisation, with the last
/// day.
pub async fn to_check(db: &Db, actor: &Actor, today: Day) -> Result<Vec<(Id, Day)>, Error> {
    let mut values = params![today];
    let within = actor
        .reach(Right::ObjectToRankings)
        .sql("n.path", "n.zone", &mut values);
    let sql = format!(
        "SELECT k.id, k.objections_until AS until FROM ranking k
         WHERE k.sent_at IS NOT NULL AND k.published_at IS NULL AND k.withdrawn_at IS NULL
         AND k.objections_until >= $1 AND EXISTS (SELECT 1 FROM ranking_line l
         JOIN node n ON n.id = l.organisation WHERE l.ranking = k.id AND l.edition = k.edition
         AND {within}) ORDER BY k.id DESC"
    );
    let rows: Vec<UntilRow> = db.all(&sql, values).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.until)).collect())
}

/// How many objections wait for an answer of that person's.
pub async fn to_answer(db: &Db, actor: &Actor) -> Result<i64, Error> {
    let mut values = Vec::new();
    let office =
        actor
            .reach(Right::RankOrganisations)
            .sql("k.path", "CAST(NULL AS BIGINT)", &mut values);
    let sql = format!(
        "SELECT COUNT(*) FROM objection o JOIN ranking k ON k.id = o.ranking
         WHERE o.upheld IS NULL AND k.withdrawn_at IS NULL AND k.published_at IS NULL AND {office}"
    );
    db.scalar(&sql, values).await
}

/// How many rankings could be published by that person today.
pub async fn to_publish(db: &Db, actor: &Actor, today: Day) -> Result<i64, Error> {
    let mut values = params![today];
    let office =
        actor
            .reach(Right::RankOrganisations)
            .sql("k.path", "CAST(NULL AS BIGINT)", &mut values);
    let sql = format!(
        "SELECT COUNT(*) FROM ranking k WHERE k.sent_at IS NOT NULL AND k.published_at IS NULL
         AND k.withdrawn_at IS NULL AND k.objections_until < $1 AND {office}
         AND NOT EXISTS (SELECT 1 FROM objection o WHERE o.ranking = k.id AND o.upheld IS NULL)"
    );
    db.scalar(&sql, values).await
}
