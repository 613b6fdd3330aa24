//! 接口令牌: made by their owner for a program, reaching some of the owner's roles for some time.

use crate::session::digest;
use kernel::{Day, Id, Instant, Refusal, TreePath};
use serde_json::json;
use std::borrow::Cow;
use store::{Context, Db, Error, Fail, Tx, params};
use web::{Actor, Role};

/// Days a token lives at most.
pub const MOST_DAYS: i32 = 365;
/// Living tokens an account may have.
const MOST_TOKENS: i64 = 20;
/// What every token begins with, so that one is recognised where it does not belong.
const MARK: &str = "zb_";

/// Why none was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotMade {
    /// No name, or too long a one.
    Name,
    /// No role, or one the owner does not hold.
    Roles,
    /// A day already gone, or too far.
    Expiry,
    /// Too many already.
    TooMany,
}

impl Refusal for NotMade {
    fn code(&self) -> &'static str {
        match self {
            NotMade::Name => "token_name",
            NotMade::Roles => "token_roles",
            NotMade::Expiry => "token_expiry",
            NotMade::TooMany => "too_many_tokens",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            NotMade::Name => "请写明这个令牌给什么程序用，不超过 40 个字。",
            NotMade::Roles => "请至少选一个您现在担任的角色。",
            NotMade::Expiry => "到期日应在明天到一年之内。",
            NotMade::TooMany => "已有 20 个有效的令牌，请先收回不用的。",
        })
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            NotMade::Name => Some("name"),
            NotMade::Roles => Some("roles"),
            NotMade::Expiry => Some("expires_on"),
            NotMade::TooMany => None,
        }
    }
}

/// What a token is to be.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// For which program.
    pub name: String,
    /// Which of the owner's roles it reaches.
    pub roles: Vec<Role>,
    /// Whether it changes nothing.
    pub read_only: bool,
    /// Its last day.
    pub expires_on: Day,
}

store::row! {
    /// A token as its owner sees it; the token itself is nowhere kept.
    #[derive(Clone, Debug)]
    pub struct TokenRow {
        /// Key.
        pub id: Id,
        /// For which program.
        pub name: String,
        /// Codes of its roles, with commas between.
        pub roles: String,
        /// Whether it changes nothing.
        pub read_only: bool,
        /// Since when it is.
        pub created_at: Instant,
        /// Its last day.
        pub expires_on: Day,
        /// When it was last used, to the hour.
        pub used_at: Option<Instant>,
    }
}

/// The tokens of an account that live.
pub async fn living(db: &Db, account: Id, today: Day) -> Result<Vec<TokenRow>, Error> {
    db.all(
        "SELECT id, name, roles, read_only, created_at, expires_on, used_at FROM access_token
         WHERE account = $1 AND revoked_at IS NULL AND expires_on >= $2 ORDER BY id DESC",
        params![account, today],
    )
    .await
}

/// The text of a new token; shown once and nowhere kept.
pub fn token_text(context: &Context) -> String {
    format!("{MARK}{}{}", context.token(), context.token())
}

/// Makes one with that text.
pub async fn make_token(
    tx: &Tx,
    actor: &Actor,
    new: &NewToken,
    text: &str,
) -> Result<(), Fail<NotMade>> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 40 {
        return Err(Fail::Refused(NotMade::Name));
    }
    if new.roles.is_empty() || !new.roles.iter().all(|role| actor.is(*role)) {
        return Err(Fail::Refused(NotMade::Roles));
    }
    let days = tx.today().days_until(new.expires_on);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Fail::Refused(NotMade::Expiry));
    }
    let sql = "SELECT COUNT(*) FROM access_token WHERE account = $1 AND revoked_at IS NULL AND expires_on >= $2";
    let living: i64 = tx.scalar(sql, params![actor.account, tx.today()]).await?;
    if living >= MOST_TOKENS {
        return Err(Fail::Refused(NotMade::TooMany));
    }
    let id = insert(tx, actor.account, new, text).await?;
    let roles: Vec<&str> = new.roles.iter().map(|role| role.code()).collect();
    let detail =
        json!({ "roles": roles, "read_only": new.read_only, "expires_on": new.expires_on });
    tx.audit(
        "make_token",
        ("access_token", id),
        &TreePath::default(),
        detail,
    )
    .await?;
    Ok(())
}

/// Takes one back.
pub async fn revoke_token(tx: &Tx, actor: &Actor, id: Id) -> Result<(), Fail<NotMade>> {
    let sql = "UPDATE access_token SET revoked_at = $3
               WHERE id = $1 AND account = $2 AND revoked_at IS NULL";
    if tx.exec(sql, params![id, actor.account, tx.now()]).await? == 0 {
        return Err(Fail::NotFound);
    }
    tx.audit(
        "revoke_token",
        ("access_token", id),
        &TreePath::default(),
        json!({}),
    )
    .await?;
    Ok(())
}

/// Writes the row of a token with that text; its key.
pub async fn insert(tx: &Tx, account: Id, new: &NewToken, text: &str) -> Result<Id, Error> {
    let id = tx.new_id();
    let roles: Vec<&str> = new.roles.iter().map(|role| role.code()).collect();
    tx.exec(
        "INSERT INTO access_token (id, account, name, digest, roles, read_only, created_at, expires_on)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            id,
            account,
            new.name.trim(),
            digest(text),
            roles.join(","),
            new.read_only,
            tx.now(),
            new.expires_on
        ],
    )
    .await?;
    Ok(id)
}
