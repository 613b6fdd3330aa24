//! 下达: requirements and their frozen applicability come into force.

use ::store::{Error, Tx, params};
use kernel::{Day, Id, TreePath};
use rules::measure::Measure;
use rules::who::Who;

/// A requirement as its source (sheet, pack, plan, form) makes it; one for each period.
#[derive(Clone, Debug)]
pub struct NewRequirement {
    /// `sheet` and others to come.
    pub source_kind: &'static str,
    /// Which sheet.
    pub source: Id,
    /// Which item of it.
    pub item: Id,
    /// Who asks: path of the issuing organisation.
    pub path: TreePath,
    /// Place in the source, low first.
    pub rank: i64,
    /// `二、(三)2.`
    pub outline: String,
    /// What is asked, in a few words.
    pub title: String,
    /// What is asked, in full.
    pub demand: String,
    /// `清教党〔2026〕3号 二、(三)2.`
    pub source_words: String,
    /// `2026-10`; empty when asked once.
    pub period_key: String,
    /// Records count from here.
    pub window_from: Day,
    /// Records count until here; none while a late one may still answer.
    pub window_to: Option<Day>,
    /// 期限
    pub due: Day,
    /// The deadline in the source's words.
    pub due_words: String,
    /// What answers it.
    pub measure: Measure,
    /// 佐证材料, by name.
    pub evidence: Vec<String>,
    /// Most files a submission may carry.
    pub max_files: i64,
    /// Why a photo is needed; none when it is not.
    pub photo_why: Option<String>,
    /// Whether a file must come.
    pub needs_file: bool,
    /// 权重
    pub weight: i64,
    /// 实质事项
    pub substantive: bool,
    /// Organisation that reviews.
    pub reviewer: Id,
    /// Whom it concerns.
    pub who: Who,
    /// The same in words.
    pub who_words: String,
    /// Estimated seconds a school spends on it in the system.
    pub effort_seconds: i64,
}

/// 适用结论, frozen at issue.
#[derive(Clone, Debug)]
pub struct Target {
    /// Which organisation.
    pub organisation: Id,
    /// Whether it is concerned.
    pub applies: bool,
    /// Why, in words.
    pub because: String,
}

const COLUMNS: [&str; 28] = [
    "id",
    "source_kind",
    "source",
    "item",
    "path",
    "rank",
    "outline",
    "title",
    "demand",
    "source_words",
    "period_key",
    "window_from",
    "window_to",
    "due",
    "due_words",
    "measure",
    "evidence",
    "max_files",
    "photo_why",
    "needs_file",
    "weight",
    "substantive",
    "reviewer",
    "who",
    "who_words",
    "effort_seconds",
    "issued_at",
    "closed_at",
];

/// Puts the requirements in force, each with its targets, and computes every duty. The ids, in order.
pub async fn impose(
    tx: &Tx,
    requirements: &[NewRequirement],
    targets: &[Vec<Target>],
) -> Result<Vec<Id>, Error> {
    let ids: Vec<Id> = requirements.iter().map(|_| tx.new_id()).collect();
    let mut rows = Vec::with_capacity(ids.len());
    for (id, r) in ids.iter().zip(requirements) {
        rows.push(params![
            *id,
            r.source_kind,
            r.source,
            r.item,
            &r.path,
            r.rank,
            &r.outline,
            &r.title,
            &r.demand,
            &r.source_words,
            &r.period_key,
            r.window_from,
            r.window_to,
            r.due,
            &r.due_words,
            serde_json::to_string(&r.measure)?,
            serde_json::to_string(&r.evidence)?,
            r.max_files,
            &r.photo_why,
            r.needs_file,
            r.weight,
            r.substantive,
            r.reviewer,
            serde_json::to_string(&r.who)?,
            &r.who_words,
            r.effort_seconds,
            tx.now(),
            None::<i64>,
        ]);
    }
    tx.insert_many("requirement", &COLUMNS, rows).await?;
    let frozen = ids.iter().zip(targets).flat_map(|(id, targets)| {
        targets
            .iter()
            .map(|t| params![*id, t.organisation, t.applies, &t.because])
    });
    let columns = ["requirement", "organisation", "applies", "because"];
    tx.insert_many("target", &columns, frozen.collect()).await?;
    crate::maintain::refresh(tx, &crate::maintain::Scope::Requirements(ids.clone())).await?;
    Ok(ids)
}

/// Ends the requirements of a source: their duties stay as they stood and are asked of nobody.
pub async fn close(tx: &Tx, source_kind: &str, source: Id) -> Result<(), Error> {
    let sql = "UPDATE requirement SET closed_at = $3
               WHERE source_kind = $1 AND source = $2 AND closed_at IS NULL";
    tx.exec(sql, params![source_kind, source, tx.now()]).await?;
    Ok(())
}
