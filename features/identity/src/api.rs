//! Accounts, roles and the audit log for programs. No password goes this way.

use crate::accounts::{
    AccountRefused, GrantRefused, NewAccount, NewGrant, create_account, grant, hash_password,
    random_password, revoke,
};
use crate::audit_log::{Asked, entries, words_for};
use crate::store::{self as rows, Account, GrantLine, ListAccounts, ListGrants};
use crate::use_cases::suspend_account::{resume_account, suspend_account};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use kernel::{Day, Id, Instant};
use serde::{Deserialize, Serialize};
use store::audit::Entry;
use store::{Fail, Tx};
use utoipa::{IntoParams, ToSchema};
use web::api::{self, Command, Endpoint, Key, Moment, Page, Paging, Problem, Query, act};
use web::{Actor, App, Right, Role};

/// Ways in for programs.
pub fn endpoints() -> Vec<Endpoint> {
    const MANAGE: Right = Right::ManageAccounts;
    const GRANT: Right = Right::GrantRoles;
    let account = |endpoint: Endpoint, status| endpoint.answers::<AccountOut>(status, "账号");
    vec![
        api::get(
            "/api/v1/accounts",
            MANAGE,
            "list_accounts",
            "账号",
            get(accounts),
        )
        .query::<Narrower>()
        .query::<Paging>()
        .answers::<Page<AccountOut>>(StatusCode::OK, "按用户名排列的一页"),
        account(
            api::post(
                "/api/v1/accounts",
                MANAGE,
                "create_account",
                "新建账号；首次密码在页面上重置后交给本人",
                post(create),
            )
            .takes::<NewAccountIn>(),
            StatusCode::CREATED,
        ),
        account(
            api::post(
                "/api/v1/accounts/{id}/suspend",
                MANAGE,
                "suspend_account",
                "停用账号",
                post(suspend),
            )
            .takes::<Version>(),
            StatusCode::OK,
        ),
        account(
            api::post(
                "/api/v1/accounts/{id}/resume",
                MANAGE,
                "resume_account",
                "恢复账号",
                post(resume),
            )
            .takes::<Version>(),
            StatusCode::OK,
        ),
        api::get(
            "/api/v1/grants",
            GRANT,
            "list_grants",
            "谁在哪里任什么角色",
            get(grants),
        )
        .query::<Narrower>()
        .query::<Paging>()
        .answers::<Page<GrantOut>>(StatusCode::OK, "按组织排列的一页"),
        api::post(
            "/api/v1/grants",
            GRANT,
            "grant_role",
            "授予角色",
            post(give),
        )
        .takes::<NewGrantIn>()
        .answers::<GrantOut>(StatusCode::CREATED, "任职"),
        api::post(
            "/api/v1/grants/{id}/revoke",
            GRANT,
            "revoke_role",
            "收回角色",
            post(take_back),
        )
        .takes::<Reason>()
        .answers_nothing(),
        api::get(
            "/api/v1/audit",
            Right::ReadAudit,
            "list_audit",
            "审计日志，最近的在前",
            get(audit),
        )
        .query::<Paging>()
        .answers::<Page<EntryOut>>(StatusCode::OK, "日志的一页"),
    ]
}

/// 账号
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountOut {
    /// 标识
    id: Id,
    /// 用户名
    username: String,
    /// 姓名
    name: String,
    /// 须先修改密码
    must_change: bool,
    /// 停用时间
    suspended_at: Option<Moment>,
    /// 新建时间
    created_at: Moment,
    /// 版本，修改时带回
    version: i64,
}

impl From<Account> for AccountOut {
    fn from(account: Account) -> Self {
        AccountOut {
            id: account.id,
            username: account.username,
            name: account.name,
            must_change: account.must_change,
            suspended_at: account.suspended_at.map(Moment),
            created_at: account.created_at.into(),
            version: account.version,
        }
    }
}

/// 任职
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GrantOut {
    /// 标识
    id: Id,
    /// 账号
    account: Id,
    /// 姓名
    account_name: String,
    /// 角色代码
    role: String,
    /// 在哪里
    node: Id,
    /// 它的名称
    node_name: String,
    /// 起
    from: Day,
    /// 止
    to: Option<Day>,
    /// 依据
    reason: String,
    /// 收回时间
    revoked_at: Option<Moment>,
}

impl From<GrantLine> for GrantOut {
    fn from(line: GrantLine) -> Self {
        GrantOut {
            id: line.id,
            account: line.account,
            account_name: line.account_name,
            role: line.role,
            node: line.node,
            node_name: line.node_name,
            from: line.from_day,
            to: line.to_day,
            reason: line.reason,
            revoked_at: line.revoked_at.map(Moment),
        }
    }
}

/// 审计日志的一条
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntryOut {
    /// 标识
    id: Id,
    /// 链中的位置；还没有接入时为空
    seq: Option<i64>,
    /// 时间
    at: Moment,
    /// 谁
    actor: String,
    /// 动作代码
    action: String,
    /// 动作
    action_name: String,
    /// 对象的种类
    object_kind: String,
    /// 对象
    object: Id,
    /// 链值（SM3）
    hash: Option<String>,
}

impl From<Entry> for EntryOut {
    fn from(entry: Entry) -> Self {
        EntryOut {
            id: entry.id,
            seq: entry.seq,
            at: entry.at.into(),
            actor: entry.actor,
            action_name: words_for(&entry.action),
            action: entry.action,
            object_kind: entry.object_kind,
            object: entry.object_id,
            hash: entry.hash,
        }
    }
}

/// 新建账号
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccountIn {
    /// 用户名
    #[schema(min_length = 2, max_length = 32)]
    username: String,
    /// 姓名
    #[schema(min_length = 1, max_length = 40)]
    name: String,
    /// 本人在名册上的标识
    #[serde(default)]
    member: Option<Id>,
}

/// 读到的版本
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// 读到的版本
    version: i64,
}

/// 授予角色
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrantIn {
    /// 账号
    account: Id,
    /// 角色代码
    role: String,
    /// 在哪个组织、单位或片区
    node: Id,
    /// 起，默认今天
    #[serde(default)]
    from: Option<Day>,
    /// 止；长期任职不写
    #[serde(default)]
    to: Option<Day>,
    /// 依据
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// 理由
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// 理由
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// 筛选
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
struct Narrower {
    /// 角色代码
    role: Option<String>,
}

async fn accounts(
    State(app): State<App>,
    Query(narrower): Query<Narrower>,
    Query(paging): Query<Paging>,
) -> api::Result {
    let limit = paging.limit()?;
    let after: Option<String> = paging.after()?;
    let asked = ListAccounts {
        words: "",
        role: narrower.role.as_deref().and_then(Role::from_code),
        after: after.as_deref().unwrap_or_default(),
        limit: limit as i64 + 1,
    };
    let found = rows::accounts(app.store.db(), &asked, app.store.today()).await?;
    api::json(&Page::of(found, limit, |a| a.username.clone()).map(AccountOut::from))
}

async fn create(
    State(app): State<App>,
    actor: Actor,
    command: Command<NewAccountIn>,
) -> api::Result {
    let hashed = hash_password(&app.store.context, &random_password(&app.store.context)).await?;
    let input = command.input;
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::CREATED,
        |tx| async move {
            let new = NewAccount {
                username: &input.username,
                name: &input.name,
                password: hashed,
                must_change: true,
                member: input.member,
            };
            let id = create_account(&tx, new).await?;
            as_it_stands::<AccountRefused>(&tx, id).await
        },
    )
    .await
}

async fn as_it_stands<R>(tx: &Tx, id: Id) -> Result<AccountOut, Fail<R>> {
    let account = rows::account(tx, id).await?.ok_or(Fail::NotFound)?;
    Ok(account.into())
}

async fn suspend(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<Version>,
) -> api::Result {
    let version = command.input.version;
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            suspend_account(&tx, id, version).await?;
            as_it_stands(&tx, id).await
        },
    )
    .await
}

async fn resume(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<Version>,
) -> api::Result {
    let version = command.input.version;
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            resume_account(&tx, id, version).await?;
            as_it_stands(&tx, id).await
        },
    )
    .await
}

async fn grants(
    State(app): State<App>,
    Query(narrower): Query<Narrower>,
    Query(paging): Query<Paging>,
) -> api::Result {
    let limit = paging.limit()?;
    let after: Option<(String, Id)> = paging.after()?;
    let asked = ListGrants {
        words: "",
        role: narrower.role.as_deref().and_then(Role::from_code),
        with_ended: true,
        after: after
            .as_ref()
            .map_or(("", Id(-1)), |(path, id)| (path.as_str(), *id)),
        limit: limit as i64 + 1,
    };
    let found = rows::grants(app.store.db(), &asked, app.store.today()).await?;
    let key = |g: &GrantLine| (g.path.as_str().to_owned(), g.id);
    api::json(&Page::of(found, limit, key).map(GrantOut::from))
}

async fn give(State(app): State<App>, actor: Actor, command: Command<NewGrantIn>) -> api::Result {
    let input = command.input;
    let role = Role::from_code(&input.role)
        .ok_or_else(|| Problem::from(Fail::Refused(GrantRefused::NoRole)))?;
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::CREATED,
        |tx| async move {
            let new = NewGrant {
                account: input.account,
                role,
                node: input.node,
                from: input.from.unwrap_or(tx.today()),
                to: input.to,
                reason: &input.reason,
            };
            rows::account(&tx, input.account)
                .await?
                .ok_or(Fail::NotFound)?;
            let id = grant(&tx, &new).await?;
            let line = rows::grant_line(&tx, id).await?.ok_or(Fail::NotFound)?;
            Ok::<GrantOut, Fail<GrantRefused>>(line.into())
        },
    )
    .await
}

async fn take_back(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<Reason>,
) -> api::Result {
    let reason = command.input.reason;
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::NO_CONTENT,
        |tx| async move { revoke(&tx, id, &reason).await },
    )
    .await
}

async fn audit(State(app): State<App>, Query(paging): Query<Paging>) -> api::Result {
    let limit = paging.limit()?;
    let asked = Asked {
        actor: String::new(),
        action: String::new(),
        from: None::<Instant>,
        until: None,
        object: None,
        before: paging.after()?.unwrap_or(Id(i64::MAX)),
        limit: limit as i64 + 1,
    };
    let found = entries(app.store.db(), &asked).await?;
    api::json(&Page::of(found, limit, |e| e.id).map(EntryOut::from))
}
