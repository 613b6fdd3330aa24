//! 进度表: organisations × items by zone. Every cell leads to why it stands so.

use super::value;
use crate::paths;
use crate::sheets;
use crate::store::{self, CellRow, ItemRow, ListFilter, SheetRow, Sums};
use crate::tally::{LOOKS, Look, Tally, look_of};
use askama::Template;
use axum::extract::{Path, Query, State};
use duty::Key;
use kernel::{Id, TreePath};
use org::Lineage;
use std::collections::{BTreeMap, HashMap};
use web::{Actor, App, Failure, Frame, Reach, Right};

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage {
    frame: Frame,
    /// None when nothing was ever issued within reach.
    board: Option<Board>,
    sheets: Vec<SheetRow>,
    looks: [Look; 9],
    filter: Narrowed,
    statuses: Vec<(&'static str, &'static str)>,
    reminds: bool,
}

/// What the board shows.
pub struct Board {
    /// Which sheet.
    pub sheet: SheetRow,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub zones: Vec<ZoneRows>,
    /// Organisations it concerns.
    pub organisations: usize,
    /// Those shown.
    pub shown: usize,
    /// Zones to choose from.
    pub choices: Vec<(Id, String)>,
    /// Of everything within reach.
    pub whole: Tally,
    /// Where the whole's list is.
    pub list: String,
    /// The same as a workbook.
    pub export: String,
}

/// An item.
pub struct Column {
    /// Which.
    pub id: Id,
    /// What is asked.
    pub title: String,
    /// The same, cut to a narrow column.
    pub short: String,
    /// Deadline.
    pub small: String,
    /// Its list.
    pub href: String,
}

/// Organisations of one zone.
pub struct ZoneRows {
    /// Which; none for organisations in no zone.
    pub zone: Option<Id>,
    /// Its name.
    pub name: String,
    /// All of it.
    pub tally: Tally,
    /// Its list.
    pub href: String,
    /// Row by row.
    pub rows: Vec<OrganisationRow>,
}

/// One organisation.
pub struct OrganisationRow {
    /// Which.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub path: TreePath,
    /// Its sums.
    pub tally: Tally,
    /// Its list.
    pub href: String,
    /// One for each column; none where nothing was asked.
    pub cells: Vec<Option<Cell>>,
}

/// One duty.
pub struct Cell {
    /// How it looks.
    pub look: Look,
    /// Why.
    pub href: String,
    status: String,
    owed: bool,
}

/// What the board is narrowed to.
#[derive(Default)]
pub struct Narrowed {
    zone: Option<Id>,
    status: String,
    name: String,
    owing: bool,
}

const STATUSES: [(&str, &str); 8] = [
    ("overdue", "有逾期的"),
    ("awaiting_review", "有待审核的"),
    ("returned", "有退回的"),
    ("under_way", "有进行中的"),
    ("not_started", "有未开始的"),
    ("done", "有完成的"),
    ("done_late", "有逾期完成的"),
    ("exempt", "有免除的"),
];

/// `GET /progress`
pub async fn show(State(app): State<App>, actor: Actor, Query(query): super::Said) -> web::Result {
    let reach = actor.reach(Right::SeeProgress);
    let sheets = store::sheets(app.store.db(), &reach).await?;
    let wanted = value(&query, "sheet").parse::<Id>().ok();
    let chosen = match wanted {
        Some(id) => Some(
            sheets
                .iter()
                .find(|s| s.id == id)
                .ok_or(Failure::NotFound)?
                .clone(),
        ),
        None => sheets.first().cloned(),
    };
    let filter = Narrowed::of(&query);
    let board = match chosen {
        Some(sheet) => Some(load(&app, &reach, sheet, &filter).await?),
        None => None,
    };
    let title = board
        .as_ref()
        .map_or("进度".to_owned(), |b| format!("{}进度", b.sheet.label()));
    web::page(&BoardPage {
        frame: Frame::new(&app, &actor, paths::PROGRESS, &title)
            .await?
            .wide()
            .saying(query.get("said").cloned()),
        reminds: actor.can_anywhere(Right::SendReminders)
            && board.as_ref().is_some_and(|b| b.sheet.closed_at.is_none()),
        statuses: STATUSES.to_vec(),
        looks: LOOKS,
        sheets,
        board,
        filter,
    })
}

/// Items, cells and sums: three statements, however many cells.
pub async fn load(
    app: &App,
    reach: &Reach,
    sheet: SheetRow,
    filter: &Narrowed,
) -> web::Result<Board> {
    let db = app.store.db();
    let columns = columns(&sheet, store::items(db, sheet.id).await?);
    let cells = store::cells(db, sheet.id, reach).await?;
    let sums = Sums::load(db, &[sheet.id], reach).await?;
    let mut zones = zones(&sheet, &columns, cells);
    let mut whole = Tally::default();
    for zone in &mut zones {
        whole.join(&zone.tally);
        if let Some(kept) = zone.zone.and_then(|id| sums.zone(sheet.id, id, reach)) {
            zone.tally = kept;
        }
    }
    let whole = sums.whole(sheet.id, reach).unwrap_or(whole);
    let organisations = zones.iter().map(|zone| zone.rows.len()).sum();
    let named = |z: &ZoneRows| z.zone.map(|id| (id, z.name.clone()));
    let choices = zones.iter().filter_map(named).collect();
    for zone in &mut zones {
        zone.rows.retain(|row| filter.keeps(row));
    }
    zones.retain(|zone| {
        !zone.rows.is_empty() && (filter.zone.is_none() || zone.zone == filter.zone)
    });
    Ok(Board {
        shown: zones.iter().map(|zone| zone.rows.len()).sum(),
        list: paths::list(Some(sheet.id)),
        export: filter.at(&paths::export(sheet.id)),
        sheet,
        columns,
        zones,
        organisations,
        choices,
        whole,
    })
}

impl Narrowed {
    fn of(query: &BTreeMap<String, String>) -> Narrowed {
        Narrowed {
            zone: value(query, "zone").parse().ok(),
            status: value(query, "status").to_owned(),
            name: value(query, "name").to_owned(),
            owing: value(query, "owing") == "1",
        }
    }

    /// The same narrowing at another address.
    fn at(&self, path: &str) -> String {
        let zone = self.zone.map(|id| id.to_string()).unwrap_or_default();
        let owing = if self.owing { "1" } else { "" };
        let pairs = [
            ("zone", zone.as_str()),
            ("status", &self.status),
            ("name", &self.name),
            ("owing", owing),
        ];
        web::reply::with_query(path, &pairs)
    }

    fn keeps(&self, row: &OrganisationRow) -> bool {
        let cells = || row.cells.iter().flatten();
        let status = match self.status.as_str() {
            "" => true,
            "overdue" => row.tally.overdue > 0,
            code => cells().any(|cell| cell.status == code && cell.look != LOOKS[8]),
        };
        status && row.name.contains(&self.name) && (!self.owing || cells().any(|cell| cell.owed))
    }
}

fn columns(sheet: &SheetRow, items: Vec<ItemRow>) -> Vec<Column> {
    let of = |item: ItemRow| Column {
        href: format!("{}?item={}", paths::list(Some(sheet.id)), item.id),
        small: item.due.short(),
        short: short(&item.title),
        id: item.id,
        title: item.title,
    };
    items.into_iter().map(of).collect()
}

fn short(title: &str) -> String {
    const MOST: usize = 14;
    if title.chars().count() <= MOST {
        return title.to_owned();
    }
    title.chars().take(MOST - 1).chain(['…']).collect()
}

fn zones(sheet: &SheetRow, columns: &[Column], cells: Vec<CellRow>) -> Vec<ZoneRows> {
    let place: HashMap<Id, usize> = columns.iter().enumerate().map(|(n, c)| (c.id, n)).collect();
    let list = paths::list(Some(sheet.id));
    let mut zones: Vec<ZoneRows> = Vec::new();
    for cell in cells {
        if zones.last().is_none_or(|zone| zone.zone != cell.zone) {
            zones.push(ZoneRows {
                zone: cell.zone,
                name: cell
                    .zone_name
                    .clone()
                    .unwrap_or_else(|| "未分片区".to_owned()),
                tally: Tally::default(),
                href: cell
                    .zone
                    .map_or(list.clone(), |id| format!("{list}?zone={id}")),
                rows: Vec::new(),
            });
        }
        let Some(zone) = zones.last_mut() else {
            continue;
        };
        if zone
            .rows
            .last()
            .is_none_or(|row| row.id != cell.organisation)
        {
            zone.rows.push(OrganisationRow {
                id: cell.organisation,
                name: cell.name.clone(),
                path: cell.path.clone(),
                tally: Tally::default(),
                href: format!("{list}?organisation={}", cell.organisation),
                cells: columns.iter().map(|_| None).collect(),
            });
        }
        let Some(row) = zone.rows.last_mut() else {
            continue;
        };
        let applies = cell.not_applicable.is_none();
        if applies {
            row.tally.add(&cell.status, cell.overdue);
            zone.tally.add(&cell.status, cell.overdue);
        }
        if let Some(slot) = place
            .get(&cell.requirement)
            .and_then(|n| row.cells.get_mut(*n))
        {
            *slot = Some(shown(sheet, cell, applies));
        }
    }
    zones
}

fn shown(sheet: &SheetRow, cell: CellRow, applies: bool) -> Cell {
    let key = Key {
        requirement: cell.requirement,
        organisation: cell.organisation,
    };
    Cell {
        look: look_of(&cell.status, cell.overdue, applies),
        href: paths::cell(sheet.id, key),
        owed: applies && ["not_started", "under_way", "returned"].contains(&cell.status.as_str()),
        status: cell.status,
    }
}

/// `GET /progress/{sheet}/export`: the board as it is narrowed.
pub async fn export(
    State(app): State<App>,
    actor: Actor,
    Path(sheet): Path<String>,
    Query(query): super::Said,
) -> web::Result {
    let reach = actor.reach(Right::SeeProgress);
    let sheet = find(&app, &reach, &sheet).await?;
    let above = Lineage::load(app.store.db(), &reach).await?;
    let board = load(&app, &reach, sheet, &Narrowed::of(&query)).await?;
    let unit = web::sheet::unit(&app, &actor);
    let content = format!("{}进度", board.sheet.label());
    let title = web::sheet::title(&app, &format!("{}{content}", board.sheet.title));
    web::sheet::file(
        &app,
        &unit,
        &content,
        vec![sheets::board(&board, title, &above)],
    )
}

/// A sheet by the address; one without duties within reach is as if it were not there.
pub async fn find(app: &App, reach: &Reach, sheet: &str) -> web::Result<SheetRow> {
    let db = app.store.db();
    let id = super::id(sheet)?;
    let sheet = store::find_sheet(db, id).await?.ok_or(Failure::NotFound)?;
    let filter = ListFilter {
        sheet: Some(id),
        ..ListFilter::default()
    };
    let extent = store::extent(db, reach, &filter).await?;
    if extent.duties == 0 {
        Err(Failure::NotFound)
    } else {
        Ok(sheet)
    }
}
