//! 导入组织: carries out a plan that somebody has looked at, and takes it back.

use crate::import::{self, Before, Import, Outcome, Plan, Verdict};
use crate::sheets::{Ground, Read};
use crate::store::find_node;
use crate::use_cases::{NewNode, create_node, set_figures, set_zone, tag_node, untag_node};
use crate::{store as rows, typed};
use kernel::{Id, Refusal};
use std::borrow::Cow;
use std::collections::HashMap;
use store::{Error, Fail, Tx, params};

/// Why an import was not carried out or not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotImported {
    /// It was carried out before.
    AlreadyApplied,
    /// It was taken back before, or never carried out.
    NothingToUndo,
}

impl Refusal for NotImported {
    fn code(&self) -> &'static str {
        match self {
            NotImported::AlreadyApplied => "already_applied",
            NotImported::NothingToUndo => "nothing_to_undo",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            NotImported::AlreadyApplied => "这次导入已经写入过了。要再导入，请重新上传文件。",
            NotImported::NothingToUndo => "这次导入没有写入过，或已经撤销，没有可撤销的内容。",
        })
    }
}

/// Carries the settled plan out. Rows that no longer fit are listed, not forced.
pub async fn apply(tx: &Tx, import: &Import, plan: Plan) -> Result<Outcome, Fail<NotImported>> {
    let ground = Ground::load(tx, tx.today()).await?;
    let mut outcome = Outcome::default();
    let mut made: HashMap<String, Id> = HashMap::new();
    let mut waiting: Vec<(usize, String, Read)> = Vec::new();
    for row in plan.rows {
        match row.verdict {
            Verdict::Create => match ground.read(&row.cells) {
                Ok(read) => waiting.push((row.number, row.title, read)),
                Err(reason) => outcome.late.push((row.number, reason)),
            },
            Verdict::Update {
                object, version, ..
            } => match ground.read(&row.cells) {
                Ok(read) => {
                    update(
                        tx,
                        &mut outcome,
                        (row.number, row.title),
                        object,
                        version,
                        &read,
                    )
                    .await?
                }
                Err(reason) => outcome.late.push((row.number, reason)),
            },
            Verdict::Same { .. } | Verdict::Doubt { .. } | Verdict::Bad { .. } => {}
        }
    }
    // A row may name a parent that stands further down: as many rounds as there are levels.
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = Vec::new();
        for (number, title, read) in waiting {
            let parent = read.parent.as_deref().map(|name| {
                made.get(&typed::name_key(name))
                    .copied()
                    .or_else(|| ground.parent_named(name))
            });
            match parent {
                Some(None) => later.push((number, title, read)),
                Some(Some(parent)) => {
                    let id = create(tx, &read, Some(parent)).await?;
                    made.insert(typed::name_key(&read.name), id);
                    outcome.created.push((id, title));
                }
                None => {
                    let id = create(tx, &read, Some(import.organisation)).await?;
                    outcome.created.push((id, title));
                }
            }
        }
        if later.len() == before {
            let reason = |name: &Option<String>| {
                format!(
                    "上级“{}”没有建成，这一行也没有写入。",
                    name.as_deref().unwrap_or_default()
                )
            };
            outcome
                .late
                .extend(later.iter().map(|(n, _, read)| (*n, reason(&read.parent))));
            break;
        }
        waiting = later;
    }
    if !import::mark_applied(tx, import.id, &outcome).await? {
        return Err(Fail::Refused(NotImported::AlreadyApplied));
    }
    let counts = serde_json::json!({
        "created": outcome.created.len(), "updated": outcome.updated.len(), "late": outcome.late.len(),
    });
    tx.audit(
        "import_organisations",
        ("import", import.id),
        &import.path,
        counts,
    )
    .await?;
    Ok(outcome)
}

async fn create(tx: &Tx, read: &Read, parent: Option<Id>) -> Result<Id, Error> {
    let from = read.from.unwrap_or_else(|| tx.today());
    let node = create_node(
        tx,
        NewNode {
            category: &read.category,
            kind: &read.kind,
            name: &read.name,
            short_name: &read.short,
            parent,
            zone: read.zone,
            from,
        },
    )
    .await?;
    if let Some(code) = &read.code {
        let sql = "UPDATE node SET issued_code = $2 WHERE id = $1";
        tx.exec(sql, params![node.id, code]).await?;
    }
    for tag in read.tags.iter().flatten() {
        tag_node(tx, node.id, tag, from).await?;
    }
    let figures: Vec<(&str, i64)> = read.figures.iter().map(|(c, v)| (c.as_str(), *v)).collect();
    set_figures(tx, node.id, i64::from(tx.today().year()), &figures).await?;
    Ok(node.id)
}

async fn update(
    tx: &Tx,
    outcome: &mut Outcome,
    row: (usize, String),
    id: Id,
    version: i64,
    read: &Read,
) -> Result<(), Error> {
    let Some(node) = find_node(tx, id).await? else {
        return Ok(());
    };
    if node.version != version {
        outcome.late.push((
            row.0,
            "核对之后有人改过这个组织，请重新导入这一行。".to_owned(),
        ));
        return Ok(());
    }
    let tags: Vec<String> = rows::tags_of(tx, id)
        .await?
        .into_iter()
        .map(|t| t.code)
        .collect();
    let figures = rows::figures(tx, &[id], i64::from(tx.today().year())).await?;
    let was = serde_json::json!({
        "short_name": node.short_name, "kind": node.kind, "issued_code": node.issued_code,
        "zone": node.zone, "tags": tags,
        "figures": figures.into_iter().map(|f| (f.code, f.value)).collect::<HashMap<_, _>>(),
    });
    let today = tx.today();
    set_plain(
        tx,
        id,
        &read.short,
        &read.kind,
        read.code.as_ref().or(node.issued_code.as_ref()),
    )
    .await?;
    if let Some(wanted) = &read.tags {
        set_tags(tx, id, &tags, wanted).await?;
    }
    if let Some(zone) = read.zone {
        set_zone(tx, id, Some(zone), today).await?;
    }
    let figures: Vec<(&str, i64)> = read.figures.iter().map(|(c, v)| (c.as_str(), *v)).collect();
    set_figures(tx, id, i64::from(today.year()), &figures).await?;
    let version = tx
        .scalar("SELECT version FROM node WHERE id = $1", params![id])
        .await?;
    outcome.updated.push(Before {
        id,
        title: row.1,
        version,
        was,
    });
    Ok(())
}

async fn set_plain(
    tx: &Tx,
    id: Id,
    short: &str,
    kind: &str,
    code: Option<&String>,
) -> Result<(), Error> {
    tx.exec(
        "UPDATE node SET short_name = $2, kind = $3, issued_code = $4, version = version + 1
         WHERE id = $1",
        params![id, short, kind, code.cloned()],
    )
    .await?;
    Ok(())
}

/// Makes the tags of a node those wanted, from today on.
pub(crate) async fn set_tags(
    tx: &Tx,
    id: Id,
    held: &[String],
    wanted: &[String],
) -> Result<(), Error> {
    for tag in held.iter().filter(|tag| !wanted.contains(tag)) {
        untag_node(tx, id, tag, tx.today()).await?;
    }
    for tag in wanted.iter().filter(|tag| !held.contains(tag)) {
        tag_node(tx, id, tag, tx.today()).await?;
    }
    Ok(())
}

/// Takes an import back; what was edited or is in use since stays and is listed.
pub async fn undo(tx: &Tx, import: &Import) -> Result<Outcome, Fail<NotImported>> {
    let mut outcome = import.outcome.clone();
    outcome.kept.clear();
    for before in &import.outcome.updated {
        match find_node(tx, before.id).await? {
            Some(node) if node.version == before.version => restore(tx, before).await?,
            _ => outcome.kept.push(before.title.clone()),
        }
    }
    // Children were made after their parents and go before them.
    for (id, title) in import.outcome.created.iter().rev() {
        if !remove(tx, *id).await? {
            outcome.kept.push(title.clone());
        }
    }
    if !import::mark_undone(tx, import.id, &outcome).await? {
        return Err(Fail::Refused(NotImported::NothingToUndo));
    }
    let counts = serde_json::json!({ "kept": outcome.kept.len() });
    tx.audit("undo_import", ("import", import.id), &import.path, counts)
        .await?;
    Ok(outcome)
}

async fn restore(tx: &Tx, before: &Before) -> Result<(), Error> {
    let text = |key: &str| before.was[key].as_str().map(str::to_owned);
    let code = text("issued_code");
    let (short, kind) = (
        text("short_name").unwrap_or_default(),
        text("kind").unwrap_or_default(),
    );
    set_plain(tx, before.id, &short, &kind, code.as_ref()).await?;
    let held: Vec<String> = rows::tags_of(tx, before.id)
        .await?
        .into_iter()
        .map(|t| t.code)
        .collect();
    let wanted: Vec<String> = serde_json::from_value(before.was["tags"].clone())?;
    set_tags(tx, before.id, &held, &wanted).await?;
    let zone: Option<Id> = serde_json::from_value(before.was["zone"].clone())?;
    set_zone(tx, before.id, zone, tx.today()).await?;
    let figures: HashMap<String, i64> = serde_json::from_value(before.was["figures"].clone())?;
    let year = i64::from(tx.today().year());
    tx.exec(
        "DELETE FROM node_figure WHERE node = $1 AND year = $2",
        params![before.id, year],
    )
    .await?;
    let figures: Vec<(&str, i64)> = figures.iter().map(|(c, v)| (c.as_str(), *v)).collect();
    set_figures(tx, before.id, year, &figures).await
}

/// Tables whose rows name an organisation: one of them means it is in use.
const IN_USE: &[(&str, &str)] = &[
    ("membership", "branch"),
    ("member", "branch"),
    ("post", "node"),
    ("role_grant", "node"),
    ("record", "organisation"),
    ("duty", "organisation"),
    ("target", "organisation"),
    ("sheet", "issuer"),
    ("requirement", "reviewer"),
];

/// Takes a node away that nobody edited or uses; false if somebody does.
async fn remove(tx: &Tx, id: Id) -> Result<bool, Error> {
    let Some(node) = find_node(tx, id).await? else {
        return Ok(true);
    };
    if node.version != 1 && node.category == "organisation" {
        return Ok(false);
    }
    let lower: i64 = tx
        .scalar("SELECT COUNT(*) FROM edge WHERE parent = $1", params![id])
        .await?;
    if lower > 0 {
        return Ok(false);
    }
    for (table, column) in IN_USE {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} = $1");
        if tx.scalar::<i64>(&sql, params![id]).await? > 0 {
            return Ok(false);
        }
    }
    for sql in [
        "DELETE FROM edge WHERE child = $1",
        "DELETE FROM node_tag WHERE node = $1",
        "DELETE FROM node_figure WHERE node = $1",
        "DELETE FROM node WHERE id = $1",
    ] {
        tx.exec(sql, params![id]).await?;
    }
    Ok(true)
}
