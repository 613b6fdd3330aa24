//! 总览: the office's first page. Every figure leads to its list.

use crate::paths;
use crate::store::{self, AskedRow, ComingRow, ListFilter, SheetRow, Sums};
use crate::tally::Tally;
use askama::Template;
use axum::extract::{Query, State};
use duty::Key;
use duty::pages::review;
use kernel::{Id, Instant};
use web::{Actor, App, Frame, Reach, Right};

#[derive(Template)]
#[template(path = "office.html")]
struct OfficePage {
    frame: Frame,
    sentence: String,
    reviews: bool,
    waiting: i64,
    by_item: Vec<(String, String, i64)>,
    fresh: i64,
    overdue: i64,
    late: i64,
    whole: Tally,
    due_soon: i64,
    soon_href: String,
    asked: Vec<Asked>,
    coming: Vec<Coming>,
    drafts: Vec<SheetRow>,
    sheets: Vec<SheetBar>,
    zones: Vec<ZoneBar>,
    zones_of: String,
    issues: bool,
    hears: bool,
    heard: (i64, i64),
    unread: i64,
}

/// An extension asked for.
struct Asked {
    href: String,
    words: String,
    title: String,
    reason: String,
}

/// An item that falls due.
struct Coming {
    href: String,
    title: String,
    distance: String,
    day: String,
    owed: i64,
    soon: bool,
}

/// A sheet's bar.
struct SheetBar {
    id: Id,
    label: String,
    tally: Tally,
}

/// A zone's bar.
struct ZoneBar {
    href: String,
    name: String,
    tally: Tally,
}

/// `GET /office`
pub async fn show(State(app): State<App>, actor: Actor, Query(query): super::Said) -> web::Result {
    const AHEAD: i32 = 14;
    let db = app.store.db();
    let today = app.store.today();
    let reach = actor.reach(Right::SeeProgress);
    let sheets: Vec<SheetRow> = store::sheets(db, &reach).await?;
    let open: Vec<SheetRow> = sheets
        .into_iter()
        .filter(|s| s.closed_at.is_none())
        .collect();
    let (bars, zones) = bars(&app, &reach, &open).await?;
    let mut whole = Tally::default();
    for bar in &bars {
        whole.join(&bar.tally);
    }
    let late = ListFilter {
        status: "overdue".to_owned(),
        ..ListFilter::default()
    };
    let late = store::extent(db, &reach, &late).await?;
    let soon = ListFilter {
        status: "owed".to_owned(),
        due_to: Some(today.plus_days(AHEAD)),
        ..ListFilter::default()
    };
    let due_soon = store::extent(db, &reach, &soon).await?.duties;
    let reviews = actor.can_anywhere(Right::ReviewDuties);
    let waiting = if reviews {
        review::waiting(&app, &actor, None).await?
    } else {
        0
    };
    let mut by_item = match reviews {
        true => review::waiting_by_item(&app, &actor).await?,
        false => vec![],
    };
    by_item.sort_by_key(|(_, _, n)| -n);
    by_item.truncate(4);
    let fresh = match reviews {
        true => review::waiting(&app, &actor, Some(review::yesterday(&app))).await?,
        false => 0,
    };
    let asked = store::extensions(db, &actor)
        .await?
        .into_iter()
        .map(asked)
        .collect();
    let coming = store::coming(db, &reach, today, today.plus_days(AHEAD)).await?;
    let hears = actor.can_anywhere(Right::SeeFeedback);
    let month = Instant::at(today.first_of_month(), 0);
    let heard = match hears {
        true => {
            store::feedback_count(
                db,
                &actor.reach(Right::SeeFeedback),
                month,
                app.store.now().plus_ms(1),
            )
            .await?
        }
        false => (0, 0),
    };
    web::page(&OfficePage {
        sentence: format!("在办交办单 {} 份，{}。", open.len(), whole.words()),
        zones_of: open.first().map(SheetRow::label).unwrap_or_default(),
        coming: coming
            .into_iter()
            .map(|row| coming_of(row, today))
            .collect(),
        drafts: store::drafts(db, &actor.reach(Right::IssueSheets)).await?,
        issues: actor.can_anywhere(Right::IssueSheets),
        soon_href: format!(
            "{}?status=owed&due_to={}",
            paths::list(None),
            today.plus_days(AHEAD)
        ),
        unread: store::unread(db, actor.account, app.store.now()).await?,
        frame: Frame::new(&app, &actor, paths::OFFICE, "今天要办的事")
            .await?
            .saying(query.get("said").cloned()),
        overdue: late.duties,
        late: late.organisations,
        sheets: bars,
        reviews,
        waiting,
        by_item,
        fresh,
        whole,
        due_soon,
        asked,
        zones,
        hears,
        heard,
    })
}

/// The bars of the open sheets, and of the newest one's zones.
async fn bars(
    app: &App,
    reach: &Reach,
    open: &[SheetRow],
) -> web::Result<(Vec<SheetBar>, Vec<ZoneBar>)> {
    let db = app.store.db();
    let ids: Vec<Id> = open.iter().map(|sheet| sheet.id).collect();
    let sums = Sums::load(db, &ids, reach).await?;
    let mut bars = Vec::new();
    for sheet in open {
        let tally = match sums.whole(sheet.id, reach) {
            Some(tally) => tally,
            None => store::count(db, &[sheet.id], reach).await?,
        };
        bars.push(SheetBar {
            id: sheet.id,
            label: sheet.label(),
            tally,
        });
    }
    let mut zones = Vec::new();
    if let Some(sheet) = open.first() {
        let names = store::zones(db, reach).await?;
        let kept: Option<Vec<Tally>> = names
            .iter()
            .map(|(zone, _)| sums.zone(sheet.id, *zone, reach))
            .collect();
        let mut tallies = match kept {
            Some(kept) => names.iter().map(|(zone, _)| *zone).zip(kept).collect(),
            None => store::count_by_zone(db, sheet.id, reach).await?,
        };
        for (zone, name) in names {
            let href = format!("{}&zone={zone}", paths::board(sheet.id));
            zones.push(ZoneBar {
                href,
                name,
                tally: tallies.remove(&zone).unwrap_or_default(),
            });
        }
        zones.retain(|zone| zone.tally.asked() > 0);
    }
    Ok((bars, zones))
}

fn asked(row: AskedRow) -> Asked {
    let key = Key {
        requirement: row.requirement,
        organisation: row.organisation,
    };
    Asked {
        href: paths::cell(row.sheet, key),
        title: format!("{}申请延期", row.name),
        words: format!("“{}”延到 {}", row.title, row.extension_asked.short()),
        reason: row.reason.unwrap_or_default(),
    }
}

fn coming_of(row: ComingRow, today: kernel::Day) -> Coming {
    Coming {
        href: format!(
            "{}?item={}&status=owed",
            paths::list(Some(row.sheet)),
            row.id
        ),
        distance: match today.days_until(row.due) {
            n @ 3.. => format!("{n} 天"),
            _ => row.due.distance_words(today),
        },
        day: row.due.short(),
        soon: today.days_until(row.due) <= 3,
        title: row.title,
        owed: row.owed,
    }
}
