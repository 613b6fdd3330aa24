//! A small county that tests share: two zones, a general branch with two branches, three branches.

use crate::{Caller, TestApp};
use kernel::{Id, TreePath};
use store::{Fail, params};
use web::Role;

/// The day on which tests happen, a Friday.
pub const COUNTY_TODAY: &str = "2026-11-20";

/// Ids of the small county. Names: 清禾县教育局机关党委 over 第一中学党总支 (高中部党支部, 初中部党支部),
/// 第一小学党支部, 第二小学党支部 and 柳湾联合党支部; zones 城区片 and 南片.
#[derive(Clone, Copy, Debug)]
pub struct County {
    pub bureau: Id,
    pub town: Id,
    pub south: Id,
    pub general: Id,
    pub senior: Id,
    pub junior: Id,
    pub first: Id,
    pub second: Id,
    pub joint: Id,
    pub officer: Id,
    pub leader: Id,
    pub inspector: Id,
    pub superior: Id,
    pub secretary: Id,
    pub committee_member: Id,
    pub second_secretary: Id,
    pub system_admin: Id,
    pub security_admin: Id,
    pub audit_admin: Id,
}

impl County {
    /// Writes it.
    pub async fn build(app: &TestApp) -> County {
        let store = &app.app.store;
        let built: Result<County, Fail<std::convert::Infallible>> = store
            .housekeep(|tx| async move { Ok(write(&tx).await?) })
            .await;
        built.unwrap()
    }

    /// A session of the account.
    pub async fn call(app: &TestApp, account: Id) -> Caller {
        app.session_of(account).await
    }
}

async fn write(tx: &store::Tx) -> Result<County, store::Error> {
    let node = |category: &'static str,
                kind: &'static str,
                name: &'static str,
                path: &'static str,
                zone: Option<Id>| {
        let tx = tx.clone();
        async move {
            let id = tx.new_id();
            tx.exec(
                "INSERT INTO node (id, category, kind, name, short_name, pinyin, path, zone, from_day)
                 VALUES ($1, $2, $3, $4, $4, '', $5, $6, '2020-01-01')",
                params![id, category, kind, name, TreePath::new(path), zone],
            )
            .await?;
            Ok::<Id, store::Error>(id)
        }
    };
    let town = node("zone", "zone", "城区片", "", None).await?;
    let south = node("zone", "zone", "南片", "", None).await?;
    let bureau = node(
        "organisation",
        "department_committee",
        "清禾县教育局机关党委",
        "001",
        None,
    )
    .await?;
    let general = node(
        "organisation",
        "general_branch",
        "第一中学党总支",
        "001001",
        Some(town),
    )
    .await?;
    let senior = node(
        "organisation",
        "branch",
        "高中部党支部",
        "001001001",
        Some(town),
    )
    .await?;
    let junior = node(
        "organisation",
        "branch",
        "初中部党支部",
        "001001002",
        Some(town),
    )
    .await?;
    let first = node(
        "organisation",
        "branch",
        "第一小学党支部",
        "001002",
        Some(town),
    )
    .await?;
    let second = node(
        "organisation",
        "branch",
        "第二小学党支部",
        "001003",
        Some(south),
    )
    .await?;
    let joint = node(
        "organisation",
        "joint_branch",
        "柳湾联合党支部",
        "001004",
        Some(south),
    )
    .await?;
    let edges = [
        ("subordination", general, bureau),
        ("subordination", senior, general),
        ("subordination", junior, general),
        ("subordination", first, bureau),
        ("subordination", second, bureau),
        ("subordination", joint, bureau),
        ("zone", general, town),
        ("zone", first, town),
        ("zone", second, south),
        ("zone", joint, south),
    ];
    for (tree, child, parent) in edges {
        tx.exec(
            "INSERT INTO edge (id, tree, child, parent, from_day) VALUES ($1, $2, $3, $4, '2020-01-01')",
            params![tx.new_id(), tree, child, parent],
        )
        .await?;
    }
    let account = |username: &'static str, name: &'static str, role: Role, at: Id| {
        let tx = tx.clone();
        async move { add_account(&tx, username, name, role, at).await }
    };
    Ok(County {
        officer: account("officer", "何清", Role::Officer, bureau).await?,
        leader: account("leader", "段立", Role::Leader, bureau).await?,
        inspector: account("inspector", "柯南平", Role::Inspector, south).await?,
        superior: account("superior", "傅总", Role::SuperiorSecretary, general).await?,
        secretary: account("secretary", "周明", Role::Secretary, first).await?,
        committee_member: account("committee", "祝委", Role::CommitteeMember, first).await?,
        second_secretary: account("second", "吴二", Role::Secretary, second).await?,
        system_admin: account("system", "系统员", Role::SystemAdmin, bureau).await?,
        security_admin: account("security", "安全员", Role::SecurityAdmin, bureau).await?,
        audit_admin: account("audit", "审计员", Role::AuditAdmin, bureau).await?,
        bureau,
        town,
        south,
        general,
        senior,
        junior,
        first,
        second,
        joint,
    })
}

/// An account with one role; no password opens it.
pub async fn add_account(
    tx: &store::Tx,
    username: &str,
    name: &str,
    role: Role,
    at: Id,
) -> Result<Id, store::Error> {
    let id = tx.new_id();
    tx.exec(
        "INSERT INTO account (id, username, name, password_hash, must_change, created_at)
         VALUES ($1, $2, $3, '', FALSE, $4)",
        params![id, username, name, tx.now()],
    )
    .await?;
    tx.exec(
        "INSERT INTO role_grant (id, account, role, node, from_day) VALUES ($1, $2, $3, $4, '2020-01-01')",
        params![tx.new_id(), id, role.code(), at],
    )
    .await?;
    Ok(id)
}
