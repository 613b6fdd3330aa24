//! 记一次: a happening is entered, once; everything it bears on follows in the same transaction.

use super::RecordRefusal;
use crate::files;
use crate::kinds::{SpeakerRule, Subkind};
use crate::store::{self, Record};
use ::store::{Fail, Tx};
use kernel::{Day, Id, Instant};
use std::collections::BTreeSet;
use web::{App, RecordChange};

/// Files one record may carry.
pub const MOST_FILES: usize = 9;
const MOST_TITLE: usize = 200;
const MOST_CONTENT: usize = 5_000;
const MOST_AUDIENCE: i64 = 99_999;

/// 主讲人
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// Somebody of the roster.
    Member(Id),
    /// 校外人员, by name.
    Guest(String),
}

/// 到场
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attendance {
    /// By name.
    Named {
        /// 到场党员
        present: Vec<Id>,
        /// 未到党员
        absent: Vec<Id>,
    },
    /// By number, where the roster is too long to be ticked.
    Counted {
        /// 到场
        attended: i64,
        /// 应到
        expected: i64,
    },
}

/// 新纪实: what somebody tells of a happening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecord {
    /// Whose it is.
    pub organisation: Id,
    /// What it was.
    pub subkind: Subkind,
    /// When it was.
    pub day: Day,
    /// 题目
    pub title: String,
    /// 要点
    pub content: String,
    /// Who spoke.
    pub speaker: Speaker,
    /// Which members were there.
    pub attendance: Attendance,
    /// Others who listened: pupils, colleagues, parents; a number only.
    pub audience: i64,
    /// Files that prove it, saved already.
    pub files: Vec<Id>,
}

/// Enters a record; its key. Rights are the caller's affair, who has loaded the organisation.
///
/// # Errors
/// [`RecordRefusal`] for what does not hold together; not found for an organisation that is none.
pub async fn keep_record(app: &App, tx: &Tx, new: NewRecord) -> Result<Id, Fail<RecordRefusal>> {
    let node = org::store::find_node(tx, new.organisation)
        .await?
        .ok_or(Fail::NotFound)?;
    if node.category != "organisation" {
        return Err(Fail::NotFound);
    }
    if node.to_day.is_some_and(|last| last < new.day) {
        return Err(Fail::Refused(RecordRefusal::OrganisationClosed));
    }
    let mut record = Record {
        id: tx.new_id(),
        kind: String::new(),
        subkind: String::new(),
        organisation: node.id,
        organisation_name: node.name,
        path: node.path,
        zone: node.zone,
        day: new.day,
        title: String::new(),
        content: String::new(),
        speaker: None,
        speaker_name: String::new(),
        speaker_is_secretary: false,
        speaker_birth: None,
        attended: 0,
        expected: 0,
        audience: 0,
        created_at: tx.now(),
        created_by: tx.by().account,
        created_by_name: tx.by().name.clone(),
        removed_at: None,
        version: 1,
    };
    fill(tx, &mut record, &new).await?;
    store::insert(tx, &record).await?;
    settle(app, tx, &record, &new).await?;
    store::tell(tx, record.id, "记入台账").await?;
    audit(tx, "keep_record", &record, new.files.len()).await?;
    Ok(record.id)
}

/// Puts what was told into the row, if it holds together.
pub(super) async fn fill(
    tx: &Tx,
    record: &mut Record,
    new: &NewRecord,
) -> Result<(), Fail<RecordRefusal>> {
    check_words(new, tx.today()).map_err(Fail::Refused)?;
    record.kind = new.subkind.kind().code().to_owned();
    record.subkind = new.subkind.code().to_owned();
    record.day = new.day;
    record.title = new.title.trim().to_owned();
    record.content = new.content.trim().to_owned();
    record.audience = new.audience;
    set_speaker(tx, record, new).await?;
    set_attendance(tx, record, &new.attendance).await?;
    if record.attended == 0 && record.audience == 0 {
        return Err(Fail::Refused(RecordRefusal::NobodyThere));
    }
    if store::twin(tx, record).await?.is_some() {
        return Err(Fail::Refused(RecordRefusal::AlreadyKept(record.day)));
    }
    Ok(())
}

fn check_words(new: &NewRecord, today: Day) -> Result<(), RecordRefusal> {
    let title = new.title.trim();
    if title.is_empty() {
        return Err(RecordRefusal::NoTitle);
    }
    if title.chars().count() > MOST_TITLE {
        return Err(RecordRefusal::TitleTooLong);
    }
    if new.content.trim().chars().count() > MOST_CONTENT {
        return Err(RecordRefusal::ContentTooLong);
    }
    if new.day > today {
        return Err(RecordRefusal::DayAhead);
    }
    if new.day < today.plus_months(-120) {
        return Err(RecordRefusal::DayTooLongAgo);
    }
    if !(0..=MOST_AUDIENCE).contains(&new.audience) {
        return Err(RecordRefusal::AudienceTooLarge);
    }
    if new.files.len() > MOST_FILES {
        return Err(RecordRefusal::TooManyFiles);
    }
    Ok(())
}

/// Who spoke, with what requirements ask about them as of the day. A speaker who has left since
/// the record was entered stays its speaker.
async fn set_speaker(
    tx: &Tx,
    record: &mut Record,
    new: &NewRecord,
) -> Result<(), Fail<RecordRefusal>> {
    let refused = |refusal| Err(Fail::Refused(refusal));
    match &new.speaker {
        Speaker::Guest(name) if name.trim().is_empty() => return refused(RecordRefusal::NoSpeaker),
        Speaker::Guest(_) if new.subkind.speaker_rule() == SpeakerRule::Member => {
            return refused(RecordRefusal::LessonByGuest);
        }
        Speaker::Guest(name) => {
            record.speaker = None;
            record.speaker_name = name.trim().chars().take(40).collect();
            record.speaker_birth = None;
        }
        Speaker::Member(id) => {
            let member = member::store::find(tx, *id).await?;
            let stays = record.speaker == Some(*id);
            let here = |m: &member::Member| m.path.is_within(&record.path) && m.ended_on.is_none();
            let Some(member) = member.filter(|m| stays || here(m)) else {
                return refused(RecordRefusal::SpeakerElsewhere);
            };
            record.speaker = Some(member.id);
            record.speaker_name = member.name;
            record.speaker_birth = member.birth;
        }
    }
    let (organisation, day) = (record.organisation, record.day);
    record.speaker_is_secretary = match record.speaker {
        Some(id) => {
            store::was_secretary(tx, Some(id), &record.speaker_name, organisation, day).await?
        }
        None => false,
    };
    if new.subkind.speaker_rule() == SpeakerRule::Secretary && !record.speaker_is_secretary {
        return refused(RecordRefusal::SpeakerNotSecretary(record.day));
    }
    Ok(())
}

async fn set_attendance(
    tx: &Tx,
    record: &mut Record,
    attendance: &Attendance,
) -> Result<(), Fail<RecordRefusal>> {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    (record.attended, record.expected) = match attendance {
        Attendance::Counted { attended, expected } => {
            if *attended < 0 || *expected > MOST_AUDIENCE {
                return Err(Fail::Refused(RecordRefusal::AudienceTooLarge));
            }
            if attended > expected {
                return Err(Fail::Refused(RecordRefusal::MoreThanExpected));
            }
            (*attended, *expected)
        }
        Attendance::Named { present, absent } => {
            let mut known: BTreeSet<Id> = member::store::under(tx, &record.path)
                .await?
                .iter()
                .map(|m| m.id)
                .collect();
            known.extend(store::people(tx, record.id).await?.iter().map(|p| p.member));
            let mut named = BTreeSet::new();
            if !present
                .iter()
                .chain(absent)
                .all(|id| known.contains(id) && named.insert(*id))
            {
                return Err(Fail::Refused(RecordRefusal::StrangerOnList));
            }
            (number(present.len()), number(named.len()))
        }
    };
    Ok(())
}

/// What hangs on the row: people, files, and everything that follows from a record.
pub(super) async fn settle(
    app: &App,
    tx: &Tx,
    record: &Record,
    new: &NewRecord,
) -> Result<(), ::store::Error> {
    let (present, absent): (&[Id], &[Id]) = match &new.attendance {
        Attendance::Named { present, absent } => (present, absent),
        Attendance::Counted { .. } => (&[], &[]),
    };
    store::name_people(tx, record.id, present, absent).await?;
    files::detach_all(tx, "record", record.id).await?;
    for (rank, file) in new.files.iter().enumerate() {
        let rank = i64::try_from(rank).unwrap_or(i64::MAX);
        let (organisation, place) = (record.organisation, record.place());
        files::attach(tx, *file, "record", record.id, rank, organisation, &place).await?;
    }
    app.record_changed(tx, &change_of(record)).await
}

/// What subscribers are told.
pub(super) fn change_of(record: &Record) -> RecordChange {
    RecordChange {
        record: record.id,
        kind: record.kind.clone(),
        organisation: record.organisation,
        path: record.path.clone(),
        day: record.day,
    }
}

pub(super) async fn audit(
    tx: &Tx,
    action: &'static str,
    record: &Record,
    files: usize,
) -> Result<(), ::store::Error> {
    let detail = serde_json::json!({
        "kind": record.kind, "subkind": record.subkind, "day": record.day,
        "attended": record.attended, "files": files,
    });
    tx.audit(action, ("record", record.id), &record.path, detail)
        .await
}

/// Whether ten minutes have not passed.
pub(super) fn is_fresh(record: &Record, now: Instant) -> bool {
    now.0 - record.created_at.0 <= super::UNDO_MS
}
