//! 角色: what the security administrator grants, by organisation.

use crate::accounts::{self, GrantRefused, NewGrant, username_of};
use crate::pages::{Said, field_error};
use crate::paths;
use crate::sheets;
use crate::store::{self as rows, GrantLine, ListGrants};
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::{Day, Id};
use org::Lineage;
use serde::Deserialize;
use store::Fail;
use web::sheet::{self, Export};
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Result, Right, Role, reply};

/// Grants on one page.
const PAGE: i64 = 100;
/// Organisations offered while typing.
const OFFERED: i64 = 300;

#[derive(Template)]
#[template(path = "roles.html")]
struct RolesPage {
    frame: Frame,
    lines: Vec<GrantLine>,
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
    /// Path and id after which the page begins, `001002.17`.
    #[serde(default)]
    after: String,
    /// Whether ended ones are shown too.
    #[serde(default)]
    ended: String,
    said: Option<String>,
}

/// `GET /roles`
pub async fn list(State(app): State<App>, actor: Actor, Query(wanted): Query<Wanted>) -> Result {
    let after = wanted
        .after
        .split_once('.')
        .and_then(|(path, id)| Some((path, id.parse().ok()?)));
    let asked = ListGrants {
        words: wanted.q.trim(),
        role: Role::from_code(&wanted.role),
        with_ended: !wanted.ended.is_empty(),
        after: after.unwrap_or(("", Id(0))),
        limit: PAGE + 1,
    };
    let mut lines = rows::grants(app.store.db(), &asked, app.store.today()).await?;
    let more = lines.len() as i64 > PAGE;
    lines.truncate(PAGE as usize);
    let next = lines.last().filter(|_| more).map(|last| {
        format!(
            "{}?q={}&role={}&ended={}&after={}.{}",
            paths::ROLES,
            paths::encoded(&wanted.q),
            paths::encoded(&wanted.role),
            paths::encoded(&wanted.ended),
            last.path,
            last.id
        )
    });
    reply::page(&RolesPage {
        frame: Frame::new(&app, &actor, paths::ROLES, "角色")
            .await?
            .saying(wanted.said.clone()),
        export: format!(
            "{}/export?q={}&role={}&ended={}",
            paths::ROLES,
            paths::encoded(&wanted.q),
            paths::encoded(&wanted.role),
            paths::encoded(&wanted.ended)
        ),
        lines,
        wanted,
        roles: Role::ALL,
        next,
    })
}

/// `GET /roles/export`
pub async fn export(State(app): State<App>, actor: Actor, Query(wanted): Query<Wanted>) -> Result {
    let above = Lineage::load(app.store.db(), &actor.reach(Right::GrantRoles)).await?;
    let out = sheets::grants(sheet::title(&app, "角色"), &above);
    let export = Export::begin(&app, &sheet::unit(&app, &actor), "角色", out);
    let mut after = (String::new(), Id(0));
    loop {
        let asked = ListGrants {
            words: wanted.q.trim(),
            role: Role::from_code(&wanted.role),
            with_ended: !wanted.ended.is_empty(),
            after: (&after.0, after.1),
            limit: sheet::CHUNK as i64,
        };
        let lines = rows::grants(app.store.db(), &asked, app.store.today()).await?;
        let Some(last) = lines.last() else { break };
        after = (last.path.to_string(), last.id);
        let cells = lines.iter().map(|line| sheets::grant(line, &above));
        export.rows(cells.collect()).await?;
    }
    export.reply().await
}

/// The form as typed, shown again with its errors.
#[derive(Default)]
struct Typed {
    username: String,
    role: String,
    node: String,
    from: String,
    to: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "new_grant.html")]
struct NewPage {
    frame: Frame,
    errors: FieldErrors,
    typed: Typed,
    roles: Vec<(&'static str, &'static str, String)>,
    nodes: Vec<String>,
}

impl NewPage {
    async fn new(app: &App, actor: &Actor, typed: Typed, errors: FieldErrors) -> Result<NewPage> {
        let roles = Role::ALL.iter().filter(|role| **role != Role::Guest);
        Ok(NewPage {
            frame: Frame::new(app, actor, paths::ROLES, "授予角色").await?,
            errors,
            typed,
            roles: roles
                .map(|role| {
                    (
                        role.code(),
                        role.chinese(),
                        crate::rights_table::sentence(*role),
                    )
                })
                .collect(),
            nodes: rows::node_names(app.store.db(), OFFERED).await?,
        })
    }
}

/// Whom the form is opened for.
#[derive(Deserialize)]
pub struct For {
    #[serde(default)]
    username: String,
}

/// `GET /roles/new`
pub async fn new(State(app): State<App>, actor: Actor, Query(query): Query<For>) -> Result {
    let from = app.store.today().to_string();
    let typed = Typed {
        username: query.username,
        from,
        ..Typed::default()
    };
    reply::page(&NewPage::new(&app, &actor, typed, FieldErrors::new()).await?)
}

/// `POST /roles`
pub async fn create(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let text = |name: &str| form.text(name).to_owned();
    let typed = Typed {
        username: text("username"),
        role: text("role"),
        node: text("node"),
        from: text("from"),
        to: text("to"),
        reason: text("reason"),
    };
    let wanted = match read_grant(&app, &typed).await? {
        Ok(wanted) => wanted,
        Err(errors) => {
            return reply::invalid(&NewPage::new(&app, &actor, typed, errors).await?);
        }
    };
    let reason = typed.reason.clone();
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            let (account, role, node, from, to) = wanted;
            let new = NewGrant {
                account,
                role,
                node,
                from,
                to,
                reason: &reason,
            };
            accounts::grant(&tx, &new).await?;
            Ok::<_, Fail<GrantRefused>>(reply::with_flash(paths::ROLES, "已授予。"))
        })
        .await;
    match receipt {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            let errors = field_error(&refusal, "username");
            reply::invalid(&NewPage::new(&app, &actor, typed, errors).await?)
        }
        Err(fail) => Err(fail.into()),
    }
}

type Read = (Id, Role, Id, Day, Option<Day>);

/// The form's words as ids and days, or what is wrong with each.
async fn read_grant(app: &App, typed: &Typed) -> Result<std::result::Result<Read, FieldErrors>> {
    let db = app.store.db();
    let mut errors = FieldErrors::new();
    let mut wrong = |refusal: GrantRefused| errors.extend(field_error(&refusal, "username"));
    let role = Role::from_code(&typed.role);
    if role.is_none() {
        wrong(GrantRefused::NoRole);
    }
    let node = rows::node_named(db, &typed.node).await?;
    if node.is_none() {
        wrong(GrantRefused::NoNode);
    }
    let from = typed.from.parse::<Day>().ok();
    if from.is_none() {
        wrong(GrantRefused::NoDay);
    }
    let to = if typed.to.is_empty() {
        Some(None)
    } else {
        typed.to.parse::<Day>().ok().map(Some)
    };
    let account = rows::account_named(db, &username_of(&typed.username)).await?;
    if account.is_none() {
        errors.insert(
            "username",
            "没有这个用户名，请核对，或先由系统管理员新增账号。".to_owned(),
        );
    }
    if to.is_none() {
        errors.insert(
            "to",
            "请填写日期，格式如 2026-11-20；长期任职请留空。".to_owned(),
        );
    }
    Ok(match (account, role, node, from, to) {
        (Some(account), Some(role), Some(node), Some(from), Some(to)) => {
            Ok((account.id, role, node.id, from, to))
        }
        _ => Err(errors),
    })
}

#[derive(Template)]
#[template(path = "one_grant.html")]
struct OnePage {
    frame: Frame,
    errors: FieldErrors,
    grant: GrantLine,
    ended: bool,
    reason: String,
}

async fn one_page(app: &App, actor: &Actor, id: Id) -> Result<OnePage> {
    let grant = rows::grant_line(app.store.db(), id)
        .await?
        .ok_or(Failure::NotFound)?;
    let title = format!("{}的{}", grant.account_name, grant.role_words());
    Ok(OnePage {
        frame: Frame::new(app, actor, paths::ROLES, &title).await?,
        errors: FieldErrors::new(),
        ended: grant.to_day.is_some_and(|to| to < app.store.today()),
        grant,
        reason: String::new(),
    })
}

/// `GET /roles/grants/{id}`
pub async fn one(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Query(query): Query<Said>,
) -> Result {
    let mut page = one_page(&app, &actor, paths::id(&id)?).await?;
    page.frame = page.frame.saying(query.said);
    reply::page(&page)
}

/// `POST /roles/grants/{id}/revoke`
pub async fn revoke(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    form: Form,
) -> Result {
    let (id, reason) = (paths::id(&id)?, form.text("reason").to_owned());
    let typed = reason.clone();
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            accounts::revoke(&tx, id, &reason).await?;
            Ok::<_, Fail<GrantRefused>>(reply::with_flash(&paths::grant(id), "已收回，立即生效。"))
        })
        .await;
    match receipt {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            let mut page = one_page(&app, &actor, id).await?;
            page.errors = field_error(&refusal, "reason");
            page.reason = typed;
            reply::invalid(&page)
        }
        Err(fail) => Err(fail.into()),
    }
}
