//! 两步验证: set up and given up by its owner; reset and asked for by the system administrator.

use crate::pages::{Said, field_error};
use crate::paths;
use crate::store as rows;
use crate::store::second_factor as factors;
use crate::totp::Shared;
use crate::use_cases::second_factor::{self as deeds, Proof, SecondFactorRefused};
use askama::Template;
use axum::extract::{Path, Query, State};
use store::Fail;
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Result, Role, reply};

#[derive(Template)]
#[template(path = "second_factor.html")]
struct FactorPage {
    frame: Frame,
    errors: FieldErrors,
    username: String,
    stage: Stage,
    /// A role that asks for it.
    asked: Option<&'static str>,
}

enum Stage {
    /// Nothing yet.
    Off,
    /// A secret waits for its first code.
    Begun { qr: String, secret: String },
    /// In force.
    On { since: String, left: i64 },
}

impl FactorPage {
    async fn new(app: &App, actor: &Actor, errors: FieldErrors) -> Result<FactorPage> {
        let db = app.store.db();
        let account = rows::account(db, actor.account)
            .await?
            .ok_or(Failure::NotFound)?;
        let asked = deeds::asked_roles(db).await?.0;
        let asked = actor
            .grants
            .iter()
            .find(|grant| asked.contains(&grant.role));
        let stage = match factors::factor(db, actor.account).await? {
            None => Stage::Off,
            Some(row) => match row.confirmed_at {
                Some(at) => Stage::On {
                    since: at.chinese_full(),
                    left: factors::codes_left(db, actor.account).await?,
                },
                None => {
                    let shared = Shared::open(&app.store.keys, actor.account, &row.secret)?;
                    Stage::Begun {
                        qr: shared.qr(&app.county, &account.username)?,
                        secret: shared.words(),
                    }
                }
            },
        };
        Ok(FactorPage {
            frame: Frame::new(app, actor, paths::ACCOUNT, "两步验证").await?,
            errors,
            username: account.username,
            stage,
            asked: asked.map(|grant| grant.role.chinese()),
        })
    }
}

/// `GET /account/second-factor`
pub async fn show(State(app): State<App>, actor: Actor, Query(query): Query<Said>) -> Result {
    let mut page = FactorPage::new(&app, &actor, FieldErrors::new()).await?;
    page.frame = page.frame.saying(query.said);
    reply::page(&page)
}

/// `POST /account/second-factor`
pub async fn begin(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let receipt = deeds::begin(&app.store, &actor, &form.once(&actor)).await?;
    reply::see_other(receipt)
}

/// A password may begin or end with a blank: only the form's own text is trimmed.
fn present(form: &Form) -> &str {
    form.fields()
        .find(|(name, _)| *name == "present")
        .map_or("", |(_, text)| text)
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct CodesPage {
    frame: Frame,
    codes: Vec<String>,
    username: String,
}

/// The codes in answer to the form itself: they are stored as digests only. A refusal shows the
/// form again.
async fn show_codes(
    app: &App,
    actor: &Actor,
    given: std::result::Result<Option<Vec<String>>, Fail<SecondFactorRefused>>,
) -> Result {
    match given {
        Ok(Some(codes)) => {
            let account = rows::account(app.store.db(), actor.account)
                .await?
                .ok_or(Failure::NotFound)?;
            reply::page(&CodesPage {
                frame: Frame::new(app, actor, paths::ACCOUNT, "备用码").await?,
                codes,
                username: account.username,
            })
        }
        Ok(None) => reply::done(
            paths::SECOND_FACTOR,
            "已经办好。备用码只显示一次，如果没有记下，请重新生成。",
        ),
        Err(fail) => again(app, actor, fail).await,
    }
}

/// The form again with what was wrong; what belongs to no field is its own page.
async fn again(app: &App, actor: &Actor, fail: Fail<SecondFactorRefused>) -> Result {
    match fail {
        Fail::Refused(refusal) if kernel::Refusal::field(&refusal).is_some() => {
            let errors = field_error(&refusal, "code");
            reply::invalid(&FactorPage::new(app, actor, errors).await?)
        }
        fail => Err(fail.into()),
    }
}

/// `POST /account/second-factor/confirm`
pub async fn confirm(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let proof = Proof {
        code: form.text("code"),
        present: present(&form),
    };
    let given = deeds::confirm(&app.store, &actor, &form.once(&actor), &proof).await;
    show_codes(&app, &actor, given).await
}

/// `POST /account/second-factor/codes`
pub async fn renew(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let given = deeds::renew_codes(&app.store, &actor, &form.once(&actor), present(&form)).await;
    show_codes(&app, &actor, given).await
}

/// `POST /account/second-factor/remove`
pub async fn remove(State(app): State<App>, actor: Actor, form: Form) -> Result {
    match deeds::remove(&app.store, &actor, &form.once(&actor), present(&form)).await {
        Ok(receipt) => reply::see_other(receipt),
        Err(fail) => again(&app, &actor, fail).await,
    }
}

/// `POST /accounts/{id}/second-factor/reset`
pub async fn reset(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    form: Form,
) -> Result {
    let id = paths::id(&id)?;
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            deeds::reset(&tx, id).await?;
            let said = "两步验证已重置，登录已全部退出，并已通知本人。";
            Ok::<_, Fail<SecondFactorRefused>>(reply::with_flash(&paths::account(id), said))
        })
        .await?;
    reply::see_other(receipt)
}

struct RoleLine {
    code: &'static str,
    name: &'static str,
    holders: i64,
    without: i64,
    asked: bool,
}

#[derive(Template)]
#[template(path = "factor_roles.html")]
struct RolesPage {
    frame: Frame,
    version: i64,
    roles: Vec<RoleLine>,
}

/// `GET /accounts/second-factor`
pub async fn roles(State(app): State<App>, actor: Actor, Query(query): Query<Said>) -> Result {
    let db = app.store.db();
    let (asked, version) = deeds::asked_roles(db).await?;
    let holders = factors::holders(db, app.store.today()).await?;
    let roles = Role::ALL.iter().filter(|role| **role != Role::Guest);
    let roles = roles.map(|role| {
        let held = holders.iter().find(|line| line.role == role.code());
        RoleLine {
            code: role.code(),
            name: role.chinese(),
            holders: held.map_or(0, |line| line.holders),
            without: held.map_or(0, |line| line.holders - line.with_factor),
            asked: asked.contains(role),
        }
    });
    reply::page(&RolesPage {
        frame: Frame::new(&app, &actor, paths::ACCOUNTS, "须开启两步验证的角色")
            .await?
            .saying(query.said),
        version,
        roles: roles.collect(),
    })
}

/// `POST /accounts/second-factor`
pub async fn set_roles(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let roles: Vec<Role> = form.all("role").filter_map(Role::from_code).collect();
    let version = form.version();
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            deeds::ask_roles(&tx, &roles, version).await?;
            let said = "已保存。还没有开启的人，下次打开页面时先设置。";
            Ok::<_, Fail<SecondFactorRefused>>(reply::with_flash(paths::FACTOR_ROLES, said))
        })
        .await?;
    reply::see_other(receipt)
}
