//! 登录 and 退出.

use crate::Minted;
use crate::address::{ClientAddress, Device};
use crate::pages::field_error;
use crate::pages::sign_in_code;
use crate::paths::{self, own_path};
use crate::store as rows;
use crate::use_cases::sign_in::{Entry, Knock, sign_in};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderName, StatusCode, header};
use kernel::TreePath;
use serde::Deserialize;
use serde_json::json;
use store::Fail;
use web::{Actor, App, FieldErrors, Form, Frame, Reply, Result, reply};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    errors: FieldErrors,
    username: String,
    next: String,
}

#[derive(Deserialize)]
pub struct Wanted {
    next: Option<String>,
    said: Option<String>,
}

/// `GET /sign-in`
pub async fn show(
    State(app): State<App>,
    actor: Option<Actor>,
    Query(wanted): Query<Wanted>,
) -> Result {
    let next = own_path(wanted.next.as_deref().unwrap_or("/"));
    if actor.is_some() {
        return reply::see_other(next);
    }
    let frame = Frame::public(&app, "登录").saying(wanted.said);
    reply::page(&SignInPage {
        frame,
        errors: FieldErrors::new(),
        username: String::new(),
        next: next.to_owned(),
    })
}

/// `POST /sign-in`
pub async fn send(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Device(device): Device,
    form: Form,
) -> Result {
    let next = own_path(form.text("next"));
    // A password may begin or end with a blank: only the form's own text is trimmed.
    let password = form
        .fields()
        .find(|(name, _)| *name == "password")
        .map_or("", |(_, text)| text);
    let username = form.text("username");
    let mut errors = FieldErrors::new();
    if username.is_empty() {
        errors.insert("username", "请输入用户名。".to_owned());
    }
    if password.is_empty() {
        errors.insert("password", "请输入密码。".to_owned());
    }
    if errors.is_empty() {
        let knock = Knock {
            username,
            password,
            address: &address,
            device: &device,
        };
        match sign_in(&app.store, &knock).await {
            Ok(Entry::Through(minted)) => return Ok(entered(&app, &minted, next)),
            Ok(Entry::Half(token)) => return Ok(sign_in_code::on_to(&app, &token, next)),
            Err(Fail::Refused(refusal)) => errors = field_error(&refusal, "password"),
            Err(fail) => return Err(fail.into()),
        }
    }
    let username = username.chars().take(64).collect();
    let frame = Frame::public(&app, "登录");
    reply::invalid(&SignInPage {
        frame,
        errors,
        username,
        next: next.to_owned(),
    })
}

/// On to the page asked for, with the session's cookie: gone when the browser closes.
pub(super) fn entered(app: &App, minted: &Minted, next: &str) -> Reply {
    let headers = [
        (header::LOCATION, next.to_owned()),
        (header::SET_COOKIE, cookie(app, &minted.token, "")),
    ];
    reply::raw((StatusCode::SEE_OTHER, headers))
}

fn cookie(app: &App, token: &str, more: &str) -> String {
    cookie_named(app, app.cookie(), token, more)
}

/// A cookie that no script reads and no other site brings along.
pub(super) fn cookie_named(app: &App, name: &str, token: &str, more: &str) -> String {
    let secure = if app.is_secure() { "; Secure" } else { "" };
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{more}")
}

/// `POST /sign-out`: the session goes, and what the browser kept for it.
pub async fn leave(State(app): State<App>, actor: Option<Actor>, _form: Form) -> Result {
    if let Some(actor) = actor {
        let (account, session) = (actor.account, actor.session);
        let ended: std::result::Result<(), Fail<crate::accounts::AccountRefused>> = app
            .store
            .write(&actor.by(), |tx| async move {
                rows::end_session(&tx, account, session).await?;
                tx.audit(
                    "sign_out",
                    ("account", account),
                    &TreePath::default(),
                    json!({}),
                )
                .await?;
                Ok(())
            })
            .await;
        ended?;
    }
    let headers = [
        (
            header::LOCATION,
            reply::with_flash(paths::SIGN_IN, "已退出登录。"),
        ),
        (header::SET_COOKIE, cookie(&app, "", "; Max-Age=0")),
        (
            HeaderName::from_static("clear-site-data"),
            "\"storage\"".to_owned(),
        ),
    ];
    Ok(reply::raw((StatusCode::SEE_OTHER, headers)))
}
