//! 接口令牌: what lets a program ask in one's name.

use crate::pages::{Said, field_error};
use crate::paths;
use crate::use_cases::access_tokens::{
    MOST_DAYS, NewToken, NotMade, TokenRow, living, make_token, revoke_token, token_text,
};
use askama::Template;
use axum::extract::{Path, Query, State};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::Fail;
use web::{Actor, App, FieldErrors, Form, Frame, Result, Role, reply};

/// A day a new token usually ends: in half a year.
const USUAL_DAYS: i32 = 180;

struct Typed {
    name: String,
    roles: Vec<Role>,
    read_only: bool,
    expires_on: String,
}

#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensPage {
    frame: Frame,
    tokens: Vec<Line>,
    roles: Vec<(Role, String)>,
    typed: Typed,
    errors: FieldErrors,
    latest: String,
}

/// A token in the list.
struct Line {
    row: TokenRow,
    roles: String,
    used: String,
    ends: String,
}

#[derive(Template)]
#[template(path = "token_once.html")]
struct OncePage {
    frame: Frame,
    name: String,
    token: String,
    address: String,
}

async fn shown(app: &App, actor: &Actor, typed: Typed, errors: FieldErrors) -> Result<TokensPage> {
    let today = app.store.today();
    let rows = living(app.store.db(), actor.account, today).await?;
    let words = |codes: &str| {
        let roles = codes.split(',').filter_map(Role::from_code);
        roles.map(Role::chinese).collect::<Vec<_>>().join("、")
    };
    let mut roles: Vec<(Role, String)> = Vec::new();
    for grant in &actor.grants {
        match roles.iter_mut().find(|(role, _)| *role == grant.role) {
            Some((_, nodes)) => nodes.push_str(&format!("、{}", grant.node_name)),
            None => roles.push((grant.role, grant.node_name.clone())),
        }
    }
    Ok(TokensPage {
        frame: Frame::new(app, actor, paths::ACCOUNT, "接口令牌").await?,
        tokens: rows
            .into_iter()
            .map(|row| Line {
                roles: words(&row.roles),
                used: row.used_at.map_or("还没用过".to_owned(), |at| at.chinese()),
                ends: row.expires_on.chinese(),
                row,
            })
            .collect(),
        roles,
        typed,
        errors,
        latest: today.plus_days(MOST_DAYS).to_string(),
    })
}

/// `GET /account/tokens`
pub async fn list(State(app): State<App>, actor: Actor, Query(query): Query<Said>) -> Result {
    let typed = Typed {
        name: String::new(),
        roles: actor.grants.iter().map(|grant| grant.role).collect(),
        read_only: true,
        expires_on: app.store.today().plus_days(USUAL_DAYS).to_string(),
    };
    let page = shown(&app, &actor, typed, FieldErrors::new()).await?;
    reply::page(&TokensPage {
        frame: page.frame.clone().saying(query.said),
        ..page
    })
}

/// `POST /account/tokens`
pub async fn make(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let typed = Typed {
        name: form.text("name").to_owned(),
        roles: form.all("roles").filter_map(Role::from_code).collect(),
        read_only: form.ticked("read_only"),
        expires_on: form.text("expires_on").to_owned(),
    };
    let new = NewToken {
        name: typed.name.clone(),
        roles: typed.roles.clone(),
        read_only: typed.read_only,
        // No day is a day already gone.
        expires_on: form.day("expires_on").unwrap_or(app.store.today()),
    };
    let token = token_text(&app.store.context);
    let fresh = Arc::new(AtomicBool::new(false));
    let (made, text, who) = (Arc::clone(&fresh), token.clone(), actor.clone());
    let outcome = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            make_token(&tx, &who, &new, &text).await?;
            made.store(true, Ordering::Relaxed);
            let said = "这个令牌已经生成，只显示一次；没有记下的请收回后另生成。";
            Ok(reply::with_flash(paths::TOKENS, said))
        })
        .await;
    match outcome {
        Ok(_) if fresh.load(Ordering::Relaxed) => reply::page(&OncePage {
            frame: Frame::new(&app, &actor, paths::ACCOUNT, "新令牌").await?,
            name: typed.name,
            token,
            address: app.public_url.trim_end_matches('/').to_owned(),
        }),
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            let errors = field_error(&refusal, "name");
            reply::invalid(&shown(&app, &actor, typed, errors).await?)
        }
        Err(fail) => Err(fail.into()),
    }
}

/// `POST /account/tokens/{id}/revoke`
pub async fn revoke(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    form: Form,
) -> Result {
    let (who, id) = (actor.clone(), paths::id(&id)?);
    let receipt = app
        .store
        .write_once::<NotMade, _, _>(&actor.by(), &form.once(&actor), |tx| async move {
            revoke_token(&tx, &who, id).await?;
            Ok(reply::with_flash(
                paths::TOKENS,
                "已收回，用它的程序不能再进来。",
            ))
        })
        .await?;
    reply::see_other(receipt)
}
