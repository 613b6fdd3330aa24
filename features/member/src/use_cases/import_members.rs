//! 导入党员: carries out a plan that somebody has looked at, and takes it back.

use crate::ground::Ground;
use crate::sheets;
use crate::store::{self as rows, Member};
use crate::use_cases::write::{NewMember, create_members, move_members, seal};
use kernel::table::Row;
use kernel::{Day, Id};
use office::xlsx::SheetOut;
use org::import::{Did, Due, Fate, Import, Kind, PlanRow, Undone, Verdict};
use std::collections::{HashMap, HashSet};
use store::{Db, Error, Param, Store, Tx, Value, params, placeholders};
use web::{Actor, Right};

/// Rows one statement updates; more would cost SQLite more than another statement does.
const BATCH: usize = 60;

/// 导入党员
pub struct Members;

impl Kind for Members {
    const CODE: &'static str = "member";
    const NOUN: &'static str = "党员";
    const SECTION: &'static str = crate::paths::MEMBERS;
    const RIGHT: Right = Right::EditMembers;
    const MOST_ROWS: usize = 200_000;
    const HINT: &'static str = "“单位”一列决定党员归入哪个党支部。";
    const DEED: &'static str = "import_members";
    const CHECK: &'static str = "check_members";
    const APPLY: &'static str = "import_members";
    const UNDO: &'static str = "undo_members";

    type Ground = Ground;

    async fn template(_: &Store) -> Result<SheetOut, Error> {
        Ok(sheets::template(&[]))
    }

    fn aliases(title: &str) -> &'static [&'static str] {
        sheets::aliases(title)
    }

    async fn ground(store: &Store, actor: &Actor) -> Result<Ground, Error> {
        Ground::load(store, actor).await
    }

    async fn judge(ground: &mut Ground, db: &Db, rows: Vec<Row>) -> Result<Vec<PlanRow>, Error> {
        ground.plan(db, rows).await
    }

    fn rest(_: &mut Ground) -> Vec<PlanRow> {
        Vec::new()
    }

    async fn apply(
        tx: &Tx,
        actor: &Actor,
        ground: &mut Ground,
        _: &Import,
        due: Vec<Due>,
    ) -> Result<Vec<(usize, Fate)>, Error> {
        let raw: Vec<Row> = due.iter().map(|due| due.row.raw()).collect();
        ground.look(tx, &raw).await?;
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        let mut fates = Vec::with_capacity(due.len());
        for due in due {
            match due.row.verdict {
                Verdict::Create => new.push(due),
                Verdict::Update {
                    object, version, ..
                } => changed.push((due.row, object, version)),
                _ => fates.push((due.row.number, Fate::Late("没有要写入的内容。".to_owned()))),
            }
        }
        fates.extend(create(tx, ground, new).await?);
        fates.extend(update(tx, actor, ground, changed).await?);
        Ok(fates)
    }

    async fn undo(tx: &Tx, did: Vec<Did>) -> Result<Vec<(usize, Undone)>, Error> {
        let (made, changed): (Vec<Did>, Vec<Did>) = did.into_iter().partition(|d| d.was.is_none());
        let mut fates = undo_created(tx, &made).await?;
        fates.extend(undo_updated(tx, &changed).await?);
        Ok(fates)
    }
}

const LATE_NEW: &str = "核对之后名册上已经有了这个人，请重新导入这一行。";
const LATE_CHANGED: &str = "核对之后有人改过这名党员，请重新导入这一行。";

async fn create(tx: &Tx, ground: &Ground, due: Vec<Due>) -> Result<Vec<(usize, Fate)>, Error> {
    let mut fates = Vec::with_capacity(due.len());
    let (mut numbers, mut new) = (Vec::new(), Vec::<NewMember>::new());
    let mut given: HashSet<String> = HashSet::new();
    for due in due {
        let (number, raw) = (due.row.number, due.row.raw());
        let fresh = ground.judge(&raw)?;
        let member = match (&fresh, ground.branch_meant(&raw.cells)) {
            (Verdict::Bad { reason }, _) => Err(reason.clone()),
            (fresh, Some(branch)) if due.is_still_new(fresh) => {
                sheets::read(&raw.cells, tx.today())
                    .and_then(|read| read.create(branch.id, tx.today()))
            }
            _ => Err(LATE_NEW.to_owned()),
        };
        match member {
            // Two rows may be about one number only where both were settled by hand.
            Ok(member) if !member.id_number.iter().all(|n| given.insert(n.clone())) => {
                fates.push((number, Fate::Late(LATE_NEW.to_owned())));
            }
            Ok(member) => {
                numbers.push(number);
                new.push(member);
            }
            Err(reason) => fates.push((number, Fate::Late(reason))),
        }
    }
    let ids = create_members(tx, &new, "imported").await?;
    fates.extend(numbers.into_iter().zip(ids.into_iter().map(Fate::Created)));
    Ok(fates)
}

async fn update(
    tx: &Tx,
    actor: &Actor,
    ground: &Ground,
    wanted: Vec<(PlanRow, Id, i64)>,
) -> Result<Vec<(usize, Fate)>, Error> {
    let ids: Vec<Id> = wanted.iter().map(|(_, id, _)| *id).collect();
    let mut standing = standing(tx, &ids).await?;
    let mut changed: Vec<Vec<Value>> = Vec::new();
    let mut moved: HashMap<Id, Vec<Id>> = HashMap::new();
    let mut fates = Vec::with_capacity(wanted.len());
    for (row, id, version) in wanted {
        let fits = |m: &Member| m.version == version && actor.can(Right::EditMembers, &m.place());
        // Taken out: a second row about the same member comes too late.
        let was = standing.remove(&id).filter(fits);
        let found = was.zip(ground.branch_meant(&row.cells));
        let Some((was, branch)) = found else {
            fates.push((row.number, Fate::Late(LATE_CHANGED.to_owned())));
            continue;
        };
        let read = match sheets::read(&row.cells, tx.today()) {
            Ok(read) => read,
            Err(reason) => {
                fates.push((row.number, Fate::Late(reason)));
                continue;
            }
        };
        let (now, _) = read.update(&tx.store().keys, &was, tx.today())?;
        changed.push(update_values(tx, id, &now)?);
        let moves = branch.id != was.branch;
        if moves {
            moved.entry(branch.id).or_default().push(id);
        }
        let fate = Fate::Updated {
            object: id,
            version: was.version + 1 + i64::from(moves),
            was: before(&was),
        };
        fates.push((row.number, fate));
    }
    write_updates(tx, changed).await?;
    for (branch, members) in moved {
        if let Some(to) = org::store::find_node(tx, branch).await? {
            move_members(tx, &members, &to, tx.today()).await?;
        }
    }
    Ok(fates)
}

async fn standing(tx: &Tx, ids: &[Id]) -> Result<HashMap<Id, Member>, Error> {
    let mut standing = HashMap::with_capacity(ids.len());
    for some in ids.chunks(500) {
        standing.extend(rows::by_ids(tx, some).await?.into_iter().map(|m| (m.id, m)));
    }
    Ok(standing)
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

async fn undo_created(tx: &Tx, did: &[Did]) -> Result<Vec<(usize, Undone)>, Error> {
    let ids: Vec<Id> = did.iter().map(|one| one.object).collect();
    let values = |ids: &[Id]| ids.iter().map(|id| id.value()).collect::<Vec<_>>();
    let list = placeholders(1, ids.len());
    let sql = format!("SELECT id FROM member WHERE id IN ({list}) AND version <> 1");
    let mut kept: HashSet<Id> = tx.column(&sql, values(&ids)).await?.into_iter().collect();
    for (table, column) in IN_USE {
        let sql = format!("SELECT {column} FROM {table} WHERE {column} IN ({list})");
        kept.extend(tx.column::<Id>(&sql, values(&ids)).await?);
    }
    let gone: Vec<Id> = ids.into_iter().filter(|id| !kept.contains(id)).collect();
    for sql in [
        "DELETE FROM membership WHERE member",
        "DELETE FROM member WHERE id",
    ] {
        let sql = format!("{sql} IN ({})", placeholders(1, gone.len()));
        tx.exec(&sql, values(&gone)).await?;
    }
    let fate = |one: &Did| match kept.contains(&one.object) {
        true => (one.number, Undone::Kept),
        false => (one.number, Undone::Gone),
    };
    Ok(did.iter().map(fate).collect())
}

async fn undo_updated(tx: &Tx, did: &[Did]) -> Result<Vec<(usize, Undone)>, Error> {
    let ids: Vec<Id> = did.iter().map(|one| one.object).collect();
    let standing = standing(tx, &ids).await?;
    let mut back = Vec::new();
    let mut fates = Vec::with_capacity(did.len());
    for one in did {
        let now = standing.get(&one.object);
        let now = now.filter(|m| m.version == one.version);
        let Some((now, was)) = now.zip(one.was.as_ref()) else {
            fates.push((one.number, Undone::Kept));
            continue;
        };
        let text = |key: &str| was[key].as_str().map(str::to_owned);
        let mut row = params![one.object];
        row.extend(COLUMNS.iter().map(|(column, _)| text(column).value()));
        back.push(row);
        let branch: Id = serde_json::from_value(was["branch"].clone())?;
        if branch != now.branch {
            return_member(tx, one.object, branch).await?;
        }
        fates.push((one.number, Undone::Gone));
    }
    write_updates(tx, back).await?;
    Ok(fates)
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
