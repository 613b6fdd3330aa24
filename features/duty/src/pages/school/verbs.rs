//! What the school does with a duty: each form a verb.

use super::item;
use crate::paths;
use crate::store::Key;
use crate::use_cases::{
    Draft, DutyRefusal, Excuse, Submission, ask_extension, excuse_duties, hand_on_duty, save_draft,
    submit_duty, withdraw_submission,
};
use ::store::Fail;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::{Id, Refusal};
use record::files::{Accept, Offered, offered};
use web::reply::{see_other, with_flash};
use web::{Actor, App, Failure, FieldErrors, Form};

fn key_of(text: &str) -> web::Result<Key> {
    text.parse().map_err(|_| Failure::NotFound)
}

/// What the form holds; `files` are those saved before, in the order shown.
fn draft_of(form: &Form, files: Vec<Id>) -> Draft {
    Draft {
        text: form.text("text").to_owned(),
        files,
        records: Some(form.ids("record")),
        version: form.version(),
        ..Draft::default()
    }
}

/// Files the page already showed, without those whose removal was ticked.
fn kept_files(form: &Form) -> Vec<Id> {
    let dropped = form.ids("drop");
    form.ids("file")
        .into_iter()
        .filter(|id| !dropped.contains(id))
        .collect()
}

/// `POST /duties/{key}/submit`
pub async fn submit(
    State(app): State<App>,
    actor: Actor,
    Path(key): Path<String>,
    form: Form,
) -> web::Result {
    let key = key_of(&key)?;
    let came = offered(&app, &actor, Accept::Evidence, &form, "file").await?;
    if let Some(words) = came.complaint() {
        return once_more(&app, &actor, key, &form, &came, ("file", words)).await;
    }
    let outcome = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, form, came) = (&actor, &form, &came);
            async move {
                let what = submission_of(form, came, &tx).await?;
                submit_duty(&tx, actor, key, &what).await?;
                Ok(format!("{}?undo={key}", paths::TODO))
            }
        })
        .await;
    match outcome {
        Ok(receipt) => see_other(receipt),
        Err(Fail::Refused(refusal)) => match refusal.field() {
            Some(field) => {
                let error = (field, refusal.words().into_owned());
                once_more(&app, &actor, key, &form, &came, error).await
            }
            None => Err(Failure::Refused(Box::new(refusal))),
        },
        Err(other) => Err(other.into()),
    }
}

async fn submission_of(
    form: &Form,
    came: &Offered,
    tx: &::store::Tx,
) -> Result<Submission, Fail<DutyRefusal>> {
    let mut files = kept_files(form);
    files.extend(came.save(tx).await?);
    Ok(Submission {
        text: form.text("text").to_owned(),
        files,
        records: form.ids("record"),
    })
}

/// The page again; files that came with the form are kept, so that nobody sends them twice.
async fn once_more(
    app: &App,
    actor: &Actor,
    key: Key,
    form: &Form,
    came: &Offered,
    error: (&'static str, String),
) -> web::Result {
    let mut files = kept_files(form);
    files.extend(came.hold(app).await?.into_iter().map(|held| held.id));
    item::again(
        app,
        actor,
        key,
        Some(draft_of(form, files)),
        FieldErrors::from([error]),
    )
    .await
}

/// `POST /duties/{key}/draft`: autosave; answers without a page.
pub async fn draft(
    State(app): State<App>,
    actor: Actor,
    Path(key): Path<String>,
    form: Form,
) -> web::Result {
    let key = key_of(&key)?;
    let came = offered(&app, &actor, Accept::Evidence, &form, "file").await?;
    let mut files = kept_files(&form);
    files.extend(came.held.iter().map(|held| held.id));
    let draft = draft_of(&form, files);
    app.store
        .housekeep(|tx| {
            let (actor, draft) = (&actor, &draft);
            async move { save_draft(&tx, actor, key, draft).await }
        })
        .await?;
    Ok(web::reply::raw(StatusCode::NO_CONTENT))
}

/// `POST /duties/{key}/withdraw`
pub async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    Path(key): Path<String>,
    form: Form,
) -> web::Result {
    let key = key_of(&key)?;
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let actor = &actor;
            async move {
                withdraw_submission(&tx, actor, key).await?;
                Ok(with_flash(
                    &paths::duty(key),
                    "已撤回，内容还在，修改后可以重新报送。",
                ))
            }
        })
        .await?;
    see_other(receipt)
}

/// `POST /duties/{key}/hand-on`
pub async fn hand_on(
    State(app): State<App>,
    actor: Actor,
    Path(key): Path<String>,
    form: Form,
) -> web::Result {
    let key = key_of(&key)?;
    let to = form.id("to").unwrap_or_default();
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, words) = (&actor, form.text("words"));
            async move {
                hand_on_duty(&tx, actor, key, to, words).await?;
                Ok(with_flash(
                    &paths::duty(key),
                    "已转交，对方的待办里会出现这一项。",
                ))
            }
        })
        .await?;
    see_other(receipt)
}

/// `POST /duties/{key}/extension`
pub async fn extension(
    State(app): State<App>,
    actor: Actor,
    Path(key): Path<String>,
    form: Form,
) -> web::Result {
    let key = key_of(&key)?;
    let Some(to) = form.day("day") else {
        // Without the right the page itself is not found; a reader gets it again unchanged.
        let errors = FieldErrors::from([("day", "请选择要延到哪一天。".to_owned())]);
        return item::again(&app, &actor, key, None, errors).await;
    };
    let asked = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, reason) = (&actor, form.text("reason"));
            async move {
                ask_extension(&tx, actor, key, to, reason).await?;
                Ok(with_flash(
                    &paths::duty(key),
                    "已申请延期，答复前原期限不变。",
                ))
            }
        })
        .await;
    match asked {
        Ok(receipt) => see_other(receipt),
        Err(fail) => beside(&app, &actor, key, fail).await,
    }
}

/// The page again, with the reason at the field of the form beside the main one.
async fn beside(app: &App, actor: &Actor, key: Key, fail: Fail<DutyRefusal>) -> web::Result {
    match fail {
        Fail::Refused(refusal) if refusal.field().is_some() => {
            let field = refusal.field().unwrap_or_default();
            let errors = FieldErrors::from([(field, refusal.words().into_owned())]);
            item::again(app, actor, key, None, errors).await
        }
        other => Err(other.into()),
    }
}

/// `POST /duties/{key}/excuse`: the office extends, refuses an extension, exempts or lifts that.
pub async fn excuse(
    State(app): State<App>,
    actor: Actor,
    Path(key): Path<String>,
    form: Form,
) -> web::Result {
    let key = key_of(&key)?;
    let reason = form.text("reason").to_owned();
    let (what, said) = match form.text("what") {
        "extend" => {
            let to = form
                .day("day")
                .ok_or(Fail::Refused(DutyRefusal::DayTooEarly))?;
            (Excuse::Extend { to, reason }, "已延期。")
        }
        "refuse" => (Excuse::RefuseExtension { reason }, "已答复：不同意延期。"),
        "exempt" => (Excuse::Exempt { reason }, "已免除，不计入应办。"),
        "lift" => (Excuse::LiftExemption { reason }, "已取消免除。"),
        _ => {
            return Err(Failure::Unreadable(
                "没有说明要做什么，请返回上一页重新选择。",
            ));
        }
    };
    let excused = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, what) = (&actor, &what);
            async move {
                excuse_duties(&tx, actor, &[key], what).await?;
                Ok(with_flash(&paths::duty(key), said))
            }
        })
        .await;
    match excused {
        Ok(receipt) => see_other(receipt),
        Err(fail) => beside(&app, &actor, key, fail).await,
    }
}
