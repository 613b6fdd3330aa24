//! 提醒设置: one's own address and hours. Nobody else sees them, the administrators included.

use super::Asked;
use crate::entities::Hours;
use crate::paths;
use crate::store::{self, AddressRow};
use crate::use_cases::keep_reminders::{RemindersRefused, Wanted, keep_reminders};
use crate::use_cases::prove_address::{ask_code, is_mail_open, judge_code};
use ::store::Fail;
use askama::Template;
use axum::extract::{Query, State};
use kernel::Refusal;
use std::convert::Infallible;
use web::{Actor, App, Failure, FieldErrors, Form, Frame, reply};

#[derive(Template)]
#[template(path = "reminders.html")]
struct RemindersPage {
    frame: Frame,
    errors: FieldErrors,
    mail_open: bool,
    email: String,
    wants: bool,
    hours: Hours,
    version: i64,
    kept: Kept,
}

/// How the address that is kept stands.
enum Kept {
    None,
    Verified,
    /// Unverified: where a code went, whether one waits, why none went.
    Unverified {
        email: String,
        waits: bool,
        trouble: String,
    },
}

fn kept(row: Option<&AddressRow>) -> Kept {
    match row.filter(|row| !row.email.is_empty()) {
        None => Kept::None,
        Some(row) if row.verified_at.is_some() => Kept::Verified,
        Some(row) => Kept::Unverified {
            email: row.email.clone(),
            waits: !row.code.is_empty(),
            trouble: row.code_trouble.clone().unwrap_or_default(),
        },
    }
}

async fn page(
    app: &App,
    actor: &Actor,
    typed: Option<&Wanted>,
    errors: FieldErrors,
) -> web::Result<RemindersPage> {
    let db = app.store.db();
    let row = store::address(db, &app.store, actor.account).await?;
    let as_kept = || Wanted {
        email: row.as_ref().map_or(String::new(), |row| row.email.clone()),
        wants: row.as_ref().is_some_and(|row| row.wants_email),
        hours: row.as_ref().map_or(Hours::WIDEST, |row| row.hours),
        version: row.as_ref().map_or(0, |row| row.version),
    };
    let shown = typed.cloned().unwrap_or_else(as_kept);
    Ok(RemindersPage {
        frame: Frame::new(app, actor, paths::ACCOUNT, "提醒设置").await?,
        errors,
        mail_open: is_mail_open(db).await?,
        email: shown.email,
        wants: shown.wants,
        hours: shown.hours,
        version: shown.version,
        kept: kept(row.as_ref()),
    })
}

/// `GET /account/reminders`
pub async fn show(State(app): State<App>, actor: Actor, Query(asked): Query<Asked>) -> web::Result {
    let mut page = page(&app, &actor, None, FieldErrors::new()).await?;
    page.frame = page.frame.saying(asked.said);
    web::page(&page)
}

/// `POST /account/reminders`
pub async fn save(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let wanted = Wanted {
        email: form.text("email").to_owned(),
        wants: form.ticked("wants"),
        hours: Hours::within_widest(
            form.number("from").unwrap_or(Hours::WIDEST.from),
            form.number("to").unwrap_or(Hours::WIDEST.to),
        ),
        version: form.version(),
    };
    let account = actor.account;
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let wanted = &wanted;
            async move {
                let is_new = keep_reminders(&tx, account, wanted).await?;
                let mut said = "已保存。";
                if is_new && wanted.wants && is_mail_open(&tx).await? {
                    said = match ask_code(&tx, account).await {
                        Ok(()) => "已保存。验证码正在发往这个邮箱。",
                        Err(Fail::Refused(_)) => "已保存。请稍后发送验证码。",
                        Err(fail) => return Err(fail),
                    };
                }
                Ok(reply::with_flash(paths::REMINDERS, said))
            }
        })
        .await;
    answer(&app, &actor, receipt, Some(&wanted)).await
}

/// `POST /account/reminders/code`
pub async fn code(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let account = actor.account;
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            ask_code(&tx, account).await?;
            Ok(reply::with_flash(
                paths::REMINDERS,
                "验证码正在发往这个邮箱，请稍等片刻再查收。",
            ))
        })
        .await;
    answer(&app, &actor, receipt, None).await
}

/// `POST /account/reminders/verify`
pub async fn verify(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let (account, typed) = (actor.account, form.text("code").to_owned());
    let judged: Result<Option<RemindersRefused>, Fail<Infallible>> = app
        .store
        .write(&actor.by(), |tx| async move {
            Ok(judge_code(&tx, account, &typed).await?)
        })
        .await;
    let receipt = match judged {
        Ok(None) => Ok(reply::with_flash(
            paths::REMINDERS,
            "邮箱已验证，今后的提醒会发到这里。",
        )),
        Ok(Some(refusal)) => Err(Fail::Refused(refusal)),
        Err(Fail::Store(error)) => Err(Fail::Store(error)),
        Err(_) => return Err(Failure::NotFound),
    };
    answer(&app, &actor, receipt, None).await
}

async fn answer(
    app: &App,
    actor: &Actor,
    receipt: Result<String, Fail<RemindersRefused>>,
    typed: Option<&Wanted>,
) -> web::Result {
    match receipt {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            let field = refusal.field().unwrap_or("email");
            let errors = FieldErrors::from([(field, refusal.words().into_owned())]);
            reply::invalid(&page(app, actor, typed, errors).await?)
        }
        Err(fail) => Err(fail.into()),
    }
}
