//! 基层负担: what was asked of whom, how long it takes in the system, what was asked twice, with how
//! much notice; by issuer, month and school. Every figure opens to its list.

mod items;
mod time;

pub use items::{export as export_items, show as items};

use crate::burden::{self, Asking, Issuer, Load};
use crate::paths;
use crate::sheets::burden as sheets;
use crate::store::{self, Laden};
use crate::use_cases::give_feedback::kind_words;
use askama::Template;
use axum::extract::{Query, State};
use kernel::Id;
use rules::burden::{SHORT_NOTICE, median, minutes_words};
use std::collections::HashMap;
use time::Time;
use web::{Actor, App, Frame, Right, sheet};

/// Organisations named as the most burdened.
const MOST: usize = 10;
/// Width of a bar.
const BAR: i64 = 180;

#[derive(Template)]
#[template(path = "burden.html")]
struct BurdenPage {
    frame: Frame,
    time: Time,
    years: Vec<i16>,
    load: Load,
    short: u32,
    hurried_share: i64,
    notice: Option<i64>,
    months: Vec<Line>,
    issuers: Vec<Line>,
    schools: usize,
    median_duties: i64,
    median_minutes: String,
    heaviest: Vec<Heavy>,
    heard: (i64, i64),
    kinds: Vec<(&'static str, i64)>,
}

/// A sum with its bar.
struct Line {
    name: String,
    small: String,
    href: String,
    load: Load,
    minutes: String,
    bar: i64,
}

/// One of the most burdened organisations.
struct Heavy {
    name: String,
    zone: String,
    href: String,
    duties: i64,
    minutes: String,
    bar: i64,
    what: String,
}

impl BurdenPage {
    fn minutes(&self) -> String {
        minutes(self.load.seconds)
    }
}

/// `约 6 分钟（估算）`
fn minutes(seconds: i64) -> String {
    minutes_words(u64::try_from(seconds).unwrap_or(0))
}

fn bar(part: i64, whole: i64) -> i64 {
    part * BAR / whole.max(1)
}

/// `GET /burden`
pub async fn show(State(app): State<App>, actor: Actor, Query(query): super::Said) -> web::Result {
    let (db, reach) = (app.store.db(), actor.reach(Right::SeeBurden));
    let time = Time::of(&query, app.store.today());
    let issued = time.issued(None);
    let all = burden::load(db, &reach, &issued).await?;
    let laden = store::laden(db, &reach, &issued).await?;
    let top: Vec<Id> = laden
        .iter()
        .take(MOST)
        .map(|one| one.organisation)
        .collect();
    let what = store::what_was_asked(db, &reach, &issued, &top).await?;
    let load = Load::of(&all);
    let kinds = store::feedback_kinds(db, &reach, issued.from, issued.to).await?;
    let most = laden.first().map_or(0, |one| one.seconds);
    let named = |(code, n): (String, i64)| (kind_words(&code).unwrap_or("没有选类别"), n);
    let frame = Frame::new(&app, &actor, paths::BURDEN, "基层负担").await?;
    web::page(&BurdenPage {
        frame: frame.saying(query.get("said").cloned()),
        years: time::years(db, &reach, app.store.today()).await?,
        hurried_share: load.hurried * 100 / load.items.max(1),
        notice: median(all.iter().map(|one| i64::from(one.notice)).collect()),
        months: months(&all, &time),
        issuers: issuers(&all, &time),
        schools: laden.len(),
        median_duties: median(laden.iter().map(|one| one.asked).collect()).unwrap_or(0),
        median_minutes: minutes(median(laden.iter().map(|one| one.seconds).collect()).unwrap_or(0)),
        heard: store::feedback_count(db, &reach, issued.from, issued.to).await?,
        kinds: kinds.into_iter().map(named).collect(),
        heaviest: laden
            .iter()
            .take(MOST)
            .map(|one| heavy(one, &what, most, &time))
            .collect(),
        short: SHORT_NOTICE,
        time,
        load,
    })
}

fn line(name: String, small: String, href: String, load: Load, most: i64) -> Line {
    Line {
        minutes: minutes(load.seconds),
        bar: bar(load.seconds, most),
        name,
        small,
        href,
        load,
    }
}

fn months(all: &[Asking], time: &Time) -> Vec<Line> {
    let by = burden::by_month(all, time.from(), time.to());
    let most = by.iter().map(|(_, load)| load.seconds).max().unwrap_or(0);
    let of = |((year, month), load): ((i16, i8), Load)| {
        let key = format!("{year}-{month:02}");
        let href = time.at(paths::BURDEN_ITEMS, &[("month", &key)]);
        line(format!("{month}月"), String::new(), href, load, most)
    };
    by.into_iter().map(of).collect()
}

fn issuers(all: &[Asking], time: &Time) -> Vec<Line> {
    let by = burden::by_issuer(all);
    let most = by.iter().map(|(_, load)| load.seconds).max().unwrap_or(0);
    let of = |(issuer, load): (Issuer, Load)| {
        let id = issuer.id.map(|id| id.to_string()).unwrap_or_default();
        let pairs = [("issuer", id.as_str()), ("signer", &issuer.signer)];
        let href = time.at(paths::BURDEN_ITEMS, &pairs);
        let small = match issuer.signer.is_empty() {
            true => String::new(),
            false => format!("签发 {}", issuer.signer),
        };
        line(issuer.name, small, href, load, most)
    };
    by.into_iter().map(of).collect()
}

fn heavy(one: &Laden, what: &HashMap<Id, Vec<(String, i64)>>, most: i64, time: &Time) -> Heavy {
    const NAMED: usize = 3;
    let all = what.get(&one.organisation).map_or(&[][..], Vec::as_slice);
    let named: Vec<&str> = all
        .iter()
        .take(NAMED)
        .map(|(title, _)| title.as_str())
        .collect();
    let rest = if all.len() > NAMED { "等" } else { "" };
    Heavy {
        name: one.name.clone(),
        zone: one.zone_name.clone().unwrap_or_default(),
        href: time.at(
            paths::BURDEN_ITEMS,
            &[("organisation", &one.organisation.to_string())],
        ),
        duties: one.asked,
        minutes: minutes(one.seconds),
        bar: bar(one.seconds, most),
        what: format!("{}{rest}", named.join("、")),
    }
}

/// `GET /burden/export`: the page's tables, every organisation, and every item.
pub async fn export(
    State(app): State<App>,
    actor: Actor,
    Query(query): super::Said,
) -> web::Result {
    let (db, reach) = (app.store.db(), actor.reach(Right::SeeBurden));
    let time = Time::of(&query, app.store.today());
    let issued = time.issued(None);
    let all = burden::load(db, &reach, &issued).await?;
    let laden = store::laden(db, &reach, &issued).await?;
    let above = org::Lineage::load(db, &reach).await?;
    let title = |words: &str| sheet::title(&app, &format!("{}{words}（用时为估算）", time.words()));
    let book = vec![
        sheets::issuers(title("按下达单位"), &burden::by_issuer(&all)),
        sheets::months(
            title("按月"),
            &burden::by_month(&all, time.from(), time.to()),
        ),
        sheets::schools(title("按党组织"), &laden, &above),
        sheets::items(title("交办事项"), &all),
    ];
    let content = format!("{}基层负担", time.words());
    sheet::file(&app, &sheet::unit(&app, &actor), &content, book)
}
