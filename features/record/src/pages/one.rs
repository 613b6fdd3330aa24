//! One record: what happened, its evidence, what was done to it, the way back.

use crate::files::{self, FileRow};
use crate::paths::{self, Key};
use crate::store::{self, Event, Person, Record};
use crate::use_cases::{Removal, UNDO_MS, remove_record};
use askama::Template;
use axum::extract::{Query, State};
use serde::Deserialize;
use web::{Actor, App, Failure, Form, Frame, Right, reply};

/// What the address carries.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    said: Option<String>,
}

#[derive(Template)]
#[template(path = "record.html")]
struct Page {
    frame: Frame,
    record: Record,
    speaker: String,
    there: String,
    /// Named only for those who may see members.
    people: Vec<Person>,
    files: Vec<FileRow>,
    events: Vec<Event>,
    may_keep: bool,
    /// Seconds left to undo without a word.
    left: i64,
    /// What was just done, said together with the offer to undo it.
    said: String,
}

impl Page {
    fn names(&self, part: &str) -> String {
        let names = self
            .people
            .iter()
            .filter(|p| p.part == part)
            .map(|p| p.name.as_str());
        names.collect::<Vec<_>>().join("、")
    }
}

/// `GET /records/{id}`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    Query(asked): Query<Asked>,
) -> web::Result {
    let db = app.store.db();
    let record = store::find(db, id).await?.ok_or(Failure::NotFound)?;
    let place = record.place();
    if !actor.can(Right::SeeRecords, &place) {
        return Err(Failure::NotFound);
    }
    let may_keep = actor.can(Right::KeepRecords, &place) && record.removed_at.is_none();
    let sees_members = actor.can(Right::SeeMembers, &place);
    let people = if sees_members {
        store::people(db, id).await?
    } else {
        vec![]
    };
    let age_ms = app.store.now().0 - record.created_at.0;
    let secretary = if record.speaker_is_secretary {
        "（书记）"
    } else {
        ""
    };
    let outside = if record.speaker.is_none() {
        "（校外人员）"
    } else {
        ""
    };
    let left = if may_keep {
        ((UNDO_MS - age_ms) / 1000).max(0)
    } else {
        0
    };
    let frame = Frame::new(&app, &actor, paths::RECORDS, &record.title).await?;
    let mut frame = frame.saying(asked.said);
    let said = frame.said.take_if(|_| left > 0).unwrap_or_default();
    reply::page(&Page {
        frame,
        said,
        speaker: format!("{}{secretary}{outside}", record.speaker_name),
        there: store::there_words(record.attended, record.expected, record.audience),
        people,
        files: files::files_of(db, "record", &[id]).await?,
        events: store::events(db, id).await?,
        may_keep,
        left,
        record,
    })
}

/// `POST /records/{id}/remove`: undo, or taking back with a reason.
pub async fn remove(State(app): State<App>, actor: Actor, Key(id): Key, form: Form) -> web::Result {
    let record = store::find(app.store.db(), id)
        .await?
        .ok_or(Failure::NotFound)?;
    if !actor.can(Right::KeepRecords, &record.place()) {
        return Err(Failure::NotFound);
    }
    let (inner, version, reason) = (app.clone(), form.version(), form.text("reason").to_owned());
    let (by, once) = (actor.by(), form.once(&actor));
    let removed = app.store.write_once(&by, &once, |tx| async move {
        remove_record(
            &inner,
            &tx,
            Removal {
                record: id,
                version,
                reason: &reason,
            },
        )
        .await?;
        Ok(reply::with_flash(
            paths::RECORDS,
            "已撤销，台账和相关事项已恢复。",
        ))
    });
    reply::see_other(removed.await?)
}
