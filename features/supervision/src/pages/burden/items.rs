//! 交办事项: the list behind every figure of the burden.

use super::time::Time;
use crate::burden::{self, Asking, Load};
use crate::pages::value;
use crate::paths;
use crate::sheets::burden as sheets;
use askama::Template;
use axum::extract::{Query, State};
use kernel::Id;
use rules::burden::SHORT_NOTICE;
use std::collections::BTreeMap;
use web::{Actor, App, Frame, Right, sheet};

/// Items of a page.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "burden_items.html")]
struct ItemsPage {
    frame: Frame,
    time: Time,
    narrowed: Narrowed,
    sentence: String,
    rows: Vec<Row>,
    shown: usize,
    total: usize,
    short: u32,
    back: String,
    export: String,
    next: Option<String>,
}

/// A demand as shown.
struct Row {
    one: Asking,
    href: String,
    issued: String,
    due: String,
    each: String,
    all: String,
}

/// What the list is narrowed to.
#[derive(Clone, Debug, Default)]
struct Narrowed {
    /// `twice`, `hurried`, or all.
    only: String,
    month: String,
    issuer: Option<Id>,
    signer: String,
    organisation: Option<Id>,
}

impl Narrowed {
    fn of(query: &BTreeMap<String, String>) -> Narrowed {
        let only = value(query, "only");
        Narrowed {
            only: ["twice", "hurried"]
                .into_iter()
                .find(|known| *known == only)
                .unwrap_or_default()
                .to_owned(),
            month: value(query, "month").to_owned(),
            issuer: value(query, "issuer").parse().ok(),
            signer: value(query, "signer").to_owned(),
            organisation: value(query, "organisation").parse().ok(),
        }
    }

    fn keeps(&self, one: &Asking) -> bool {
        let (year, month) = one.month();
        let only = match self.only.as_str() {
            "twice" => one.twice > 0,
            "hurried" => one.is_hurried(),
            _ => true,
        };
        let signer = one.row.signer.as_deref().unwrap_or_default();
        only && (self.month.is_empty() || self.month == format!("{year}-{month:02}"))
            && (self.issuer.is_none() || self.issuer == one.row.issuer)
            && (self.signer.is_empty() || self.signer == signer)
    }

    fn at(&self, time: Time, path: &str, after: Option<Id>) -> String {
        let id = |id: Option<Id>| id.map(|id| id.to_string()).unwrap_or_default();
        let (issuer, organisation, after) = (id(self.issuer), id(self.organisation), id(after));
        let pairs = [
            ("only", self.only.as_str()),
            ("month", &self.month),
            ("issuer", &issuer),
            ("signer", &self.signer),
            ("organisation", &organisation),
            ("after", &after),
        ];
        time.at(path, &pairs)
    }

    /// `第一小学党支部，重复要求的`
    fn words(&self, time: Time, organisation: Option<&str>) -> String {
        let mut words = vec![time.words()];
        words.extend(
            self.month
                .split_once('-')
                .map(|(_, m)| format!("{}月下发", m.trim_start_matches('0'))),
        );
        words.extend(
            Some(&self.signer)
                .filter(|s| !s.is_empty())
                .map(|s| format!("{s}签发")),
        );
        words.extend(organisation.map(str::to_owned));
        words.extend(match self.only.as_str() {
            "twice" => Some("重复要求的".to_owned()),
            "hurried" => Some(format!("提前不足 {SHORT_NOTICE} 个工作日的")),
            _ => None,
        });
        words.join("，")
    }
}

/// What the address asks for: the items, and the words for it.
async fn find(
    app: &App,
    actor: &Actor,
    time: Time,
    narrowed: &Narrowed,
) -> web::Result<(Vec<Asking>, String)> {
    let (db, reach) = (app.store.db(), actor.reach(Right::SeeBurden));
    let issued = time.issued(narrowed.organisation);
    let mut all = burden::load(db, &reach, &issued).await?;
    all.retain(|one| narrowed.keeps(one));
    let node = match narrowed.organisation {
        Some(id) => org::store::find_node(db, id).await?,
        None => None,
    };
    let node = node.filter(|node| reach.covers(&node.place()));
    let words = narrowed.words(time, node.as_ref().map(|node| node.name.as_str()));
    Ok((all, words))
}

/// `GET /burden/items`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Query(query): crate::pages::Said,
) -> web::Result {
    let time = Time::of(&query, app.store.today());
    let narrowed = Narrowed::of(&query);
    let (all, words) = find(&app, &actor, time, &narrowed).await?;
    let load = Load::of(&all);
    let total = all.len();
    let after: Option<Id> = value(&query, "after").parse().ok();
    let begin = after.and_then(|id| all.iter().position(|one| one.row.id == id));
    let begin = begin.map_or(0, |at| at + 1);
    let rows: Vec<Row> = all.into_iter().skip(begin).take(PAGE).map(row).collect();
    let more = begin + rows.len() < total;
    let last = rows.last().filter(|_| more).map(|row| row.one.row.id);
    web::page(&ItemsPage {
        frame: Frame::new(&app, &actor, paths::BURDEN, "交办事项").await?,
        sentence: format!(
            "{words}：{} 项次，{} 件，系统内操作{}。",
            load.items,
            load.duties,
            super::minutes(load.seconds)
        ),
        back: time.at(paths::BURDEN, &[]),
        export: narrowed.at(time, paths::BURDEN_ITEMS_EXPORT, None),
        next: last.map(|id| narrowed.at(time, paths::BURDEN_ITEMS, Some(id))),
        shown: rows.len(),
        short: SHORT_NOTICE,
        total,
        rows,
        time,
        narrowed,
    })
}

fn row(one: Asking) -> Row {
    Row {
        href: format!(
            "{}?of={}",
            task::paths::item(one.row.source, one.row.item),
            one.row.id
        ),
        issued: one.row.issued_at.day().short(),
        due: one.row.due.short(),
        each: super::minutes(one.row.effort_seconds),
        all: super::minutes(one.seconds()),
        one,
    }
}

/// `GET /burden/items/export`
pub async fn export(
    State(app): State<App>,
    actor: Actor,
    Query(query): crate::pages::Said,
) -> web::Result {
    let time = Time::of(&query, app.store.today());
    let narrowed = Narrowed::of(&query);
    let (all, words) = find(&app, &actor, time, &narrowed).await?;
    let title = sheet::title(&app, &format!("交办事项：{words}（用时为估算）"));
    let book = vec![sheets::items(title, &all)];
    sheet::file(&app, &sheet::unit(&app, &actor), "交办事项负担", book)
}
