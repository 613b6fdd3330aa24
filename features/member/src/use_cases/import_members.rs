//! 导入党员: carries out a plan that somebody has looked at, and takes it back.

use crate::ground::Ground;
use crate::sheets;
use crate::store::{self as rows, Member};
use crate::use_cases::write::{NewMember, create_members, move_members, seal};
use kernel::{Day, Id};
use org::import::{self, Before, Import, Outcome, Plan, PlanRow, Verdict};
use org::use_cases::import_organisations::NotImported;
use std::collections::HashMap;
use store::{Error, Fail, Param, Tx, Value, params, placeholders};
use web::{Actor, Right};

/// Rows one statement updates; more would cost SQLite more than another statement does.
const BATCH: usize = 60;

/// Carries the settled plan out; what no longer fits is listed, not forced. A fixed number of
/// statements for each few hundred rows.
pub async fn apply(
    tx: &Tx,
    actor: &Actor,
    import: &Import,
    plan: Plan,
) -> Result<Outcome, Fail<NotImported>> {
    let raw: Vec<_> = plan
        .rows
        .iter()
        .map(|row| office::table::Row {
            number: row.number,
            cells: row.cells.clone(),
        })
        .collect();
    let ground = Ground::load(tx.store(), actor, &raw).await?;
    let mut outcome = Outcome::default();
    create(tx, &ground, &plan, &mut outcome).await?;
    update(tx, actor, &ground, &plan, &mut outcome).await?;
    if !import::mark_applied(tx, import.id, &outcome).await? {
        return Err(Fail::Refused(NotImported::AlreadyApplied));
    }
    let counts = serde_json::json!({
        "created": outcome.created.len(), "updated": outcome.updated.len(), "late": outcome.late.len(),
    });
    tx.audit(
        "import_members",
        ("import", import.id),
        &import.path,
        counts,
    )
    .await?;
    Ok(outcome)
}

async fn create(tx: &Tx, ground: &Ground, plan: &Plan, outcome: &mut Outcome) -> Result<(), Error> {
    let mut new: Vec<(&PlanRow, NewMember)> = Vec::new();
    for row in plan
        .rows
        .iter()
        .filter(|row| row.verdict == Verdict::Create)
    {
        let Some(branch) = ground.branch_meant(&row.cells) else {
            outcome.late.push((
                row.number,
                "核对之后单位有了变化，请重新导入这一行。".to_owned(),
            ));
            continue;
        };
        let read = sheets::read(&row.cells, tx.today());
        match read.and_then(|read| read.create(branch.id, tx.today())) {
            Ok(member) => new.push((row, member)),
            Err(reason) => outcome.late.push((row.number, reason)),
        }
    }
    let blinds: Vec<String> = new
        .iter()
        .filter_map(|(_, m)| Some(tx.store().keys.blind(m.id_number.as_deref()?)))
        .collect();
    let taken: Vec<String> = rows::by_blinds(tx, &blinds)
        .await?
        .into_iter()
        .filter_map(|m| m.id_blind)
        .collect();
    new.retain(|(row, member)| {
        let blind = member
            .id_number
            .as_deref()
            .map(|n| tx.store().keys.blind(n));
        let free = !blind.is_some_and(|blind| taken.contains(&blind));
        if !free {
            outcome.late.push((
                row.number,
                "核对之后这个号码已被登记，请重新导入这一行。".to_owned(),
            ));
        }
        free
    });
    let (from, members): (Vec<&PlanRow>, Vec<NewMember>) = new.into_iter().unzip();
    let ids = create_members(tx, &members, "imported").await?;
    outcome.created.extend(
        ids.into_iter()
            .zip(from)
            .map(|(id, row)| (id, row.title.clone())),
    );
    Ok(())
}

async fn update(
    tx: &Tx,
    actor: &Actor,
    ground: &Ground,
    plan: &Plan,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    let wanted: Vec<(&PlanRow, Id, i64)> = plan
        .rows
        .iter()
        .filter_map(|row| match &row.verdict {
            Verdict::Update {
                object, version, ..
            } => Some((row, *object, *version)),
            _ => None,
        })
        .collect();
    let mut standing: HashMap<Id, Member> = HashMap::new();
    let ids: Vec<Id> = wanted.iter().map(|(_, id, _)| *id).collect();
    for some in ids.chunks(5_000) {
        standing.extend(rows::by_ids(tx, some).await?.into_iter().map(|m| (m.id, m)));
    }
    let mut changed: Vec<Vec<Value>> = Vec::new();
    let mut moved: HashMap<Id, Vec<Id>> = HashMap::new();
    for (row, id, version) in wanted {
        let fits = |m: &&Member| m.version == version && actor.can(Right::EditMembers, &m.place());
        let found = standing
            .get(&id)
            .filter(fits)
            .zip(ground.branch_meant(&row.cells));
        let Some((was, branch)) = found else {
            outcome.late.push((
                row.number,
                "核对之后有人改过这名党员，请重新导入这一行。".to_owned(),
            ));
            continue;
        };
        let read = match sheets::read(&row.cells, tx.today()) {
            Ok(read) => read,
            Err(reason) => {
                outcome.late.push((row.number, reason));
                continue;
            }
        };
        let (now, _) = read.update(&tx.store().keys, was, tx.today())?;
        changed.push(update_values(tx, id, &now)?);
        let moves = branch.id != was.branch;
        if moves {
            moved.entry(branch.id).or_default().push(id);
        }
        let version = was.version + 1 + i64::from(moves);
        outcome.updated.push(Before {
            id,
            title: row.title.clone(),
            version,
            was: before(was),
        });
    }
    write_updates(tx, changed).await?;
    for (branch, members) in moved {
        if let Some(to) = org::store::find_node(tx, branch).await? {
            move_members(tx, &members, &to, tx.today()).await?;
        }
    }
    Ok(())
}

/// Columns an update writes, in this order, after the id.
const COLUMNS: [(&str, &str); 14] = [
    ("name", "TEXT"),
    ("pinyin", "TEXT"),
    ("sex", "TEXT"),
    ("birth", "TEXT"),
    ("stage", "TEXT"),
    ("category", "TEXT"),
    ("joined_on", "TEXT"),
    ("full_on", "TEXT"),
    ("ethnic", "TEXT"),
    ("education", "TEXT"),
    ("job", "TEXT"),
    ("id_number", "TEXT"),
    ("id_blind", "TEXT"),
    ("phone", "TEXT"),
];

fn update_values(tx: &Tx, id: Id, now: &NewMember) -> Result<Vec<Value>, Error> {
    Ok(params![
        id,
        &now.name,
        org::pinyin::of_person(&now.name),
        &now.sex,
        now.birth,
        &now.stage,
        &now.category,
        now.joined_on,
        now.full_on,
        &now.ethnic,
        &now.education,
        &now.job,
        seal(tx, "id_number", id, now.id_number.as_deref())?,
        now.id_number.as_deref().map(|n| tx.store().keys.blind(n)),
        seal(tx, "phone", id, now.phone.as_deref())?
    ])
}

/// Writes many rows with one statement: the new values stand in it as a table.
async fn write_updates(tx: &Tx, rows: Vec<Vec<Value>>) -> Result<(), Error> {
    let sets: Vec<String> = COLUMNS
        .iter()
        .enumerate()
        .map(|(i, (name, _))| format!("{name} = v.column{}", i + 2))
        .collect();
    for some in rows.chunks(BATCH) {
        let mut values: Vec<Value> = Vec::with_capacity(some.len() * (COLUMNS.len() + 1));
        let mut lines = Vec::with_capacity(some.len());
        for row in some {
            let from = values.len() + 1;
            let cast = COLUMNS
                .iter()
                .enumerate()
                .map(|(i, (_, kind))| format!("CAST(${} AS {kind})", from + 1 + i));
            lines.push(format!(
                "(CAST(${from} AS BIGINT), {})",
                cast.collect::<Vec<_>>().join(", ")
            ));
            values.extend(row.iter().cloned());
        }
        let sql = format!(
            "UPDATE member SET {}, version = version + 1 FROM (VALUES {}) AS v
             WHERE member.id = v.column1",
            sets.join(", "),
            lines.join(", ")
        );
        tx.exec(&sql, values).await?;
    }
    Ok(())
}

/// A member's columns as they stood, numbers still sealed.
fn before(m: &Member) -> serde_json::Value {
    serde_json::json!({
        "name": m.name, "pinyin": m.pinyin, "sex": m.sex, "birth": m.birth, "stage": m.stage,
        "category": m.category, "joined_on": m.joined_on, "full_on": m.full_on, "ethnic": m.ethnic,
        "education": m.education, "job": m.job, "id_number": m.id_number, "id_blind": m.id_blind,
        "phone": m.phone, "branch": m.branch,
    })
}

/// Tables whose rows name a member: one of them means somebody uses the row.
const IN_USE: &[(&str, &str)] = &[
    ("post", "member"),
    ("account", "member"),
    ("record", "speaker"),
    ("record_person", "member"),
];

/// Takes an import back; what was edited or is in use since stays and is listed.
pub async fn undo(tx: &Tx, import: &Import) -> Result<Outcome, Fail<NotImported>> {
    let mut outcome = import.outcome.clone();
    outcome.kept.clear();
    undo_created(tx, &mut outcome).await?;
    undo_updated(tx, &mut outcome).await?;
    if !import::mark_undone(tx, import.id, &outcome).await? {
        return Err(Fail::Refused(NotImported::NothingToUndo));
    }
    let counts = serde_json::json!({ "kept": outcome.kept.len() });
    tx.audit("undo_import", ("import", import.id), &import.path, counts)
        .await?;
    Ok(outcome)
}

async fn undo_created(tx: &Tx, outcome: &mut Outcome) -> Result<(), Error> {
    for some in outcome.created.clone().chunks(5_000) {
        let ids: Vec<Id> = some.iter().map(|(id, _)| *id).collect();
        let values = || ids.iter().map(|id| id.value()).collect::<Vec<_>>();
        let list = placeholders(1, ids.len());
        let sql = format!("SELECT id FROM member WHERE id IN ({list}) AND version <> 1");
        let mut kept: Vec<Id> = tx.column(&sql, values()).await?;
        for (table, column) in IN_USE {
            let sql = format!("SELECT {column} FROM {table} WHERE {column} IN ({list})");
            kept.extend(tx.column::<Id>(&sql, values()).await?);
        }
        let gone: Vec<Id> = ids
            .iter()
            .copied()
            .filter(|id| !kept.contains(id))
            .collect();
        for sql in [
            "DELETE FROM membership WHERE member",
            "DELETE FROM member WHERE id",
        ] {
            let sql = format!("{sql} IN ({})", placeholders(1, gone.len()));
            tx.exec(&sql, gone.iter().map(|id| id.value()).collect())
                .await?;
        }
        let kept = some
            .iter()
            .filter(|(id, _)| kept.contains(id))
            .map(|(_, title)| title.clone());
        outcome.kept.extend(kept);
    }
    Ok(())
}

async fn undo_updated(tx: &Tx, outcome: &mut Outcome) -> Result<(), Error> {
    let ids: Vec<Id> = outcome.updated.iter().map(|b| b.id).collect();
    let mut standing: HashMap<Id, Member> = HashMap::new();
    for some in ids.chunks(5_000) {
        standing.extend(rows::by_ids(tx, some).await?.into_iter().map(|m| (m.id, m)));
    }
    let mut back = Vec::new();
    for before in outcome.updated.clone() {
        let Some(now) = standing
            .get(&before.id)
            .filter(|m| m.version == before.version)
        else {
            outcome.kept.push(before.title);
            continue;
        };
        let text = |key: &str| before.was[key].as_str().map(str::to_owned);
        let mut row = params![before.id];
        row.extend(COLUMNS.iter().map(|(column, _)| text(column).value()));
        back.push(row);
        let branch: Id = serde_json::from_value(before.was["branch"].clone())?;
        if branch != now.branch {
            return_member(tx, before.id, branch).await?;
        }
    }
    write_updates(tx, back).await
}

/// Brings a member back to the branch the import took them from, as if they had never left.
async fn return_member(tx: &Tx, member: Id, branch: Id) -> Result<(), Error> {
    let Some(to) = org::store::find_node(tx, branch).await? else {
        return Ok(());
    };
    tx.exec(
        "DELETE FROM membership WHERE member = $1 AND to_day IS NULL",
        params![member],
    )
    .await?;
    let last: Option<(Id, Id, Day)> = tx
        .find(
            "SELECT id, branch, from_day FROM membership WHERE member = $1
             ORDER BY from_day DESC, id DESC",
            params![member],
        )
        .await?;
    match last {
        Some((id, at, _)) if at == branch => {
            tx.exec(
                "UPDATE membership SET to_day = NULL WHERE id = $1",
                params![id],
            )
            .await?;
        }
        _ => {
            tx.exec(
                "INSERT INTO membership (id, member, branch, from_day, reason)
                 VALUES ($1, $2, $3, $4, 'joined')",
                params![tx.new_id(), member, branch, tx.today()],
            )
            .await?;
        }
    }
    tx.exec(
        "UPDATE member SET branch = $2, path = $3, zone = $4 WHERE id = $1",
        params![member, to.id, &to.path, to.zone],
    )
    .await?;
    Ok(())
}
