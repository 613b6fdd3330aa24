//! 台账: records within reach, the latest first.

use crate::kinds::{KINDS, Kind, Subkind};
use crate::paths;
use crate::sheets;
use crate::store::{self, After, Filter, Line};
use askama::Template;
use axum::extract::{Query, State};
use kernel::Id;
use org::Lineage;
use serde::Deserialize;
use web::sheet::{self, Export};
use web::{Actor, App, Frame, Reach, Right, reply};

/// Lines of a page.
const PAGE: i64 = 50;
/// Counted so far, then said to be more.
const COUNTED: i64 = 10_000;
/// A list of organisations longer than this is no help in a drop-down.
const MOST_CHOICES: usize = 150;

/// What the address carries.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    kind: Option<String>,
    from: Option<String>,
    to: Option<String>,
    organisation: Option<String>,
    after: Option<String>,
    said: Option<String>,
}

impl Asked {
    fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or_default()
    }

    fn filter(&self, organisations: &[org::store::Node]) -> Filter {
        let day = |text: &Option<String>| text.as_deref().and_then(|t| t.parse().ok());
        let subkind = Subkind::from_code(self.kind()).map(|s| s.code().to_owned());
        let chosen = organisations
            .iter()
            .find(|n| Some(n.id) == self.organisation());
        Filter {
            kind: Kind::from_code(self.kind()).map(|k| k.code().to_owned()),
            subkind,
            from: day(&self.from),
            to: day(&self.to),
            under: chosen.map(|n| n.path.clone()),
        }
    }

    fn organisation(&self) -> Option<Id> {
        self.organisation
            .as_deref()
            .and_then(|text| text.parse().ok())
    }

    fn after(&self) -> Option<After> {
        let (day, id) = self.after.as_deref()?.split_once('_')?;
        Some((day.parse().ok()?, id.parse().ok()?))
    }

    /// The filter as an address carries it on.
    fn query(&self, filter: &Filter) -> String {
        let mut pairs = Vec::new();
        let kind = filter.subkind.as_ref().or(filter.kind.as_ref());
        pairs.extend(kind.map(|kind| format!("kind={kind}")));
        pairs.extend(filter.from.map(|day| format!("from={day}")));
        pairs.extend(filter.to.map(|day| format!("to={day}")));
        if filter.under.is_some() {
            pairs.extend(self.organisation().map(|id| format!("organisation={id}")));
        }
        pairs.join("&")
    }
}

#[derive(Template)]
#[template(path = "ledger.html")]
struct Page {
    frame: Frame,
    lede: String,
    kinds: [Kind; 2],
    kind: String,
    from: String,
    to: String,
    organisations: Vec<org::store::Node>,
    organisation: Option<Id>,
    many: bool,
    lines: Vec<Line>,
    next: Option<String>,
    export: String,
    may_keep: bool,
    filtered: bool,
}

impl Page {
    fn is_chosen(&self, node: &org::store::Node) -> bool {
        self.organisation == Some(node.id)
    }
}

/// `GET /records`
pub async fn show(State(app): State<App>, actor: Actor, Query(asked): Query<Asked>) -> web::Result {
    let (reach, organisations, filter) = ask(&app, &actor, &asked).await?;
    let db = app.store.db();
    let mut lines = store::ledger(db, &reach, &filter, asked.after(), PAGE + 1).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = lines.len() > page;
    lines.truncate(page);
    let n = store::count(db, &reach, &filter, COUNTED + 1).await?;
    let query = asked.query(&filter);
    let next = lines.last().filter(|_| more).map(|last| {
        let join = if query.is_empty() { "" } else { "&" };
        format!(
            "{}?{query}{join}after={}_{}",
            paths::RECORDS,
            last.day,
            last.id
        )
    });
    let day = |day: Option<kernel::Day>| day.map(|d| d.to_string()).unwrap_or_default();
    reply::page(&Page {
        frame: Frame::new(&app, &actor, paths::RECORDS, "工作纪实台账")
            .await?
            .saying(asked.said.clone()),
        lede: lede(&organisations, &filter, n),
        kinds: KINDS,
        kind: asked.kind().to_owned(),
        from: day(filter.from),
        to: day(filter.to),
        organisation: asked.organisation(),
        many: organisations.len() > 1,
        organisations: if organisations.len() > MOST_CHOICES {
            vec![]
        } else {
            organisations
        },
        next,
        export: format!("{}/export?{query}", paths::RECORDS),
        may_keep: actor.can_anywhere(Right::KeepRecords),
        filtered: !query.is_empty(),
        lines,
    })
}

fn lede(organisations: &[org::store::Node], filter: &Filter, n: i64) -> String {
    let whose = match (chosen(organisations, filter), organisations) {
        (Some(one), _) => one.name.clone(),
        (None, [one]) => one.name.clone(),
        (None, all) => format!("管辖范围内 {} 个党组织", all.len()),
    };
    if n > COUNTED {
        format!("{whose} · 10 000 条以上。")
    } else {
        format!("{whose} · {n} 条。")
    }
}

/// The organisation the ledger is narrowed to.
fn chosen<'a>(
    organisations: &'a [org::store::Node],
    filter: &Filter,
) -> Option<&'a org::store::Node> {
    let under = filter.under.as_ref()?;
    organisations.iter().find(|one| one.path == *under)
}

async fn ask(
    app: &App,
    actor: &Actor,
    asked: &Asked,
) -> web::Result<(Reach, Vec<org::store::Node>, Filter)> {
    let reach = actor.reach(Right::SeeRecords);
    let organisations = org::store::organisations(app.store.db(), &reach).await?;
    let filter = asked.filter(&organisations);
    Ok((reach, organisations, filter))
}

/// `GET /records/export`: every line of the ledger as filtered.
pub async fn export(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> web::Result {
    let (reach, organisations, filter) = ask(&app, &actor, &asked).await?;
    let chosen = chosen(&organisations, &filter).or(organisations.first());
    let unit = chosen.map_or(app.county.as_str(), |n| n.name.as_str());
    let above = Lineage::load(app.store.db(), &reach).await?;
    let title = sheet::title(&app, &format!("{unit}工作纪实台账"));
    let export = Export::begin(&app, unit, "工作纪实", sheets::ledger(title, &above));
    let (mut rows, mut after) = (0, None);
    loop {
        let most = i64::try_from(sheet::CHUNK).unwrap_or(i64::MAX);
        let lines = store::ledger(app.store.db(), &reach, &filter, after, most).await?;
        let Some(last) = lines.last() else { break };
        after = Some((last.day, last.id));
        rows += lines.len();
        let cells = lines.iter().map(|line| sheets::row(line, &above));
        export.rows(cells.collect()).await?;
    }
    let place = chosen.map_or_else(Default::default, |n| (n.id, n.path.clone()));
    let object = ("organisation", place.0, &place.1);
    let detail = serde_json::json!({ "rows": rows });
    sheet::tell(&app, &actor, "export_records", object, detail).await?;
    export.reply().await
}
