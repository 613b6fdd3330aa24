//! 计算: a draft's lines from duties as they stand. The only reader of live facts; what is sent is
//! never read from here again.

use crate::entities::{ItemLine, Judged, Line, Named, Ranking, RecordName, SheetName, Subject};
use crate::entities::{line_of, rank};
use crate::store::{self, AskedRow, FactRow, RecordRow, Scope, SubjectRow};
use ::store::{Db, Error};
use kernel::{Day, Id, Period};
use rules::duty::Status;
use rules::score::{Scoring, Standing, Terms};
use std::collections::{BTreeSet, HashMap};

/// What a draft comes to on a day.
#[derive(Clone, Debug)]
pub struct Computed {
    /// 计分办法
    pub terms: Terms,
    /// The sheets that counted.
    pub sheets: Vec<SheetName>,
    /// Ranked.
    pub lines: Vec<Line>,
    /// Substantive duties of the period that fall due only later, which do not count yet.
    pub not_due: i64,
}

/// Computes it: what fell due in the period and before that day counts.
pub async fn compute(db: &Db, ranking: &Ranking, today: Day) -> Result<Computed, Error> {
    let terms = Terms {
        objection_workdays: u32::try_from(ranking.objection_days).unwrap_or(0),
        ..Scoring::shipped().on(ranking.period_to)
    };
    let to = ranking.period_to.min(today.plus_days(-1));
    let scope = Scope {
        issuer: ranking.issuer,
        path: ranking.path.clone(),
        period: Period {
            from: ranking.period_from,
            to,
        },
        sheets: ranking.chosen_sheets(),
    };
    let sheets = store::sheets_in(db, &scope).await?;
    let sheets: Vec<SheetName> = sheets
        .into_iter()
        .map(|sheet| SheetName {
            id: sheet.id,
            label: sheet.label(),
            title: sheet.title,
        })
        .collect();
    let not_due = store::not_due_yet(db, &scope, ranking.period_to).await?;
    let mut items = items(db, &scope, &sheets).await?;
    let period = ranking.period();
    let mut lines: Vec<Line> = subjects(db, &scope)
        .await?
        .into_iter()
        .map(|subject| {
            let own = items.remove(&subject.organisation).unwrap_or_default();
            line_of(subject, own, &terms, period)
        })
        .collect();
    rank(&mut lines, terms.tail);
    Ok(Computed {
        terms,
        sheets,
        lines,
        not_due,
    })
}

async fn items(
    db: &Db,
    scope: &Scope,
    sheets: &[SheetName],
) -> Result<HashMap<Id, Vec<ItemLine>>, Error> {
    let asked = store::asked(db, scope).await?;
    let facts = store::facts(db, scope).await?;
    let mut counted: Vec<Vec<Id>> = Vec::with_capacity(asked.len());
    for row in &asked {
        counted.push(serde_json::from_str(&row.counted)?);
    }
    let ids: BTreeSet<Id> = counted.iter().flatten().copied().collect();
    let records = store::records(db, &ids.into_iter().collect::<Vec<_>>()).await?;
    let labels: HashMap<Id, &str> = sheets.iter().map(|s| (s.id, s.label.as_str())).collect();
    let mut by_organisation: HashMap<Id, Vec<ItemLine>> = HashMap::new();
    for (row, counted) in asked.into_iter().zip(counted) {
        let key = duty::Key {
            requirement: row.requirement,
            organisation: row.organisation,
        };
        let facts = facts.get(&key).map_or(&[][..], Vec::as_slice);
        let label = labels.get(&row.sheet).copied().unwrap_or_default();
        let organisation = row.organisation;
        let item = item(row, facts, label, &counted, &records);
        by_organisation.entry(organisation).or_default().push(item);
    }
    Ok(by_organisation)
}

fn item(
    row: AskedRow,
    facts: &[FactRow],
    sheet_label: &str,
    counted: &[Id],
    records: &HashMap<Id, RecordRow>,
) -> ItemLine {
    let applies = row.not_applicable.is_none();
    let status = Status::from_code(&row.status).unwrap_or(Status::NotStarted);
    let standing = Standing::from_status(status, row.on_time, applies);
    let judgements = standing_judgements(facts);
    let done = matches!(standing, Standing::OnTime | Standing::Late);
    let named = |id: &Id| {
        let row = records.get(id)?;
        Some(RecordName {
            id: *id,
            title: row.title.clone(),
            day: row.day,
        })
    };
    let exempted = || {
        let last = facts.iter().rev().find(|f| f.kind == "exempted");
        last.map(|fact| fact.reason.clone())
    };
    ItemLine {
        requirement: row.requirement,
        sheet: row.sheet,
        sheet_label: sheet_label.to_owned(),
        outline: row.outline,
        title: row.title,
        substantive: row.substantive,
        weight: u32::try_from(row.weight).unwrap_or(0),
        due: row.due,
        standing,
        put_right: standing == Standing::OnTime
            && judgements.iter().any(|fact| fact.kind == "returned"),
        factor: 0,
        submitted_on: row.submitted_on,
        judged: judgements.last().map(|fact| Judged {
            by: fact.by_name.clone(),
            at: fact.at,
        }),
        records: counted.iter().filter(|_| done).filter_map(named).collect(),
        reason: match (standing, row.not_applicable) {
            (Standing::Excused, Some(reason)) => Some(format!("不适用：{reason}")),
            (Standing::Excused, None) => Some(format!("免除：{}", exempted().unwrap_or_default())),
            _ => None,
        },
        correction: None,
    }
}

/// Judgements that were not taken back, oldest first.
fn standing_judgements(facts: &[FactRow]) -> Vec<&FactRow> {
    let mut standing = Vec::new();
    for fact in facts {
        match fact.kind.as_str() {
            "accepted" | "returned" => standing.push(fact),
            "review_undone" => {
                standing.pop();
            }
            _ => {}
        }
    }
    standing
}

async fn subjects(db: &Db, scope: &Scope) -> Result<Vec<Subject>, Error> {
    let rows = store::subjects(db, scope).await?;
    let closed: HashMap<Id, Day> = rows
        .iter()
        .filter_map(|row| Some((row.id, row.to_day?)))
        .collect();
    let mut into = store::successors(db, &closed).await?;
    let of = |row: SubjectRow| Subject {
        into: into.remove(&row.id).unwrap_or_default(),
        organisation: row.id,
        name: row.name,
        parent: row.parent.unwrap_or_default(),
        zone: row
            .zone
            .zip(row.zone_name)
            .map(|(key, name)| Named { key, name }),
        kind: Named {
            key: row.kind,
            name: row.kind_name,
        },
        from: row.from_day,
        to: row.to_day,
    };
    Ok(rows.into_iter().map(of).collect())
}
