//! 账号: the system administrator's list. It shows who may sign in, and nothing of members.

use crate::accounts::{AccountRefused, NewAccount, create_account, hash_password, random_password};
use crate::pages::{Said, field_error};
use crate::paths;
use crate::sheets;
use crate::store::{self as rows, Account, GrantLine, ListAccounts};
use crate::use_cases::reset_password::reset_password;
use crate::use_cases::suspend_account::{resume_account, suspend_account};
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::Id;
use serde::Deserialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::Fail;
use web::sheet::{self, Export};
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Result, Role, reply};

/// Accounts on one page.
const PAGE: i64 = 50;

struct Line {
    id: String,
    name: String,
    username: String,
    roles: String,
    suspended: bool,
}

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage {
    frame: Frame,
    lines: Vec<Line>,
    total: i64,
    suspended: i64,
    wanted: Wanted,
    roles: &'static [Role],
    next: Option<String>,
    export: String,
}

/// What the list is narrowed to.
#[derive(Deserialize, Default)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    after: String,
    said: Option<String>,
}

/// `GET /accounts`
pub async fn list(State(app): State<App>, actor: Actor, Query(wanted): Query<Wanted>) -> Result {
    let db = app.store.db();
    let today = app.store.today();
    let role = Role::from_code(&wanted.role);
    let asked = ListAccounts {
        words: wanted.q.trim(),
        role,
        after: &wanted.after,
        limit: PAGE + 1,
    };
    let mut accounts = rows::accounts(db, &asked, today).await?;
    let more = accounts.len() as i64 > PAGE;
    accounts.truncate(PAGE as usize);
    let ids: Vec<Id> = accounts.iter().map(|account| account.id).collect();
    let grants = rows::grants_of(db, &ids, today).await?;
    let next = accounts.last().filter(|_| more).map(|last| {
        let (q, after) = (paths::encoded(&wanted.q), paths::encoded(&last.username));
        format!(
            "{}?q={q}&role={}&after={after}",
            paths::ACCOUNTS,
            paths::encoded(&wanted.role)
        )
    });
    let (total, suspended) = rows::count_accounts(db).await?;
    reply::page(&AccountsPage {
        frame: Frame::new(&app, &actor, paths::ACCOUNTS, "账号")
            .await?
            .saying(wanted.said.clone()),
        lines: accounts
            .into_iter()
            .map(|account| line(account, &grants))
            .collect(),
        total,
        suspended,
        export: format!(
            "{}/export?q={}&role={}",
            paths::ACCOUNTS,
            paths::encoded(&wanted.q),
            paths::encoded(&wanted.role)
        ),
        wanted,
        roles: Role::ALL,
        next,
    })
}

/// `GET /accounts/export`
pub async fn export(State(app): State<App>, actor: Actor, Query(wanted): Query<Wanted>) -> Result {
    let (db, today) = (app.store.db(), app.store.today());
    let sheet = sheets::accounts(sheet::title(&app, "账号"));
    let export = Export::begin(&app, &sheet::unit(&app, &actor), "账号", sheet);
    let mut after = String::new();
    loop {
        let asked = ListAccounts {
            words: wanted.q.trim(),
            role: Role::from_code(&wanted.role),
            after: &after,
            limit: sheet::CHUNK as i64,
        };
        let accounts = rows::accounts(db, &asked, today).await?;
        let Some(last) = accounts.last() else { break };
        let ids: Vec<Id> = accounts.iter().map(|account| account.id).collect();
        let grants = rows::grants_of(db, &ids, today).await?;
        after = last.username.clone();
        let cells = accounts.iter().map(|account| {
            let roles = role_words(account.id, &grants);
            sheets::account(account, roles)
        });
        export.rows(cells.collect()).await?;
    }
    export.reply().await
}

/// `支部书记（第一小学党支部）、……`; `未授予` without any.
fn role_words(account: Id, grants: &[GrantLine]) -> String {
    let own = grants.iter().filter(|grant| grant.account == account);
    let words: Vec<_> = own
        .map(|grant| format!("{}（{}）", grant.role_words(), grant.node_name))
        .collect();
    match words.is_empty() {
        true => "未授予".to_owned(),
        false => words.join("、"),
    }
}

fn line(account: Account, grants: &[GrantLine]) -> Line {
    Line {
        id: account.id.to_string(),
        name: account.name,
        username: account.username,
        roles: role_words(account.id, grants),
        suspended: account.suspended_at.is_some(),
    }
}

#[derive(Template)]
#[template(path = "new_account.html")]
struct NewPage {
    frame: Frame,
    errors: FieldErrors,
    username: String,
    name: String,
}

/// `GET /accounts/new`
pub async fn new(State(app): State<App>, actor: Actor) -> Result {
    let frame = Frame::new(&app, &actor, paths::ACCOUNTS, "新增账号").await?;
    let errors = FieldErrors::new();
    reply::page(&NewPage {
        frame,
        errors,
        username: String::new(),
        name: String::new(),
    })
}

#[derive(Template)]
#[template(path = "password_once.html")]
struct OncePage {
    frame: Frame,
    name: String,
    username: String,
    password: String,
    path: String,
}

/// The page that shows a made password, in answer to the form itself: it is stored nowhere, so the
/// page cannot be had again.
async fn show_once(app: &App, actor: &Actor, id: Id, password: String) -> Result {
    let account = rows::account(app.store.db(), id)
        .await?
        .ok_or(Failure::NotFound)?;
    reply::page(&OncePage {
        frame: Frame::new(app, actor, paths::ACCOUNTS, "新密码").await?,
        name: account.name,
        username: account.username,
        password,
        path: paths::account(id),
    })
}

const SHOWN_BEFORE: &str = "已经办好。密码只显示一次，如果没有记下，请重置密码。";

/// `POST /accounts`
pub async fn create(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let password = random_password(&app.store.context);
    let hashed = hash_password(&app.store.context, &password).await?;
    let (username, name) = (
        form.text("username").to_owned(),
        form.text("name").to_owned(),
    );
    let fresh = Arc::new(AtomicBool::new(false));
    let (is_fresh, typed) = (Arc::clone(&fresh), (username.clone(), name.clone()));
    let made = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            let (username, name) = (typed.0.as_str(), typed.1.as_str());
            let new = NewAccount {
                username,
                name,
                password: hashed,
                must_change: true,
                member: None,
            };
            let id = create_account(&tx, new).await?;
            is_fresh.store(true, Ordering::Relaxed);
            Ok::<_, Fail<AccountRefused>>(reply::with_flash(&paths::account(id), SHOWN_BEFORE))
        })
        .await;
    match made {
        Ok(_) if fresh.load(Ordering::Relaxed) => {
            let username = crate::accounts::username_of(&username);
            let made = rows::account_named(app.store.db(), &username)
                .await?
                .ok_or(Failure::NotFound)?;
            show_once(&app, &actor, made.id, password).await
        }
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            let errors = field_error(&refusal, "username");
            let frame = Frame::new(&app, &actor, paths::ACCOUNTS, "新增账号").await?;
            reply::invalid(&NewPage {
                frame,
                errors,
                username,
                name,
            })
        }
        Err(fail) => Err(fail.into()),
    }
}

#[derive(Template)]
#[template(path = "one_account.html")]
struct OnePage {
    frame: Frame,
    id: String,
    account: Account,
    created: String,
    suspended: Option<String>,
    grants: Vec<GrantLine>,
    is_own: bool,
}

/// `GET /accounts/{id}`
pub async fn one(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Query(query): Query<Said>,
) -> Result {
    let id = paths::id(&id)?;
    let account = rows::account(app.store.db(), id)
        .await?
        .ok_or(Failure::NotFound)?;
    let grants = rows::grants_of(app.store.db(), &[id], app.store.today()).await?;
    reply::page(&OnePage {
        frame: Frame::new(&app, &actor, paths::ACCOUNTS, &account.name)
            .await?
            .saying(query.said),
        id: id.to_string(),
        created: account.created_at.chinese_full(),
        suspended: account.suspended_at.map(|at| at.chinese_full()),
        account,
        grants,
        is_own: actor.account == id,
    })
}

/// `POST /accounts/{id}/suspend`
pub async fn suspend(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    form: Form,
) -> Result {
    let (id, version) = (paths::id(&id)?, form.version());
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            suspend_account(&tx, id, version).await?;
            Ok::<_, Fail<AccountRefused>>(reply::with_flash(
                &paths::account(id),
                "已停用，登录已全部退出。",
            ))
        })
        .await?;
    reply::see_other(receipt)
}

/// `POST /accounts/{id}/resume`
pub async fn resume(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    form: Form,
) -> Result {
    let (id, version) = (paths::id(&id)?, form.version());
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            resume_account(&tx, id, version).await?;
            Ok::<_, Fail<AccountRefused>>(reply::with_flash(&paths::account(id), "已恢复。"))
        })
        .await?;
    reply::see_other(receipt)
}

/// `POST /accounts/{id}/password`
pub async fn reset(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    form: Form,
) -> Result {
    let id = paths::id(&id)?;
    let password = random_password(&app.store.context);
    let hashed = hash_password(&app.store.context, &password).await?;
    let fresh = Arc::new(AtomicBool::new(false));
    let is_fresh = Arc::clone(&fresh);
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            reset_password(&tx, id, &hashed).await?;
            is_fresh.store(true, Ordering::Relaxed);
            Ok::<_, Fail<AccountRefused>>(reply::with_flash(&paths::account(id), SHOWN_BEFORE))
        })
        .await?;
    if fresh.load(Ordering::Relaxed) {
        show_once(&app, &actor, id, password).await
    } else {
        reply::see_other(receipt)
    }
}
