//! Accounts and the roles they hold: the verbs that pages, the command line and the demo share.

use crate::password::PasswordUnfit;
use crate::store as rows;
use kernel::{Day, Id, Refusal, TreePath};
use std::borrow::Cow;
use store::{Error, Fail, Tx};
use web::Role;

pub use crate::password::{Hashed, hash_password, judge_password, random_password};

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    /// What they type to sign in; kept in lower case.
    pub username: &'a str,
    /// Their name, as shown beside what they do.
    pub name: &'a str,
    /// Their first password.
    pub password: Hashed,
    /// Whether they must choose another one first.
    pub must_change: bool,
    /// The member it belongs to.
    pub member: Option<Id>,
}

/// Why an account was not made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountRefused {
    /// Nothing, or something other than letters, digits, dot, hyphen and underscore.
    UsernameUnfit,
    /// Somebody has it.
    UsernameTaken,
    /// No name, or a very long one.
    NameUnfit,
    /// The password will not do.
    Password(PasswordUnfit),
    /// One's own account is not suspended by oneself.
    OwnAccount,
    /// The last account of that administrator's role still open.
    LastAdministrator(Role),
    /// It is suspended already.
    AlreadySuspended,
    /// It is open already.
    NotSuspended,
    /// The present password was not given rightly.
    WrongPassword,
    /// The new password is the present one.
    SamePassword,
    /// The two new passwords differ.
    NotRepeated,
}

impl Refusal for AccountRefused {
    fn code(&self) -> &'static str {
        match self {
            AccountRefused::UsernameUnfit => "username_unfit",
            AccountRefused::UsernameTaken => "username_taken",
            AccountRefused::NameUnfit => "name_unfit",
            AccountRefused::Password(unfit) => unfit.code(),
            AccountRefused::OwnAccount => "own_account",
            AccountRefused::LastAdministrator(_) => "last_administrator",
            AccountRefused::AlreadySuspended => "already_suspended",
            AccountRefused::NotSuspended => "not_suspended",
            AccountRefused::WrongPassword => "wrong_password",
            AccountRefused::SamePassword => "same_password",
            AccountRefused::NotRepeated => "not_repeated",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            AccountRefused::UsernameUnfit => {
                "用户名须为 2 至 32 个字母、数字、汉字或 . - _,中间没有空格。".into()
            }
            AccountRefused::UsernameTaken => {
                "这个用户名已有人使用，请换一个，例如加上单位简称。".into()
            }
            AccountRefused::NameUnfit => "请填写姓名，不超过 40 个字。".into(),
            AccountRefused::Password(unfit) => unfit.words(),
            AccountRefused::OwnAccount => "不能停用自己的账号，请由另一位系统管理员办理。".into(),
            AccountRefused::LastAdministrator(role) => format!(
                "这是最后一位{}，停用或收回后无人能办，请先另设一位。",
                role.chinese()
            )
            .into(),
            AccountRefused::AlreadySuspended => "这个账号已经停用。".into(),
            AccountRefused::NotSuspended => "这个账号没有停用，不用恢复。".into(),
            AccountRefused::WrongPassword => "现在的密码不对，请重新输入。".into(),
            AccountRefused::SamePassword => "新密码与现在的密码相同，请换一个。".into(),
            AccountRefused::NotRepeated => "两次输入的新密码不一样，请重新输入。".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            AccountRefused::UsernameUnfit | AccountRefused::UsernameTaken => Some("username"),
            AccountRefused::NameUnfit => Some("name"),
            AccountRefused::Password(_) | AccountRefused::SamePassword => Some("password"),
            AccountRefused::NotRepeated => Some("again"),
            AccountRefused::WrongPassword => Some("present"),
            AccountRefused::OwnAccount
            | AccountRefused::LastAdministrator(_)
            | AccountRefused::AlreadySuspended
            | AccountRefused::NotSuspended => None,
        }
    }
}

/// A user name as kept and looked up: without blanks at its ends, in lower case.
pub fn username_of(typed: &str) -> String {
    typed.trim().to_lowercase()
}

fn is_username(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || ".-_".contains(c);
    (2..=32).contains(&text.chars().count()) && text.chars().all(fits)
}

/// 开账号: makes an account; it holds no role yet.
pub async fn create_account(tx: &Tx, new: NewAccount<'_>) -> Result<Id, Fail<AccountRefused>> {
    let (username, name) = (username_of(new.username), new.name.trim());
    if !is_username(&username) {
        return Err(Fail::Refused(AccountRefused::UsernameUnfit));
    }
    if name.is_empty() || name.chars().count() > 40 {
        return Err(Fail::Refused(AccountRefused::NameUnfit));
    }
    if rows::account_named(tx, &username).await?.is_some() {
        return Err(Fail::Refused(AccountRefused::UsernameTaken));
    }
    let id = tx.new_id();
    match rows::insert_account(tx, id, &username, name, &new).await {
        // Two at once on PostgreSQL: the second learns it from the index.
        Err(error) if error.is_duplicate() => Err(Fail::Refused(AccountRefused::UsernameTaken)),
        Err(error) => Err(error.into()),
        Ok(()) => {
            let detail = serde_json::json!({ "must_change": new.must_change });
            tx.audit(
                "create_account",
                ("account", id),
                &TreePath::default(),
                detail,
            )
            .await?;
            Ok(id)
        }
    }
}

/// A role to be held.
#[derive(Clone, Debug)]
pub struct NewGrant<'a> {
    /// By whom.
    pub account: Id,
    /// Which.
    pub role: Role,
    /// At which node.
    pub node: Id,
    /// From that day on.
    pub from: Day,
    /// To that day, included; open when none.
    pub to: Option<Day>,
    /// The decision behind it, in the granter's words.
    pub reason: &'a str,
}

/// Why a role was not granted or taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantRefused {
    /// An administrator holds nothing else, and nobody else is an administrator.
    Exclusive {
        /// The role asked for.
        wanted: Role,
        /// The role held in that time.
        held: Role,
    },
    /// Nobody grants to themselves.
    OwnAccount,
    /// The role is not held at a node of that kind.
    WrongNode(Role),
    /// Guests answer by a link and hold no account.
    NotGranted,
    /// The end is before the beginning.
    Backwards,
    /// They hold it there in that time.
    AlreadyHeld,
    /// No reason given.
    NoReason,
    /// No day given.
    NoDay,
    /// No role chosen.
    NoRole,
    /// No organisation of that name, or several.
    NoNode,
    /// It has ended.
    AlreadyEnded,
    /// The last holder of an administrator's role.
    LastAdministrator(Role),
}

impl Refusal for GrantRefused {
    fn code(&self) -> &'static str {
        match self {
            GrantRefused::Exclusive { .. } => "roles_exclude_each_other",
            GrantRefused::OwnAccount => "own_account",
            GrantRefused::WrongNode(_) => "wrong_node",
            GrantRefused::NotGranted => "not_granted",
            GrantRefused::Backwards => "period_backwards",
            GrantRefused::AlreadyHeld => "already_held",
            GrantRefused::NoReason => "no_reason",
            GrantRefused::NoDay => "no_day",
            GrantRefused::NoRole => "no_role",
            GrantRefused::NoNode => "no_node",
            GrantRefused::AlreadyEnded => "already_ended",
            GrantRefused::LastAdministrator(_) => "last_administrator",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            GrantRefused::Exclusive { wanted, held } => format!(
                "这个账号在这段时间里是{}，不能再任{}：系统、安全、审计三个管理员互相排斥，也不兼其他角色。请先收回原角色，或另开账号。",
                held.chinese(),
                wanted.chinese()
            )
            .into(),
            GrantRefused::OwnAccount => "不能给自己授予或收回角色，请由另一位安全管理员办理。".into(),
            GrantRefused::WrongNode(role) => match role {
                Role::Inspector => "片区督查员须授予在片区上，请改选一个片区。".into(),
                Role::Principal => "校长须授予在学校或党组织上，请改选。".into(),
                role if role.is_administrator() => {
                    format!("{}管全系统，须授予在最上级组织上。", role.chinese()).into()
                }
                role => format!("{}须授予在党组织上，请改选一个党组织。", role.chinese()).into(),
            },
            GrantRefused::NotGranted => "来宾凭链接填写，不用账号，也不授予角色。".into(),
            GrantRefused::Backwards => "止期早于起期，请核对两个日期。".into(),
            GrantRefused::AlreadyHeld => "这个账号在这段时间里已在该处任此角色，不用重复授予。".into(),
            GrantRefused::NoReason => "请写明依据或原因，例如任职文件的文号。".into(),
            GrantRefused::NoDay => "请填写日期，格式如 2026-11-20。".into(),
            GrantRefused::NoRole => "请选择角色。".into(),
            GrantRefused::NoNode => "没有找到这个单位，请写全称，或从下拉提示里选。".into(),
            GrantRefused::AlreadyEnded => "这个角色已经到期或已收回。".into(),
            GrantRefused::LastAdministrator(role) => {
                format!("这是最后一位{}，收回后无人能办，请先另设一位。", role.chinese()).into()
            }
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            GrantRefused::Exclusive { .. } | GrantRefused::NotGranted | GrantRefused::NoRole => {
                Some("role")
            }
            GrantRefused::WrongNode(_) | GrantRefused::NoNode | GrantRefused::AlreadyHeld => {
                Some("node")
            }
            GrantRefused::Backwards => Some("to"),
            GrantRefused::NoDay => Some("from"),
            GrantRefused::NoReason => Some("reason"),
            GrantRefused::OwnAccount
            | GrantRefused::AlreadyEnded
            | GrantRefused::LastAdministrator(_) => None,
        }
    }
}

/// 授予角色 from that day on, open-ended; the demo's and the command line's way.
pub async fn grant_role(
    tx: &Tx,
    account: Id,
    role: Role,
    node: Id,
    from: Day,
) -> Result<Id, Fail<GrantRefused>> {
    let reason = "系统建立时设定";
    grant(
        tx,
        &NewGrant {
            account,
            role,
            node,
            from,
            to: None,
            reason,
        },
    )
    .await
}

/// 授予角色 with its period and reason.
pub async fn grant(tx: &Tx, new: &NewGrant<'_>) -> Result<Id, Fail<GrantRefused>> {
    let refuse = |why| Err(Fail::Refused(why));
    if tx.by().account == Some(new.account) {
        return refuse(GrantRefused::OwnAccount);
    }
    if new.reason.trim().is_empty() {
        return refuse(GrantRefused::NoReason);
    }
    if new.to.is_some_and(|to| to < new.from) {
        return refuse(GrantRefused::Backwards);
    }
    let node = rows::node(tx, new.node).await?.ok_or(Fail::NotFound)?;
    may_be_held_at(new.role, &node.category, &node.path)?;
    rows::lock_account(tx, new.account).await?;
    for held in rows::grants_between(tx, new.account, new.from, new.to).await? {
        let Some(role) = Role::from_code(&held.role) else {
            continue;
        };
        if role != new.role && (role.is_administrator() || new.role.is_administrator()) {
            return refuse(GrantRefused::Exclusive {
                wanted: new.role,
                held: role,
            });
        }
        if role == new.role && held.node == new.node {
            return refuse(GrantRefused::AlreadyHeld);
        }
    }
    let id = tx.new_id();
    rows::insert_grant(tx, id, new).await?;
    let detail = serde_json::json!({
        "role": new.role.code(), "node": new.node, "account": new.account,
        "from": new.from, "to": new.to,
    });
    tx.audit("grant_role", ("role_grant", id), &node.path, detail)
        .await?;
    Ok(id)
}

fn may_be_held_at(role: Role, category: &str, path: &TreePath) -> Result<(), Fail<GrantRefused>> {
    let fits = match role {
        Role::Guest => return Err(Fail::Refused(GrantRefused::NotGranted)),
        Role::Inspector => category == "zone",
        Role::Principal => matches!(category, "unit" | "organisation"),
        role if role.is_administrator() => category == "organisation" && path.depth() == 1,
        _ => category == "organisation",
    };
    if fits {
        Ok(())
    } else {
        Err(Fail::Refused(GrantRefused::WrongNode(role)))
    }
}

/// 收回角色 at once: from this moment it is not held.
pub async fn revoke(tx: &Tx, grant: Id, reason: &str) -> Result<(), Fail<GrantRefused>> {
    let held = rows::grant(tx, grant).await?.ok_or(Fail::NotFound)?;
    if tx.by().account == Some(held.account) {
        return Err(Fail::Refused(GrantRefused::OwnAccount));
    }
    if reason.trim().is_empty() {
        return Err(Fail::Refused(GrantRefused::NoReason));
    }
    let yesterday = tx.today().plus_days(-1);
    if held.revoked_at.is_some() || held.to_day.is_some_and(|to| to <= yesterday) {
        return Err(Fail::Refused(GrantRefused::AlreadyEnded));
    }
    if let Some(role) = last_administrator(tx, held.account, Some(&held.role)).await? {
        return Err(Fail::Refused(GrantRefused::LastAdministrator(role)));
    }
    rows::end_grant(tx, grant, yesterday, reason.trim()).await?;
    let node = rows::node(tx, held.node).await?;
    let place = node.map(|node| node.path).unwrap_or_default();
    let detail =
        serde_json::json!({ "role": held.role, "node": held.node, "account": held.account });
    tx.audit("revoke_role", ("role_grant", grant), &place, detail)
        .await?;
    Ok(())
}

/// The administrator's role of which this account is the last open holder, if so.
pub(crate) async fn last_administrator(
    tx: &Tx,
    account: Id,
    only: Option<&str>,
) -> Result<Option<Role>, Error> {
    for held in rows::grants_between(tx, account, tx.today(), Some(tx.today())).await? {
        let role = Role::from_code(&held.role).filter(|role| role.is_administrator());
        let Some(role) = role.filter(|role| only.is_none_or(|code| code == role.code())) else {
            continue;
        };
        if rows::other_holders(tx, role, account).await? == 0 {
            return Ok(Some(role));
        }
    }
    Ok(None)
}
