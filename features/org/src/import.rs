//! 导入: a sheet becomes a plan, a person looks at the plan, then it is done; later it can be undone.
//! The machinery is the same for organisations and members; what a row means is theirs.

use crate::pages::import_page::Shown;
use kernel::{Id, Instant, TreePath};
use office::table;
use office::xlsx::{Column, SheetOut, Value, Workbook};
use serde::{Deserialize, Serialize};
use store::{Db, Error, Keys, Tx, params};
use web::Place;

/// Rows one file may have.
pub const MOST_ROWS: usize = 5_000;

/// 计划: every row with what will become of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Rows in the file's order.
    pub rows: Vec<PlanRow>,
}

/// One row of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRow {
    /// As Excel numbers it.
    pub number: usize,
    /// What it is about, as shown.
    pub title: String,
    /// The row under the template's columns.
    pub cells: Vec<String>,
    /// What will become of it.
    pub verdict: Verdict,
}

/// 打算: what an import will do with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Verdict {
    /// 新增
    Create,
    /// 更新
    Update {
        /// Which row of ours.
        object: Id,
        /// Its version when the plan was made.
        version: i64,
        /// Field by field.
        changes: Vec<Change>,
    },
    /// 没有变化
    Same {
        /// Which row of ours.
        object: Id,
    },
    /// 拿不准: somebody must choose; what they do not choose is left out.
    Doubt {
        /// Why.
        why: String,
        /// What they may choose.
        choices: Vec<Choice>,
    },
    /// 不能导入
    Bad {
        /// Why, and the way out.
        reason: String,
    },
}

/// One way to settle a doubt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the user reads.
    pub label: String,
    /// What it comes to.
    pub verdict: Verdict,
}

/// A field that an update changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The column.
    pub field: String,
    /// As it stands, masked where it is masked elsewhere.
    pub was: String,
    /// As it will be.
    pub now: String,
}

/// 结果 of an import that was carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Rows made: (key, title).
    pub created: Vec<(Id, String)>,
    /// Rows changed, each with what it was before, for undoing.
    pub updated: Vec<Before>,
    /// Rows that could not go in after all: (row number, reason).
    pub late: Vec<(usize, String)>,
    /// After undoing: rows left as they are because somebody had edited or used them since.
    pub kept: Vec<String>,
}

/// What an updated row was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// Which row.
    pub id: Id,
    /// What it is about.
    pub title: String,
    /// Its version after the import.
    pub version: i64,
    /// Its columns before; the feature that wrote it reads it.
    pub was: serde_json::Value,
}

store::row! {
    struct Stored {
        id: Id,
        kind: String,
        organisation: Id,
        path: TreePath,
        file_name: String,
        at: Instant,
        by_account: Option<Id>,
        by_name: String,
        plan: String,
        applied_at: Option<Instant>,
        undone_at: Option<Instant>,
        outcome: Option<String>,
    }
}

/// An import as kept.
#[derive(Clone, Debug)]
pub struct Import {
    /// Key.
    pub id: Id,
    /// `organisation` or `member`.
    pub kind: String,
    /// For which organisation.
    pub organisation: Id,
    /// Where that is.
    pub path: TreePath,
    /// Name of the file.
    pub file_name: String,
    /// When it was uploaded.
    pub at: Instant,
    /// By whom.
    pub by_account: Option<Id>,
    /// Their name.
    pub by_name: String,
    /// What it will do, or did.
    pub plan: Plan,
    /// When it was carried out.
    pub applied_at: Option<Instant>,
    /// When it was undone.
    pub undone_at: Option<Instant>,
    /// What came of it.
    pub outcome: Outcome,
}

impl Import {
    /// Where it lies for rights.
    pub fn place(&self) -> Place {
        Place::new(&self.path, None)
    }
}

/// Reads an uploaded sheet and brings its columns into the template's order. The sentence says why
/// not.
pub async fn read(
    template: &SheetOut,
    file_name: &str,
    bytes: axum::body::Bytes,
) -> Result<Vec<table::Row>, String> {
    let name = file_name.to_owned();
    let sheet = tokio::task::spawn_blocking(move || table::read(&bytes, &name, MOST_ROWS))
        .await
        .map_err(|_| "文件读到一半出了问题，请重新上传。".to_owned())?
        .map_err(|error| error.to_string())?;
    let places: Vec<Option<usize>> = template
        .columns
        .iter()
        .map(|column| {
            sheet
                .header
                .iter()
                .position(|title| fits(title, &column.title))
        })
        .collect();
    let missing: Vec<&str> = template
        .columns
        .iter()
        .zip(&places)
        .filter(|(column, place)| column.required && place.is_none())
        .map(|(column, _)| column.title.as_str())
        .collect();
    if !missing.is_empty() {
        return Err(format!(
            "表里没有“{}”这一列，请用下载的模板填写，表头不要改。",
            missing.join("”“")
        ));
    }
    let bring = |row: table::Row| table::Row {
        number: row.number,
        cells: places
            .iter()
            .map(|at| {
                at.and_then(|at| row.cells.get(at))
                    .map_or_else(String::new, |c| c.trim().to_owned())
            })
            .collect(),
    };
    let rows: Vec<_> = sheet.rows.into_iter().map(bring).collect();
    if rows
        .iter()
        .all(|row| row.cells.iter().all(String::is_empty))
    {
        return Err("表里没有数据行，请在表头下面填写后再上传。".to_owned());
    }
    Ok(rows
        .into_iter()
        .filter(|row| row.cells.iter().any(|c| !c.is_empty()))
        .collect())
}

fn fits(found: &str, wanted: &str) -> bool {
    let alias: &[&str] = match wanted {
        "公民身份号码" => &["身份证号", "身份证号码", "公民身份证号", "证件号码"],
        "单位" => &["所在党支部", "党支部", "所在党组织", "支部名称"],
        "出生日期" => &["出生年月", "出生年月日", "出生时间"],
        "入党日期" => &["入党时间", "入党年月", "加入党组织日期"],
        "转正日期" => &["转正时间"],
        "党员身份" => &["人员类别", "党员状态", "正式预备"],
        "党员类别" => &["类别"],
        "电话" => &["联系电话", "手机", "手机号", "手机号码"],
        "岗位" => &["工作岗位", "职务", "岗位职务"],
        "上级" => &["上级组织", "上级党组织", "隶属", "所属党组织"],
        _ => &[],
    };
    found == wanted || alias.contains(&found)
}

/// Keeps a plan until somebody confirms it. It is sealed: it holds what people typed.
pub async fn keep(
    tx: &Tx,
    kind: &str,
    organisation: &crate::Node,
    file_name: &str,
    plan: &Plan,
) -> Result<Id, Error> {
    let id = tx.new_id();
    let store = tx.store();
    let plan = serde_json::to_string(plan)?;
    let plan = store
        .keys
        .seal(&store.context, &format!("import/plan/{id}"), &plan)?;
    let name: String = file_name.chars().take(120).collect();
    tx.exec(
        "INSERT INTO import (id, kind, organisation, path, file_name, at, by_account, by_name, plan)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            id, kind, organisation.id, &organisation.path, name, tx.now(), tx.by().account,
            &tx.by().name, plan
        ],
    )
    .await?;
    Ok(id)
}

/// The import of that kind and id.
pub async fn find(db: &Db, keys: &Keys, kind: &str, id: Id) -> Result<Option<Import>, Error> {
    let row: Option<Stored> = db
        .find(
            "SELECT id, kind, organisation, path, file_name, at, by_account, by_name, plan,
                    applied_at, undone_at, outcome
             FROM import WHERE id = $1 AND kind = $2",
            params![id, kind],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let plan = keys.open(&format!("import/plan/{id}"), &row.plan)?;
    let outcome = match &row.outcome {
        Some(sealed) => serde_json::from_str(&keys.open(&format!("import/outcome/{id}"), sealed)?)?,
        None => Outcome::default(),
    };
    Ok(Some(Import {
        id: row.id,
        kind: row.kind,
        organisation: row.organisation,
        path: row.path,
        file_name: row.file_name,
        at: row.at,
        by_account: row.by_account,
        by_name: row.by_name,
        plan: serde_json::from_str(&plan)?,
        applied_at: row.applied_at,
        undone_at: row.undone_at,
        outcome,
    }))
}

async fn seal_outcome(tx: &Tx, id: Id, outcome: &Outcome) -> Result<String, Error> {
    let store = tx.store();
    let text = serde_json::to_string(outcome)?;
    store
        .keys
        .seal(&store.context, &format!("import/outcome/{id}"), &text)
}

/// Marks an import as carried out; false if somebody was quicker.
pub async fn mark_applied(tx: &Tx, id: Id, outcome: &Outcome) -> Result<bool, Error> {
    let outcome = seal_outcome(tx, id, outcome).await?;
    let sql =
        "UPDATE import SET applied_at = $2, outcome = $3 WHERE id = $1 AND applied_at IS NULL";
    Ok(tx.exec(sql, params![id, tx.now(), outcome]).await? == 1)
}

/// Marks an import as undone; false if somebody was quicker.
pub async fn mark_undone(tx: &Tx, id: Id, outcome: &Outcome) -> Result<bool, Error> {
    let outcome = seal_outcome(tx, id, outcome).await?;
    let sql = "UPDATE import SET undone_at = $2, outcome = $3
               WHERE id = $1 AND applied_at IS NOT NULL AND undone_at IS NULL";
    Ok(tx.exec(sql, params![id, tx.now(), outcome]).await? == 1)
}

store::row! {
    /// An import in a list.
    #[derive(Clone, Debug)]
    pub struct Listed {
        /// Key.
        pub id: Id,
        /// Name of the file.
        pub file_name: String,
        /// When.
        pub at: Instant,
        /// By whom.
        pub by_name: String,
        /// When it was carried out.
        pub applied_at: Option<Instant>,
        /// When it was undone.
        pub undone_at: Option<Instant>,
    }
}

impl Listed {
    /// 状态
    pub fn state(&self) -> &'static str {
        match (self.applied_at, self.undone_at) {
            (_, Some(_)) => "已撤销",
            (Some(_), None) => "已导入",
            (None, None) => "待核对",
        }
    }
}

/// The latest imports of a kind within reach.
pub async fn latest(db: &Db, kind: &str, reach: &web::Reach) -> Result<Vec<Listed>, Error> {
    let mut values = params![kind];
    let within = reach.sql("path", "organisation", &mut values);
    let sql = format!(
        "SELECT id, file_name, at, by_name, applied_at, undone_at FROM import
         WHERE kind = $1 AND {within} ORDER BY id DESC LIMIT 10"
    );
    db.all(&sql, values).await
}

impl Plan {
    /// The plan after somebody has settled its doubts: `chosen` gives the choice for a row.
    pub fn settled(&self, chosen: impl Fn(usize) -> Option<usize>) -> Plan {
        let settle = |row: &PlanRow| {
            let mut row = row.clone();
            if let Verdict::Doubt { choices, .. } = &row.verdict {
                row.verdict = match chosen(row.number).and_then(|at| choices.get(at)) {
                    Some(choice) => choice.verdict.clone(),
                    None => Verdict::Bad {
                        reason: "拿不准，没有选，先不导入。".to_owned(),
                    },
                };
            }
            row
        };
        Plan {
            rows: self.rows.iter().map(settle).collect(),
        }
    }

    /// How many rows will go in without a choice.
    pub fn sure(&self) -> usize {
        let goes = |row: &&PlanRow| matches!(row.verdict, Verdict::Create | Verdict::Update { .. });
        self.rows.iter().filter(goes).count()
    }

    /// 退回的行: those that cannot go in, under the template's columns, with their reasons.
    pub fn bad_sheet(&self, template: &SheetOut) -> Result<Vec<u8>, office::OfficeError> {
        let mut bad = Vec::new();
        for row in &self.rows {
            let reason = match &row.verdict {
                Verdict::Bad { reason } => reason.clone(),
                Verdict::Doubt { why, .. } => format!("拿不准：{why}"),
                _ => continue,
            };
            bad.push((
                row.cells.iter().map(|c| Value::from(c.as_str())).collect(),
                reason,
            ));
        }
        office::xlsx::write(&Workbook {
            sheets: vec![as_text(template).template_back(bad)],
        })
    }

    /// What the preview shows.
    pub fn shown(&self) -> Shown {
        Shown::of(self)
    }
}

/// The template with every column as text: bad rows hold what was typed, not what was meant.
fn as_text(template: &SheetOut) -> SheetOut {
    let plain = |c: &Column| Column {
        kind: office::xlsx::Kind::Text,
        ..c.clone()
    };
    SheetOut {
        columns: template.columns.iter().map(plain).collect(),
        ..template.clone()
    }
}
