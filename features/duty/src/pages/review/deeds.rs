//! What the reviewer does: accept, return, accept many, undo, extend and exempt.

use super::{Filter, Problem, again};
use crate::paths;
use crate::store::Key;
use crate::use_cases::{DutyRefusal, Excuse, Judgement, excuse_duties, review_duties, undo_review};
use ::store::Fail;
use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use kernel::Refusal;
use web::reply::{see_other, with_flash};
use web::{Actor, App, Failure, Form};

/// What stands in a submission's place once it is judged.
#[derive(Template)]
#[template(path = "review_gone.html")]
struct Gone {
    key: Key,
    name: String,
    zone: String,
    accepted: bool,
    csrf: String,
    form_key: String,
}

fn key_of(form: &Form) -> web::Result<Key> {
    form.text("key").parse().map_err(|_| Failure::NotFound)
}

/// Whether our script asks: it wants the one submission anew, not the whole page.
fn is_scripted(headers: &HeaderMap) -> bool {
    headers.contains_key("x-requested-with")
}

async fn answer(
    app: &App,
    actor: &Actor,
    headers: &HeaderMap,
    key: Key,
    accepted: bool,
    receipt: String,
) -> web::Result {
    if !is_scripted(headers) {
        return see_other(receipt);
    }
    let names = super::rows::names(app.store.db(), key.organisation).await?;
    let (name, zone) = names.unwrap_or_default();
    web::page(&Gone {
        key,
        name,
        zone,
        accepted,
        csrf: actor.csrf.clone(),
        form_key: app.store.context.token(),
    })
}

/// `POST /review/accept`
pub async fn accept(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    form: Form,
) -> web::Result {
    let key = key_of(&form)?;
    let back = Filter::of_form(&app, &form).path();
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let actor = &actor;
            async move {
                review_duties(&tx, actor, &[key], &Judgement::Accept).await?;
                Ok(back)
            }
        })
        .await?;
    answer(&app, &actor, &headers, key, true, receipt).await
}

/// The reason and its field: one of the list, which carries its field, or own words.
fn reason_of(form: &Form) -> Judgement {
    let (own, chosen) = (form.text("words"), form.text("reason"));
    let (field, reason) = match chosen.split_once(':') {
        _ if !own.is_empty() => (form.text("field"), own),
        Some((field, words)) => (field, words),
        None => (form.text("field"), chosen),
    };
    let field = Some(field).filter(|f| ["text", "file", "record"].contains(f));
    Judgement::Return {
        reason: reason.chars().take(500).collect(),
        field: Some(field.unwrap_or("text").to_owned()),
    }
}

/// `POST /review/return`
pub async fn send_back(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    form: Form,
) -> web::Result {
    let key = key_of(&form)?;
    let filter = Filter::of_form(&app, &form);
    let judgement = reason_of(&form);
    let outcome = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, judgement, back) = (&actor, &judgement, filter.path());
            async move {
                review_duties(&tx, actor, &[key], judgement).await?;
                Ok(back)
            }
        })
        .await;
    match outcome {
        Ok(receipt) => answer(&app, &actor, &headers, key, false, receipt).await,
        Err(Fail::Refused(refusal)) if refusal.field().is_some() && !is_scripted(&headers) => {
            let words = refusal.words().into_owned();
            let problem = Problem {
                key: Some(key),
                words,
                text: form.text("words").to_owned(),
            };
            again(&app, &actor, filter, problem).await
        }
        Err(fail) => Err(fail.into()),
    }
}

/// `POST /review/accept-many`
pub async fn accept_many(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let filter = Filter::of_form(&app, &form);
    let mut keys: Vec<Key> = form
        .all("pick")
        .filter_map(|text| text.parse().ok())
        .collect();
    keys.sort();
    keys.dedup();
    if keys.is_empty() {
        let words = "请先勾选要通过的报送，可以用“勾选齐全的”一次选好。".to_owned();
        return again(
            &app,
            &actor,
            filter,
            Problem {
                key: None,
                words,
                text: String::new(),
            },
        )
        .await;
    }
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, keys, back) = (&actor, &keys, filter.path());
            async move {
                let reviewed = review_duties(&tx, actor, keys, &Judgement::Accept).await?;
                let skipped: Vec<_> = reviewed
                    .skipped
                    .iter()
                    .map(|key| key.organisation)
                    .collect();
                if skipped.is_empty() {
                    return Ok(back);
                }
                let names = org::store::names(&tx, &skipped).await?;
                let names: Vec<&str> = names.values().take(3).map(String::as_str).collect();
                let many = if skipped.len() > names.len() {
                    format!("等 {} 个组织", skipped.len())
                } else {
                    String::new()
                };
                let said = format!(
                    "通过 {} 份。{}{many}的已被撤回或由别人处理，没有动。",
                    reviewed.done.len(),
                    names.join("、")
                );
                Ok::<_, Fail<DutyRefusal>>(with_flash(&back, &said))
            }
        })
        .await?;
    see_other(receipt)
}

/// `POST /review/undo`
pub async fn undo(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let keys: Vec<Key> = form
        .all("key")
        .filter_map(|text| text.parse().ok())
        .collect();
    if keys.is_empty() {
        return Err(Failure::NotFound);
    }
    let back = Filter::of_form(&app, &form).path();
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, keys) = (&actor, &keys);
            async move {
                let n = undo_review(&tx, actor, keys).await?;
                Ok(with_flash(
                    &back,
                    &format!("已撤销 {n} 份的审核结论，重新待审核。"),
                ))
            }
        })
        .await?;
    see_other(receipt)
}

/// `POST /review/excuse`: extends, refuses an extension, exempts or lifts that; back to where the
/// form stood.
pub async fn excuse(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let key = key_of(&form)?;
    let reason: String = form.text("reason").chars().take(500).collect();
    let (what, said) = match form.text("what") {
        "extend" => {
            let to = form
                .day("day")
                .ok_or(Fail::Refused(DutyRefusal::DayTooEarly))?;
            (
                Excuse::Extend { to, reason },
                format!("已延期至{}。", to.chinese()),
            )
        }
        "refuse" => (
            Excuse::RefuseExtension { reason },
            "已答复：不同意延期。".to_owned(),
        ),
        "exempt" => (Excuse::Exempt { reason }, "已免除，不计入应办。".to_owned()),
        "lift" => (Excuse::LiftExemption { reason }, "已取消免除。".to_owned()),
        _ => {
            return Err(Failure::Unreadable(
                "没有说明要做什么，请返回上一页重新选择。",
            ));
        }
    };
    let back = back_of(&form);
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, what) = (&actor, &what);
            async move {
                excuse_duties(&tx, actor, &[key], what).await?;
                Ok(with_flash(&back, &said))
            }
        })
        .await?;
    see_other(receipt)
}

/// Only pages of the office; anything else leads to the queue.
fn back_of(form: &Form) -> String {
    let back = form.text("back");
    let plain = back
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/-_?=&".contains(c));
    let ours = ["/office", "/progress/", "/review"]
        .iter()
        .any(|page| back.starts_with(page));
    if plain && ours && back.len() < 200 {
        back.to_owned()
    } else {
        paths::REVIEW.to_owned()
    }
}
