//! 我的账号: who I am, what I may do, where I am signed in; and the change of password.

use crate::accounts::AccountRefused;
use crate::pages::{Said, field_error};
use crate::paths;
use crate::session::IDLE_MS;
use crate::store as rows;
use crate::store::second_factor::factor_since;
use crate::use_cases::change_password::{Change, change_password};
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::TreePath;
use serde_json::json;
use store::Fail;
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Result, reply};

struct Session {
    id: String,
    device: String,
    since: String,
    seen: String,
    is_this: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    name: String,
    username: String,
    roles: Vec<(&'static str, String, String)>,
    sessions: Vec<Session>,
    has_others: bool,
    factor_since: Option<String>,
}

/// `GET /account`
pub async fn show(State(app): State<App>, actor: Actor, Query(query): Query<Said>) -> Result {
    let db = app.store.db();
    let account = rows::account(db, actor.account)
        .await?
        .ok_or(Failure::NotFound)?;
    let lines = rows::sessions(db, actor.account, app.store.now(), IDLE_MS).await?;
    let sessions: Vec<_> = lines
        .into_iter()
        .map(|line| Session {
            id: line.id.to_string(),
            device: if line.device.is_empty() {
                "其他设备".to_owned()
            } else {
                line.device
            },
            since: line.created_at.chinese(),
            seen: line.seen_at.chinese(),
            is_this: line.id == actor.session,
        })
        .collect();
    let roles = actor.grants.iter().map(|grant| {
        (
            grant.role.chinese(),
            grant.node_name.clone(),
            crate::rights_table::sentence(grant.role),
        )
    });
    let factor_since = factor_since(db, actor.account).await?;
    reply::page(&AccountPage {
        factor_since: factor_since.map(|at| at.chinese_full()),
        frame: Frame::new(&app, &actor, paths::ACCOUNT, "我的账号")
            .await?
            .saying(query.said),
        name: account.name,
        username: account.username,
        roles: roles.collect(),
        has_others: sessions.len() > 1,
        sessions,
    })
}

/// `POST /account/sessions/{id}/end`
pub async fn end_session(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    form: Form,
) -> Result {
    let (account, session) = (actor.account, paths::id(&id)?);
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            if rows::end_session(&tx, account, session).await? == 0 {
                return Err(Fail::<AccountRefused>::NotFound);
            }
            tx.audit(
                "end_session",
                ("session", session),
                &TreePath::default(),
                json!({}),
            )
            .await?;
            Ok(reply::with_flash(
                paths::ACCOUNT,
                "那台设备上的登录已退出。",
            ))
        })
        .await?;
    reply::see_other(receipt)
}

/// `POST /account/sessions/end-others`
pub async fn end_others(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let (account, session) = (actor.account, actor.session);
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            let ended = rows::end_sessions(&tx, account, Some(session)).await?;
            let detail = json!({ "ended": ended });
            tx.audit(
                "end_sessions",
                ("account", account),
                &TreePath::default(),
                detail,
            )
            .await?;
            Ok::<_, Fail<AccountRefused>>(reply::with_flash(
                paths::ACCOUNT,
                "其他设备上的登录已全部退出。",
            ))
        })
        .await?;
    reply::see_other(receipt)
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    frame: Frame,
    errors: FieldErrors,
    username: String,
    must_change: bool,
}

impl PasswordPage {
    async fn new(app: &App, actor: &Actor, errors: FieldErrors) -> Result<PasswordPage> {
        let account = rows::account(app.store.db(), actor.account)
            .await?
            .ok_or(Failure::NotFound)?;
        Ok(PasswordPage {
            frame: Frame::new(app, actor, paths::ACCOUNT, "修改密码").await?,
            errors,
            username: account.username,
            must_change: actor.must_change_password,
        })
    }
}

/// `GET /account/password`
pub async fn show_password(State(app): State<App>, actor: Actor) -> Result {
    reply::page(&PasswordPage::new(&app, &actor, FieldErrors::new()).await?)
}

/// `POST /account/password`
pub async fn send_password(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let raw = |wanted: &str| {
        form.fields()
            .find(|(name, _)| *name == wanted)
            .map_or("", |(_, text)| text)
    };
    let change = Change {
        present: raw("present"),
        password: raw("password"),
        again: raw("again"),
    };
    match change_password(&app.store, &actor, &form.once(&actor), &change).await {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            let errors = field_error(&refusal, "password");
            reply::invalid(&PasswordPage::new(&app, &actor, errors).await?)
        }
        Err(fail) => Err(fail.into()),
    }
}
