//! 谁做: conditions, named organisations and exceptions of one item, with the list that results.

use crate::entities::item::Item;
use crate::entities::plan::Ground;
use crate::entities::sheet::Sheet;
use crate::entities::whom::{self, Parts};
use crate::forms;
use crate::pages::draft::{Choice, presets};
use crate::pages::{Pair, draft_of};
use crate::use_cases::edit_items::{Deed, edit_items};
use crate::{paths, sheets, store};
use askama::Template;
use axum::extract::State;
use kernel::Id;
use office::xlsx::SheetOut;
use org::Lineage;
use rules::who::Who;
use std::collections::HashMap;
use web::sheet;
use web::{Actor, App, Failure, Form, Frame, Right, reply};

struct Condition {
    n: usize,
    not: bool,
    choices: Vec<Choice>,
}

struct Organisation {
    id: Id,
    name: String,
    zone: String,
    named: bool,
    excepted: bool,
}

struct Verdict {
    name: String,
    because: String,
}

#[derive(Template)]
#[template(path = "sheet_who.html")]
struct WhoPage {
    frame: Frame,
    sheet: Sheet,
    item: Item,
    words: String,
    deep: bool,
    any: bool,
    conditions: Vec<Condition>,
    organisations: Vec<Organisation>,
    yes: Vec<Verdict>,
    no: Vec<Verdict>,
    tried: bool,
}

/// `GET /sheets/{id}/items/{item}/who`
pub async fn show(State(app): State<App>, actor: Actor, Pair(id, item): Pair) -> web::Result {
    let (sheet, items) = draft_of(&app, &actor, id).await?;
    let item = items
        .into_iter()
        .find(|i| i.id == item)
        .ok_or(Failure::NotFound)?;
    if sheet.issued_at.is_some() {
        return reply::see_other(paths::item(id, item.id));
    }
    let who = item.who();
    reply::page(&page(&app, &actor, sheet, item, who, false).await?)
}

async fn page(
    app: &App,
    actor: &Actor,
    sheet: Sheet,
    item: Item,
    who: Who,
    tried: bool,
) -> web::Result<WhoPage> {
    let today = app.store.today();
    let ground = store::ground(app.store.db(), &sheet.path, today, today).await?;
    let parts = Parts::of(&who);
    let deep = parts.is_none();
    let parts = parts.unwrap_or_default();
    let judged = whom::judge(&who, &ground.facts, sheet.issuer, &ground.naming);
    let side = |applies: bool| {
        judged
            .iter()
            .filter(|(_, v)| v.applies == applies)
            .map(|(f, v)| Verdict {
                name: f.name.clone(),
                because: v.because.clone(),
            })
            .collect()
    };
    let (yes, no) = (side(true), side(false));
    Ok(WhoPage {
        frame: Frame::new(app, actor, paths::LIST, "谁做").await?,
        words: ground.naming.words(&who),
        deep,
        any: parts.any,
        conditions: conditions(&sheet, &ground, &parts),
        organisations: organisations(&sheet, &ground, &parts),
        yes,
        no,
        tried,
        sheet,
        item,
    })
}

/// `GET /sheets/{id}/items/{item}/who/export`: whom the item would concern as it is kept, and why.
pub async fn export(State(app): State<App>, actor: Actor, Pair(id, item): Pair) -> web::Result {
    let (sheet, items) = draft_of(&app, &actor, id).await?;
    let item = items
        .into_iter()
        .find(|i| i.id == item && sheet.issued_at.is_none())
        .ok_or(Failure::NotFound)?;
    let (db, today) = (app.store.db(), app.store.today());
    let reach = actor.reach(Right::IssueSheets);
    let ground = store::ground(db, &sheet.path, today, today).await?;
    let above = Lineage::load(db, &reach).await?;
    let organisations = org::store::organisations(db, &reach).await?;
    let place: HashMap<Id, &org::Node> = organisations.iter().map(|n| (n.id, n)).collect();
    let judged = whom::judge(&item.who(), &ground.facts, sheet.issuer, &ground.naming);
    let (yes, no): (Vec<_>, Vec<_>) = judged.iter().partition(|(_, verdict)| verdict.applies);
    let rows = yes.into_iter().chain(no).filter_map(|(facts, verdict)| {
        let node = place.get(&facts.id)?;
        Some(sheets::judged(
            node,
            verdict.applies,
            &verdict.because,
            &above,
        ))
    });
    let title = sheet::title(&app, &format!("谁做：{}", item.title));
    let out = SheetOut {
        rows: rows.collect(),
        ..sheets::verdicts(title, &above)
    };
    let (unit, content) = (sheet::unit(&app, &actor), format!("谁做：{}", item.title));
    sheet::file(&app, &unit, &content, vec![out])
}

fn conditions(sheet: &Sheet, ground: &Ground, parts: &Parts) -> Vec<Condition> {
    let mut known: Vec<Who> = presets(sheet, ground).into_iter().skip(1).collect();
    for (_, term) in &parts.terms {
        if !known.contains(term) {
            known.push(term.clone());
        }
    }
    (0..forms::CONDITIONS)
        .map(|n| {
            let own = parts.terms.get(n);
            let choice = |who: &Who| {
                let key = whom::key(who)?;
                Some((
                    key,
                    ground.naming.short(who),
                    own.is_some_and(|(_, term)| term == who),
                ))
            };
            Condition {
                n,
                not: own.is_some_and(|(not, _)| *not),
                choices: known.iter().filter_map(choice).collect(),
            }
        })
        .collect()
}

/// Everything below the issuer, deeper organisations included: those may be named.
fn organisations(sheet: &Sheet, ground: &Ground, parts: &Parts) -> Vec<Organisation> {
    ground
        .facts
        .iter()
        .filter(|f| f.id != sheet.issuer && f.ancestors.contains(&sheet.issuer))
        .map(|f| Organisation {
            id: f.id,
            name: f.name.clone(),
            zone: f
                .zone
                .and_then(|z| ground.naming.nodes.get(&z).cloned())
                .unwrap_or_default(),
            named: parts.named.contains(&f.id),
            excepted: parts.except.contains(&f.id),
        })
        .collect()
}

/// `POST /sheets/{id}/items/{item}/who`: `go=try` shows the list, `go=keep` takes it.
pub async fn aim(
    State(app): State<App>,
    actor: Actor,
    Pair(id, item): Pair,
    form: Form,
) -> web::Result {
    let (sheet, items) = draft_of(&app, &actor, id).await?;
    let item = items
        .into_iter()
        .find(|i| i.id == item)
        .ok_or(Failure::NotFound)?;
    let who = forms::parts(&form).join();
    if form.text("go") == "try" {
        return reply::page(&page(&app, &actor, sheet, item, who, true).await?);
    }
    let deed = Deed::Aim(item.id, Box::new(who));
    reply::see_other(edit_items(&app, &actor, &form.once(&actor), id, deed).await?)
}
