use super::{Outcome, load_to_work};
use crate::maintain::{Scope, refresh};
use crate::store::{Key, NewFact, append_fact};
use ::store::{Db, Error, Fail, Tx, params};
use kernel::{Id, Instant};
use rules::duty::Status;
use web::Actor;

/// 草稿: what was typed and chosen so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// 完成情况
    pub text: String,
    /// Files chosen.
    pub files: Vec<Id>,
    /// Records ticked; none yet decided when absent.
    pub records: Option<Vec<Id>>,
    /// Version; 0 when nothing was saved.
    pub version: i64,
    /// When it was saved.
    pub saved_at: Instant,
}

::store::row! {
    struct DraftRow {
        text: String,
        files: String,
        records: String,
        version: i64,
        saved_at: Instant,
    }
}

/// The draft of a duty, if one.
pub async fn find_draft(db: &Db, key: Key) -> Result<Option<Draft>, Error> {
    let sql = "SELECT text, files, records, version, saved_at FROM duty_draft
               WHERE requirement = $1 AND organisation = $2";
    let Some(row) = db
        .find::<DraftRow>(sql, params![key.requirement, key.organisation])
        .await?
    else {
        return Ok(None);
    };
    Ok(Some(Draft {
        text: row.text,
        files: serde_json::from_str(&row.files)?,
        records: serde_json::from_str(&row.records)?,
        version: row.version,
        saved_at: row.saved_at,
    }))
}

/// Saves what was typed; the new version. The first saving says that the work is under way. A draft
/// is no deed: it leaves no audit entry.
pub async fn save_draft(tx: &Tx, actor: &Actor, key: Key, draft: &Draft) -> Outcome<i64> {
    let loaded = load_to_work(tx, actor, key).await?;
    let status = Status::from_code(&loaded.duty.status);
    if !matches!(
        status,
        Some(Status::NotStarted | Status::UnderWay | Status::Returned)
    ) {
        return Err(Fail::Stale);
    }
    let version = write(tx, actor.account, key, draft, Some(draft.version)).await?;
    if status == Some(Status::NotStarted) {
        append_fact(
            tx,
            key,
            &NewFact {
                kind: "started",
                ..NewFact::default()
            },
        )
        .await?;
        refresh(tx, &Scope::Keys(vec![key])).await?;
    }
    Ok(version)
}

async fn write(tx: &Tx, by: Id, key: Key, draft: &Draft, expected: Option<i64>) -> Outcome<i64> {
    let text: String = draft.text.chars().take(4000).collect();
    let (files, records) = (
        serde_json::to_string(&draft.files)?,
        serde_json::to_string(&draft.records)?,
    );
    let (requirement, organisation) = (key.requirement, key.organisation);
    let kept: Option<(i64, Option<Id>)> = tx
        .find(
            "SELECT version, saved_by FROM duty_draft WHERE requirement = $1 AND organisation = $2",
            params![requirement, organisation],
        )
        .await?;
    let (current, last) = kept.unwrap_or((0, None));
    // One's own page saves again and again from the version it opened with; somebody else's saving
    // in between is what must not be overwritten.
    let by_another = current > 0 && last != Some(by);
    if by_another && expected.is_some_and(|version| version != current) {
        return Err(Fail::Stale);
    }
    tx.exec(
        "INSERT INTO duty_draft (requirement, organisation, text, files, records, saved_at, saved_by, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (requirement, organisation) DO UPDATE SET text = excluded.text,
         files = excluded.files, records = excluded.records, saved_at = excluded.saved_at,
         saved_by = excluded.saved_by, version = excluded.version",
        params![requirement, organisation, text, files, records, tx.now(), by, current + 1],
    )
    .await?;
    Ok(current + 1)
}

/// The draft is gone: handed in.
pub async fn discard_draft(tx: &Tx, key: Key) -> Result<(), Error> {
    let sql = "DELETE FROM duty_draft WHERE requirement = $1 AND organisation = $2";
    tx.exec(sql, params![key.requirement, key.organisation])
        .await?;
    Ok(())
}

/// What was handed in becomes the draft again.
pub(super) async fn restore_draft(tx: &Tx, actor: &Actor, key: Key, submission: Id) -> Outcome<()> {
    let text: String = tx
        .scalar(
            "SELECT text FROM submission WHERE id = $1",
            params![submission],
        )
        .await?;
    let files =
        "SELECT file FROM file_use WHERE object_kind = 'submission' AND object = $1 ORDER BY rank";
    let files: Vec<Id> = tx.column(files, params![submission]).await?;
    let records = "SELECT record FROM submission_record WHERE submission = $1 ORDER BY record";
    let records: Vec<Id> = tx.column(records, params![submission]).await?;
    let draft = Draft {
        text,
        files,
        records: Some(records),
        ..Draft::default()
    };
    write(tx, actor.account, key, &draft, None).await?;
    Ok(())
}
