//! 下发: a draft becomes requirements, under the next number, with its applicability frozen.

use crate::entities::item::Item;
use crate::entities::plan::{Ground, Obstacle, Plan, Planned};
use crate::entities::sheet::Sheet;
use crate::entities::when::Occasion;
use crate::{paths, store};
use ::store::{Error, Fail, OnceKey, Tx};
use duty::{NewRequirement, Target};
use kernel::Id;
use web::{Actor, App, Place, Right};

/// Job `{sheet}` that tells those concerned; whoever keeps notices does it.
const NOTICES: &str = "sheet_issued";

/// What the check page sends.
#[derive(Clone, Copy, Debug)]
pub struct Issue {
    /// [`Sheet::changes`] as the page showed it.
    pub changes: i64,
    /// Where the number begins, if this code gave none this year yet.
    pub first_number: Option<i64>,
}

/// Issues it; the address of the issued sheet.
pub async fn issue_sheet(
    app: &App,
    actor: &Actor,
    once: &OnceKey,
    sheet: Id,
    issue: Issue,
) -> Result<String, Fail<Obstacle>> {
    let who = actor.clone();
    app.store
        .write_once(&actor.by(), once, |tx| async move {
            let number = act(&tx, &who, sheet, issue).await?;
            let said = format!("已下发，编为{number}");
            Ok(web::reply::with_flash(&paths::sheet(sheet), &said))
        })
        .await
}

async fn act(tx: &Tx, actor: &Actor, id: Id, issue: Issue) -> Result<String, Fail<Obstacle>> {
    let sheet = store::find_sheet(tx, id).await?.ok_or(Fail::NotFound)?;
    if !actor.can(Right::IssueSheets, &sheet.place()) {
        return Err(Fail::NotFound);
    }
    if sheet.issued_at.is_some() {
        return Err(Fail::Refused(Obstacle::AlreadyIssued));
    }
    if sheet.changes != issue.changes {
        return Err(Fail::Stale);
    }
    let items = store::items(tx, id).await?;
    let annexes = store::annexes(tx, id).await?;
    let ground = store::ground(tx, &sheet.path, sheet.period_from, tx.today()).await?;
    let plan = Plan::of(&sheet, &items, &annexes, &ground);
    if let Some(obstacle) = plan.obstacles.into_iter().next() {
        return Err(Fail::Refused(obstacle));
    }
    let year = i64::from(sheet.doc_date.year());
    let first = issue
        .first_number
        .filter(|n| (1..100_000).contains(n))
        .unwrap_or(1);
    let number = store::take_number(tx, &sheet.prefix, year, first).await?;
    store::set_issued(tx, &sheet, issue.changes, (year, number)).await?;
    let numbered = Sheet {
        year: Some(year),
        number: Some(number),
        ..sheet.clone()
    };
    let words = numbered.number_words();
    let (requirements, targets) = requirements(&numbered, &plan.items);
    duty::impose(tx, &requirements, &targets).await?;
    hand_out(tx, &numbered, &plan.items, &ground).await?;
    let payload = serde_json::json!({ "sheet": id });
    tx.enqueue(NOTICES, &payload, tx.now(), Some(&id.to_string()))
        .await?;
    let detail = serde_json::json!({
        "number": words, "requirements": requirements.len(), "items": plan.items.len(),
    });
    tx.audit("issue_sheet", ("sheet", id), &sheet.path, detail)
        .await?;
    Ok(words)
}

/// A requirement for each time each item is asked for, and whom it concerns.
fn requirements(sheet: &Sheet, items: &[Planned]) -> (Vec<NewRequirement>, Vec<Vec<Target>>) {
    let (mut requirements, mut targets) = (Vec::new(), Vec::new());
    for planned in items {
        let frozen: Vec<Target> = planned
            .judged
            .iter()
            .map(|j| Target {
                organisation: j.organisation,
                applies: j.applies,
                because: j.because.clone(),
            })
            .collect();
        for (n, occasion) in (0_i64..).zip(&planned.occasions) {
            requirements.push(requirement(sheet, planned, occasion, n));
            targets.push(frozen.clone());
        }
    }
    (requirements, targets)
}

fn requirement(sheet: &Sheet, planned: &Planned, occasion: &Occasion, n: i64) -> NewRequirement {
    /// Occasions of one item keep together between it and the next.
    const STRIDE: i64 = 1000;
    let item = &planned.item;
    let title = match occasion.name.as_str() {
        "" => item.title.clone(),
        name => format!("{}（{name}）", item.title),
    };
    let demand = if item.text.trim().is_empty() {
        item.title.clone()
    } else {
        item.text.clone()
    };
    NewRequirement {
        source_kind: "sheet",
        source: sheet.id,
        item: item.id,
        path: sheet.path.clone(),
        rank: item.rank * STRIDE + n.min(STRIDE - 1),
        outline: item.outline.clone(),
        title,
        demand,
        source_words: format!("{} {}", sheet.number_words(), item.place())
            .trim()
            .to_owned(),
        period_key: occasion.key.clone(),
        window_from: occasion.from,
        window_to: occasion.to,
        due: occasion.due,
        due_words: due_words(item, occasion),
        measure: item.measure(),
        evidence: item.evidence(),
        max_files: item.max_files,
        photo_why: item.photo_why.clone(),
        needs_file: item.needs_file,
        weight: item.weight,
        substantive: item.substantive,
        reviewer: item.reviewer,
        who: planned.who.clone(),
        who_words: planned.who_words.clone(),
        effort_seconds: planned.effort_seconds(),
    }
}

/// The document's own words where there are any and it is asked once; else the day.
fn due_words(item: &Item, occasion: &Occasion) -> String {
    if occasion.key.is_empty() && !item.due_words.is_empty() {
        return item.due_words.clone();
    }
    format!("{}前", occasion.due.short())
}

/// The sheet's files, to everybody it concerns.
async fn hand_out(tx: &Tx, sheet: &Sheet, items: &[Planned], ground: &Ground) -> Result<(), Error> {
    let annexes = store::annexes(tx, sheet.id).await?;
    let files: Vec<(i64, Id)> = annexes
        .iter()
        .filter_map(|a| Some((a.rank, a.file?)))
        .collect();
    if files.is_empty() {
        return Ok(());
    }
    let mut asked: Vec<Id> = items
        .iter()
        .flat_map(|p| {
            p.judged
                .iter()
                .filter(|j| j.applies)
                .map(|j| j.organisation)
        })
        .collect();
    asked.sort();
    asked.dedup();
    let known = |id: &Id| ground.facts.iter().any(|f| f.id == *id);
    asked.retain(known);
    let mut places = Vec::new();
    for chunk in asked.chunks(500) {
        let nodes = org::store::nodes(tx, chunk).await?;
        places.extend(
            nodes
                .into_iter()
                .map(|n| (n.id, Place::new(&n.path, n.zone))),
        );
    }
    for (rank, file) in files {
        record::files::share(tx, file, "sheet", sheet.id, rank, &places).await?;
    }
    Ok(())
}
