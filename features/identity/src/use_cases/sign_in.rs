//! 登录

use crate::accounts::username_of;
use crate::back_off::Tried;
use crate::password::is_password;
use crate::session::{Minted, mint_session_on};
use crate::store as rows;
use crate::store::second_factor::factor_since;
use crate::use_cases::second_factor::begin_half;
use kernel::{Id, Refusal, TreePath};
use serde_json::json;
use std::borrow::Cow;
use store::{By, Fail, Store};

/// What somebody brings to the door.
#[derive(Clone, Debug)]
pub struct Knock<'a> {
    /// As typed.
    pub username: &'a str,
    /// As typed.
    pub password: &'a str,
    /// Where from.
    pub address: &'a str,
    /// Words for the device.
    pub device: &'a str,
}

/// Why nobody was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInRefused {
    /// No such name or not its password: the same answer.
    Wrong {
        /// Seconds until the next try counts; none if at once.
        wait: i64,
    },
    /// Too many failures before.
    Wait {
        /// Seconds.
        seconds: i64,
    },
    /// The password is right, the account is closed.
    Suspended,
}

impl Refusal for SignInRefused {
    fn code(&self) -> &'static str {
        match self {
            SignInRefused::Wrong { .. } => "wrong_credentials",
            SignInRefused::Wait { .. } => "must_wait",
            SignInRefused::Suspended => "suspended",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            SignInRefused::Wrong { wait: 0 } => "用户名或密码不对，请再试一次。".into(),
            SignInRefused::Wrong { wait } => {
                format!("用户名或密码不对，请等 {} 再试。", time_words(*wait)).into()
            }
            SignInRefused::Wait { seconds } => format!(
                "刚才连续输错了几次，请等 {} 再试。这一次没有核对密码。",
                time_words(*seconds)
            )
            .into(),
            SignInRefused::Suspended => "这个账号已停用。如需恢复，请联系系统管理员。".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("password")
    }
}

pub(crate) fn time_words(seconds: i64) -> String {
    if seconds < 60 {
        format!("{seconds} 秒")
    } else {
        format!("{} 分钟", (seconds + 59) / 60)
    }
}

/// How far somebody came by their password.
#[derive(Clone, Debug)]
pub enum Entry {
    /// In.
    Through(Minted),
    /// To the second step, with the token that the code must come with.
    Half(String),
}

/// Lets them in if the password fits, or on to the second step where the account has one.
pub async fn sign_in(store: &Store, knock: &Knock<'_>) -> Result<Entry, Fail<SignInRefused>> {
    let username = username_of(knock.username);
    let tried = Tried::new(&username, knock.address);
    let counting = tried.clone();
    let wait = store
        .housekeeping(|tx| async move { Ok(counting.begin(&tx).await?) })
        .await?;
    if let Some(seconds) = wait {
        return Err(Fail::Refused(SignInRefused::Wait { seconds }));
    }
    let known = rows::credential(store.db(), &username).await?;
    let stored = known.as_ref().map(|known| known.password_hash.clone());
    let fits = is_password(stored, knock.password).await?;
    let Some(known) = known.filter(|_| fits) else {
        let wait = note_failure(store, &tried).await?;
        return Err(Fail::Refused(SignInRefused::Wrong { wait }));
    };
    if known.suspended_at.is_some() {
        note_failure(store, &tried).await?;
        return Err(Fail::Refused(SignInRefused::Suspended));
    }
    let by = By {
        account: Some(known.id),
        name: known.name,
    };
    let device = knock.device.to_owned();
    if factor_since(store.db(), known.id).await?.is_some() {
        let half = store.housekeep(|tx| async move {
            tried.succeeded(&tx).await?;
            Ok(begin_half(&tx, known.id, &device).await?)
        });
        return Ok(Entry::Half(half.await?));
    }
    store
        .write(&by, |tx| async move {
            tried.succeeded(&tx).await?;
            let minted = mint_session_on(&tx, known.id, &device).await?;
            tx.audit(
                "sign_in",
                ("account", known.id),
                &TreePath::default(),
                json!({}),
            )
            .await?;
            Ok(Entry::Through(minted))
        })
        .await
}

/// The audit entry of a failure names no account: people type passwords into the wrong field.
async fn note_failure(store: &Store, tried: &Tried) -> Result<i64, Fail<SignInRefused>> {
    let nobody = By {
        account: None,
        name: "未登录".to_owned(),
    };
    let tried = tried.clone();
    store
        .write(&nobody, |tx| async move {
            let wait = tried.wait(&tx).await?;
            let detail = json!({ "wait_seconds": wait });
            tx.audit(
                "fail_sign_in",
                ("account", Id(0)),
                &TreePath::default(),
                detail,
            )
            .await?;
            Ok(wait)
        })
        .await
}
