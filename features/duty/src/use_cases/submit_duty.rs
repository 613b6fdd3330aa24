use super::{DutyRefusal, Loaded, Outcome, conclude, load_to_work};
use crate::store::{Key, NewFact, append_fact};
use ::store::{Fail, Tx, params, placeholders};
use kernel::Id;
use rules::duty::Status;
use web::Actor;

/// 报送: what a school hands in.
#[derive(Clone, Debug, Default)]
pub struct Submission {
    /// 完成情况, at most 2,000 characters.
    pub text: String,
    /// Files already taken in.
    pub files: Vec<Id>,
    /// Records ticked as evidence.
    pub records: Vec<Id>,
}

const MOST_CHARACTERS: usize = 2000;

/// Hands it in; the submission's id.
pub async fn submit_duty(tx: &Tx, actor: &Actor, key: Key, what: &Submission) -> Outcome<Id> {
    let loaded = load_to_work(tx, actor, key).await?;
    match Status::from_code(&loaded.duty.status) {
        Some(Status::AwaitingReview) => return Err(Fail::Refused(DutyRefusal::AlreadySubmitted)),
        Some(status) if status.is_settled() => {
            return Err(Fail::Refused(DutyRefusal::AlreadySettled));
        }
        _ => {}
    }
    must_be_complete(&loaded, what)?;
    must_be_own(tx, &loaded, actor, what).await?;
    let id = keep(tx, &loaded, what).await?;
    let fact = NewFact {
        kind: "submitted",
        submission: Some(id),
        ..NewFact::default()
    };
    append_fact(tx, key, &fact).await?;
    super::discard_draft(tx, key).await?;
    conclude(tx, "submit_duty", &loaded).await?;
    Ok(id)
}

fn must_be_complete(loaded: &Loaded, what: &Submission) -> Outcome<()> {
    let length = what.text.chars().count();
    let most = loaded.requirement.max_files;
    let refusal = if length > MOST_CHARACTERS {
        DutyRefusal::TextTooLong(length)
    } else if what.files.len() as i64 > most {
        DutyRefusal::TooManyFiles {
            most,
            came: what.files.len(),
        }
    } else if loaded.requirement.needs_file && what.files.is_empty() && what.records.is_empty() {
        DutyRefusal::FileMissing
    } else if what.text.is_empty() && what.files.is_empty() && what.records.is_empty() {
        DutyRefusal::NothingToSubmit
    } else {
        return Ok(());
    };
    Err(Fail::Refused(refusal))
}

/// Files the submitter brought in, or that this duty carried before; records of the organisation or
/// of those below it.
async fn must_be_own(tx: &Tx, loaded: &Loaded, actor: &Actor, what: &Submission) -> Outcome<()> {
    let mut values = params![actor.account, loaded.key.organisation];
    values.extend(what.files.iter().flat_map(|id| params![*id]));
    let files: i64 = tx
        .scalar(
            &format!(
                "SELECT COUNT(*) FROM file f WHERE f.id IN ({}) AND (f.created_by = $1 OR EXISTS
                 (SELECT 1 FROM file_use u WHERE u.file = f.id AND u.organisation = $2))",
                placeholders(3, what.files.len())
            ),
            values,
        )
        .await?;
    let path = &loaded.duty.path;
    let mut values = params![path, path.end()];
    values.extend(what.records.iter().flat_map(|id| params![*id]));
    let records: i64 = tx
        .scalar(
            &format!(
                "SELECT COUNT(*) FROM record WHERE path >= $1 AND path < $2 AND removed_at IS NULL
                 AND id IN ({})",
                placeholders(3, what.records.len())
            ),
            values,
        )
        .await?;
    if files == what.files.len() as i64 && records == what.records.len() as i64 {
        Ok(())
    } else {
        Err(Fail::Refused(DutyRefusal::NotYours))
    }
}

async fn keep(tx: &Tx, loaded: &Loaded, what: &Submission) -> Outcome<Id> {
    let id = tx.new_id();
    let Key {
        requirement,
        organisation,
    } = loaded.key;
    let duty = &loaded.duty;
    let by = tx.by();
    tx.exec(
        "INSERT INTO submission (id, requirement, organisation, path, zone, text, at, by_account, by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![id, requirement, organisation, &duty.path, duty.zone, &what.text, tx.now(), by.account, &by.name],
    )
    .await?;
    let records = what
        .records
        .iter()
        .map(|record| params![id, *record])
        .collect();
    tx.insert_many("submission_record", &["submission", "record"], records)
        .await?;
    let uses = what.files.iter().enumerate().map(|(rank, file)| {
        params![
            *file,
            "submission",
            id,
            rank as i64,
            organisation,
            &duty.path,
            duty.zone
        ]
    });
    let columns = [
        "file",
        "object_kind",
        "object",
        "rank",
        "organisation",
        "path",
        "zone",
    ];
    tx.insert_many("file_use", &columns, uses.collect()).await?;
    Ok(id)
}
