//! Keeps the engine's answers in the transaction that changes what they rest on.

use crate::store::{DUTY_COLUMNS, DutyRow, FACT_COLUMNS, FactRow, HeldRow, Key, RequirementRow};
use ::store::{Db, Error, Tx, Value, params, placeholders};
use futures_util::future::BoxFuture;
use kernel::{Day, Id, Instant, TreePath};
use rules::calendar::WorkingCalendar;
use rules::duty::{Duty, Fact, evaluate};
use rules::measure::RecordFact;
use std::collections::{BTreeMap, HashMap};
use web::{App, RecordChange};

/// Which duties to look at again.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Everything.
    All,
    /// Every duty of these requirements.
    Requirements(Vec<Id>),
    /// Open duties of the organisations at these paths.
    Places(Vec<TreePath>),
    /// These alone.
    Keys(Vec<Key>),
    /// Those that time alone changes by that day.
    TurnOf(Day),
}

impl Scope {
    /// As a condition over target `t`, requirement `r` and node `n`.
    fn sql(&self, values: &mut Vec<Value>) -> String {
        let mut list = |items: Vec<Value>| {
            let from = values.len() + 1;
            let n = items.len();
            values.extend(items);
            placeholders(from, n)
        };
        match self {
            Scope::All => "TRUE".to_owned(),
            Scope::Requirements(ids) => {
                format!("t.requirement IN ({})", list(ids.iter().flat_map(|id| params![*id]).collect()))
            }
            Scope::Places(paths) => format!(
                "r.closed_at IS NULL AND n.path IN ({})",
                list(paths.iter().flat_map(|p| params![p]).collect())
            ),
            Scope::Keys(keys) => {
                let pairs = keys.iter().map(|key| {
                    let pair = list(params![key.requirement, key.organisation]);
                    format!("(t.requirement, t.organisation) IN (({pair}))")
                });
                let pairs: Vec<_> = pairs.collect();
                if pairs.is_empty() { "FALSE".to_owned() } else { format!("({})", pairs.join(" OR ")) }
            }
            Scope::TurnOf(day) => format!(
                "r.closed_at IS NULL AND EXISTS (SELECT 1 FROM duty k WHERE k.requirement = t.requirement
                 AND k.organisation = t.organisation AND k.changes_on <= {})",
                list(params![*day])
            ),
        }
    }
}

::store::row! {
    struct TargetRow {
        requirement: Id,
        organisation: Id,
        applies: bool,
        because: String,
        path: TreePath,
        zone: Option<Id>,
        reviewer_path: TreePath,
    }
}

const TARGETS: &str = "FROM target t JOIN requirement r ON r.id = t.requirement
    JOIN node n ON n.id = t.organisation JOIN node v ON v.id = r.reviewer";

/// The turn of looking at duties again: two looks at once would both find a duty changed, and count
/// it twice. They wait for each other at the sums of the root in any case.
const TURN: i64 = 7_400_314;

/// Computes the duties in scope and keeps what changed, sums included. How many changed.
pub async fn refresh(tx: &Tx, scope: &Scope) -> Result<usize, Error> {
    tx.take_turn(TURN).await?;
    let computed = compute(tx, scope, tx.now()).await?;
    let before = kept(tx, scope).await?;
    let mut sums = Sums::default();
    let (mut gone, mut fresh) = (Vec::new(), Vec::new());
    for mut row in computed {
        let key = Key {
            requirement: row.requirement,
            organisation: row.organisation,
        };
        row.changed_at = tx.now();
        match before.get(&key) {
            Some(old) if same(old, &row) => continue,
            Some(old) => {
                sums.count(old, -1);
                gone.push(key);
            }
            None => {}
        }
        sums.count(&row, 1);
        fresh.push(row);
    }
    let changed = fresh.len();
    for chunk in gone.chunks(500) {
        let mut values = Vec::new();
        let condition = Scope::Keys(chunk.to_vec())
            .sql(&mut values)
            .replace("t.", "");
        tx.exec(&format!("DELETE FROM duty WHERE {condition}"), values)
            .await?;
    }
    tx.insert_many(
        "duty",
        &DUTY_COLUMNS,
        fresh.into_iter().map(into_values).collect(),
    )
    .await?;
    sums.keep(tx).await?;
    Ok(changed)
}

/// Whether two rows say the same; when they changed does not count.
fn same(old: &DutyRow, new: &DutyRow) -> bool {
    let mut new = new.clone();
    new.changed_at = old.changed_at;
    *old == new
}

fn into_values(d: DutyRow) -> Vec<Value> {
    params![
        d.requirement,
        d.organisation,
        d.path,
        d.zone,
        d.sheet,
        d.rank,
        d.reviewer_path,
        d.due,
        d.status,
        d.overdue,
        d.not_applicable,
        d.submitted_on,
        d.on_time,
        d.next,
        d.counted,
        d.missing,
        d.because,
        d.submission,
        d.handed_to,
        d.handed_name,
        d.extension_asked,
        d.changes_on,
        d.put_right_until,
        d.returned_field,
        d.changed_at
    ]
}

/// What is kept of the duties in scope.
pub(crate) async fn kept(db: &Db, scope: &Scope) -> Result<HashMap<Key, DutyRow>, Error> {
    let mut values = Vec::new();
    let condition = scope.sql(&mut values);
    let columns: Vec<_> = DUTY_COLUMNS.iter().map(|c| format!("d.{c}")).collect();
    let sql = format!(
        "SELECT {} {TARGETS} JOIN duty d ON d.requirement = t.requirement
         AND d.organisation = t.organisation WHERE {condition}",
        columns.join(", ")
    );
    let rows = db.all::<DutyRow>(&sql, values).await?;
    let key = |d: &DutyRow| Key {
        requirement: d.requirement,
        organisation: d.organisation,
    };
    Ok(rows.into_iter().map(|row| (key(&row), row)).collect())
}

/// The engine's answers for the duties in scope, in five statements whatever their number.
///
/// What was closed is judged as of the instant of its closing: it stays as it stood.
pub(crate) async fn compute(db: &Db, scope: &Scope, now: Instant) -> Result<Vec<DutyRow>, Error> {
    let mut values = Vec::new();
    let condition = scope.sql(&mut values);
    let targets: Vec<TargetRow> = db
        .all(
            &format!(
                "SELECT t.requirement, t.organisation, t.applies, t.because, n.path, n.zone,
                 v.path AS reviewer_path {TARGETS} WHERE {condition}"
            ),
            values.clone(),
        )
        .await?;
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let requirements = requirements(db, &condition, values.clone()).await?;
    let facts = facts(db, &condition, values).await?;
    let records = records(db, &targets, &requirements).await?;
    let calendar = WorkingCalendar::national();
    let mut rows = Vec::with_capacity(targets.len());
    for target in targets {
        let Some(requirement) = requirements.get(&target.requirement) else {
            continue;
        };
        let key = Key {
            requirement: target.requirement,
            organisation: target.organisation,
        };
        let facts = facts.get(&key).map_or(&[][..], Vec::as_slice);
        let as_of = requirement.closed_at.map_or(now, |closed| closed.min(now));
        let held = records.get(&target.path).map_or(&[][..], Vec::as_slice);
        let held: Vec<RecordFact> = held
            .iter()
            .filter(|row| row.stood_at(as_of))
            .map(HeldRow::fact)
            .collect();
        let demand = requirement.demand_of((!target.applies).then(|| target.because.clone()))?;
        let known: Vec<Fact> = facts.iter().filter_map(FactRow::fact).collect();
        let answer = evaluate(&demand, &known, &held, &calendar, as_of.day());
        rows.push(into_row(requirement, target, facts, answer)?);
    }
    Ok(rows)
}

fn into_row(
    requirement: &RequirementRow,
    target: TargetRow,
    facts: &[FactRow],
    answer: Duty,
) -> Result<DutyRow, Error> {
    let handed = facts.iter().rev().find(|f| f.handed_to.is_some());
    Ok(DutyRow {
        requirement: target.requirement,
        organisation: target.organisation,
        path: target.path,
        zone: target.zone,
        sheet: requirement.source,
        rank: requirement.rank,
        reviewer_path: target.reviewer_path,
        due: answer.due,
        status: answer.status.code().to_owned(),
        overdue: answer.overdue,
        not_applicable: answer.not_applicable,
        submitted_on: answer.submitted_on,
        on_time: answer.on_time,
        next: answer.next.code().to_owned(),
        counted: serde_json::to_string(&answer.counted)?,
        missing: serde_json::to_string(&answer.missing)?,
        because: serde_json::to_string(&answer.because)?,
        submission: facts.iter().rev().find_map(|f| f.submission),
        handed_to: handed.and_then(|f| f.handed_to),
        handed_name: handed.and_then(|f| f.handed_name.clone()),
        extension_asked: answer.extension_asked,
        changes_on: answer.changes_on,
        put_right_until: answer.put_right_until,
        returned_field: answer.returned_field,
        changed_at: kernel::Instant::default(),
    })
}

async fn requirements(
    db: &Db,
    condition: &str,
    values: Vec<Value>,
) -> Result<HashMap<Id, RequirementRow>, Error> {
    let sql = format!(
        "SELECT * FROM requirement WHERE id IN (SELECT t.requirement {TARGETS} WHERE {condition})"
    );
    let rows = db.all::<RequirementRow>(&sql, values).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

async fn facts(
    db: &Db,
    condition: &str,
    values: Vec<Value>,
) -> Result<HashMap<Key, Vec<FactRow>>, Error> {
    let columns = FACT_COLUMNS
        .split(", ")
        .map(|c| format!("f.{c}"))
        .collect::<Vec<_>>()
        .join(", ");
    let sql = format!(
        "SELECT {columns} {TARGETS} JOIN fact f ON f.requirement = t.requirement
         AND f.organisation = t.organisation WHERE {condition} ORDER BY f.id"
    );
    let mut by_key: HashMap<Key, Vec<FactRow>> = HashMap::new();
    for fact in db.all::<FactRow>(&sql, values).await? {
        let key = Key {
            requirement: fact.requirement,
            organisation: fact.organisation,
        };
        by_key.entry(key).or_default().push(fact);
    }
    Ok(by_key)
}

/// Records that may count, by the path of the organisation they count for: its own and those of the
/// organisations below it.
async fn records(
    db: &Db,
    targets: &[TargetRow],
    requirements: &HashMap<Id, RequirementRow>,
) -> Result<HashMap<TreePath, Vec<HeldRow>>, Error> {
    /// Beyond so many organisations one scan over the days is cheaper than many ranges.
    const MOST_RANGES: usize = 20;
    let mut paths: Vec<&TreePath> = targets.iter().map(|t| &t.path).collect();
    paths.sort();
    paths.dedup();
    let from = requirements.values().map(|r| r.window_from).min();
    let Some(from) = from else {
        return Ok(HashMap::new());
    };
    let mut values = params![from];
    let mut place = "TRUE".to_owned();
    if paths.len() <= MOST_RANGES {
        let reach = web::Reach {
            subtrees: paths.iter().map(|p| (*p).clone()).collect(),
            ..web::Reach::default()
        };
        place = reach.sql("r.path", "r.zone", &mut values);
    }
    let sql = format!(
        "SELECT r.id, r.kind, r.subkind, r.path, r.day, r.title, r.speaker_is_secretary,
         r.speaker_birth, r.attended, r.expected,
         (SELECT COUNT(*) FROM file_use u WHERE u.object_kind = 'record' AND u.object = r.id) AS evidence,
         r.created_at, r.removed_at FROM record r WHERE r.day >= $1 AND {place} ORDER BY r.day, r.id"
    );
    let mut by_path: HashMap<TreePath, Vec<HeldRow>> = HashMap::new();
    for row in db.all::<HeldRow>(&sql, values).await? {
        let own = std::iter::once(row.path.clone());
        for place in row.path.ancestors().chain(own) {
            if paths.binary_search(&&place).is_ok() {
                by_path.entry(place).or_default().push(row.clone());
            }
        }
    }
    Ok(by_path)
}

/// 汇总: how many duties of a sheet stand how, at every place they are seen from.
#[derive(Default)]
struct Sums(BTreeMap<(Id, String, String), i64>);

/// A place of sums: the zone's own.
pub fn zone_place(zone: Id) -> String {
    format!("z{zone}")
}

impl Sums {
    fn count(&mut self, duty: &DutyRow, n: i64) {
        if duty.not_applicable.is_some() {
            return;
        }
        let up = duty.path.ancestors().map(|p| p.to_string());
        let own = std::iter::once(duty.path.to_string());
        let zone = duty.zone.map(zone_place);
        for place in up.chain(own).chain(zone) {
            for status in [duty.status.as_str()]
                .into_iter()
                .chain(duty.overdue.then_some("overdue"))
            {
                *self
                    .0
                    .entry((duty.sheet, place.clone(), status.to_owned()))
                    .or_default() += n;
            }
        }
    }

    /// In the order of the keys, so that two transactions never wait for each other crosswise.
    async fn keep(self, tx: &Tx) -> Result<(), Error> {
        let changed: Vec<_> = self.0.into_iter().filter(|(_, n)| *n != 0).collect();
        for chunk in changed.chunks(500) {
            let (mut values, mut groups) = (Vec::new(), Vec::new());
            for ((sheet, place, status), n) in chunk {
                groups.push(format!("({})", placeholders(values.len() + 1, 4)));
                values.extend(params![*sheet, place, status, *n]);
            }
            let sql = format!(
                "INSERT INTO duty_sum (sheet, place, status, n) VALUES {}
                 ON CONFLICT (sheet, place, status) DO UPDATE SET n = duty_sum.n + excluded.n",
                groups.join(", ")
            );
            tx.exec(&sql, values).await?;
        }
        Ok(())
    }
}

/// Job `places_moved`: an organisation moved, and its rows follow; the sums are counted anew from
/// the rows, which the move has rewritten.
pub fn places_moved(app: App, _: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        app.store
            .housekeeping(|tx| async move {
                tx.exec("DELETE FROM duty_sum", vec![]).await?;
                let mut sums = Sums::default();
                for row in kept(&tx, &Scope::All).await?.values() {
                    sums.count(row, 1);
                }
                Ok(sums.keep(&tx).await?)
            })
            .await
    })
}

/// A record changed: the duties of its organisation and of those above are looked at again.
pub fn on_record(tx: Tx, change: RecordChange) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let own = std::iter::once(change.path.clone());
        let places = change.path.ancestors().chain(own).collect();
        refresh(&tx, &Scope::Places(places)).await?;
        Ok(())
    })
}

/// Job of the turn of the day: only what the date changes.
pub fn turn_of_day(app: App, _: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move { advance(&app.store).await.map(|_| ()) })
}

/// Looks again at the duties that time alone has changed; how many changed.
pub async fn advance(store: &::store::Store) -> Result<usize, Error> {
    let today = store.today();
    store
        .housekeeping(|tx| async move { Ok(refresh(&tx, &Scope::TurnOf(today)).await?) })
        .await
}
