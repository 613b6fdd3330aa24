//! 登录的第二步: the code of the phone, or a recovery code.

use crate::address::ClientAddress;
use crate::pages::field_error;
use crate::pages::sign_in::{cookie_named, entered};
use crate::paths::{self, encoded, own_path};
use crate::use_cases::second_factor::{SecondFactorRefused, finish_half};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use store::Fail;
use web::{App, FieldErrors, Form, Frame, Reply, Result, reply};

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct CodePage {
    frame: Frame,
    errors: FieldErrors,
    next: String,
}

#[derive(Deserialize)]
pub struct Wanted {
    next: Option<String>,
}

/// Name of the cookie that ties the two steps together.
fn half_cookie(app: &App) -> String {
    format!("{}-half", app.cookie())
}

/// From the password on to the code.
pub(super) fn on_to(app: &App, token: &str, next: &str) -> Reply {
    let place = format!("{}?next={}", paths::SIGN_IN_CODE, encoded(next));
    let kept = cookie_named(app, &half_cookie(app), token, "; Max-Age=600");
    let headers = [(header::LOCATION, place), (header::SET_COOKIE, kept)];
    reply::raw((StatusCode::SEE_OTHER, headers))
}

fn page(app: &App, next: &str, errors: FieldErrors) -> CodePage {
    CodePage {
        frame: Frame::public(app, "登录：第二步"),
        errors,
        next: next.to_owned(),
    }
}

/// `GET /sign-in/code`
pub async fn show(
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result {
    if web::cookie(&headers, &half_cookie(&app)).is_none() {
        return reply::see_other(paths::SIGN_IN);
    }
    let next = own_path(wanted.next.as_deref().unwrap_or("/"));
    reply::page(&page(&app, next, FieldErrors::new()))
}

/// `POST /sign-in/code`
pub async fn send(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    form: Form,
) -> Result {
    let next = own_path(form.text("next"));
    let token = web::cookie(&headers, &half_cookie(&app)).unwrap_or_default();
    if form.text("code").is_empty() {
        let errors = FieldErrors::from([("code", "请输入验证码或备用码。".to_owned())]);
        return reply::invalid(&page(&app, next, errors));
    }
    match finish_half(&app.store, token, form.text("code"), &address).await {
        // A recovery code used up is a reason to look at how many are left.
        Ok((minted, true)) => Ok(entered(&app, &minted, paths::SECOND_FACTOR)),
        Ok((minted, false)) => Ok(entered(&app, &minted, next)),
        Err(Fail::Refused(SecondFactorRefused::Expired)) => {
            let words = "离输入密码已过了 10 分钟，请重新登录。";
            reply::done(paths::SIGN_IN, words)
        }
        Err(Fail::Refused(refusal)) => {
            reply::invalid(&page(&app, next, field_error(&refusal, "code")))
        }
        Err(fail) => Err(fail.into()),
    }
}
