//! 两步验证: begun, confirmed, given up by its owner; reset by the system administrator; asked for
//! at sign-in.

use crate::back_off::Tried;
use crate::password::{is_password, random_password};
use crate::session::digest;
use crate::session::{Minted, mint_session_on};
use crate::store as rows;
use crate::store::second_factor as factors;
use crate::totp::Shared;
use crate::use_cases::sign_in::time_words;
use kernel::{Id, Refusal, TreePath};
use serde_json::json;
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{By, Fail, OnceKey, Store, Tx};
use web::{Actor, Role, reply};

/// Recovery codes given at once.
pub const CODES: usize = 10;
/// How long the code is waited for after the password.
const HALF_MS: i64 = 10 * 60_000;

/// Why it did not go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecondFactorRefused {
    /// Not the code of now, or one used before.
    WrongCode {
        /// Seconds until the next try counts.
        wait: i64,
    },
    /// Too many failures before.
    Wait {
        /// Seconds.
        seconds: i64,
    },
    /// The password was not given rightly.
    WrongPassword,
    /// The password was given too long ago.
    Expired,
    /// In force already.
    AlreadyOn,
    /// Not in force.
    NotOn,
    /// A role held asks for it.
    Asked(Role),
}

impl Refusal for SecondFactorRefused {
    fn code(&self) -> &'static str {
        match self {
            SecondFactorRefused::WrongCode { .. } => "wrong_code",
            SecondFactorRefused::Wait { .. } => "must_wait",
            SecondFactorRefused::WrongPassword => "wrong_password",
            SecondFactorRefused::Expired => "sign_in_expired",
            SecondFactorRefused::AlreadyOn => "second_factor_on",
            SecondFactorRefused::NotOn => "second_factor_off",
            SecondFactorRefused::Asked(_) => "second_factor_asked",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            SecondFactorRefused::WrongCode { wait } => {
                let pause = match wait {
                    0 => "请等手机上换出下一组数字再试".to_owned(),
                    wait => format!("请等 {} 再试", time_words(*wait)),
                };
                format!("验证码不对，或已经用过，{pause}。手机的时间须准确（打开“自动设置时间”）。")
                    .into()
            }
            SecondFactorRefused::Wait { seconds } => format!(
                "刚才连续输错了几次，请等 {} 再试。这一次没有核对。",
                time_words(*seconds)
            )
            .into(),
            SecondFactorRefused::WrongPassword => "现在的密码不对，请重新输入。".into(),
            SecondFactorRefused::Expired => "离输入密码已过了 10 分钟，请重新登录。".into(),
            SecondFactorRefused::AlreadyOn => {
                "两步验证已经开启。换手机时，请先关闭再重新开启。".into()
            }
            SecondFactorRefused::NotOn => "两步验证没有开启。".into(),
            SecondFactorRefused::Asked(role) => format!(
                "{}须开启两步验证，不能关闭。换手机请联系系统管理员重置。",
                role.chinese()
            )
            .into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            SecondFactorRefused::WrongCode { .. } | SecondFactorRefused::Wait { .. } => {
                Some("code")
            }
            SecondFactorRefused::WrongPassword => Some("present"),
            _ => None,
        }
    }
}

type Refused = Fail<SecondFactorRefused>;

/// 开始开启: a fresh secret, in force once a code of it was shown.
pub async fn begin(store: &Store, actor: &Actor, once: &OnceKey) -> Result<String, Refused> {
    let account = actor.account;
    let shared = Shared::new(&store.context);
    let sealed = shared.seal(&store.keys, &store.context, account)?;
    store
        .write_once(&actor.by(), once, |tx| async move {
            if !factors::begin_factor(&tx, account, &sealed).await? {
                return Err(Fail::Refused(SecondFactorRefused::AlreadyOn));
            }
            note(&tx, "begin_second_factor", account).await?;
            Ok(crate::paths::SECOND_FACTOR.to_owned())
        })
        .await
}

/// What the owner shows: a code of the phone, and the password again, since an open session may be
/// another's.
#[derive(Clone, Debug)]
pub struct Proof<'a> {
    /// Digits of the phone.
    pub code: &'a str,
    /// The present password.
    pub present: &'a str,
}

/// 开启: the codes for the day the phone is lost, shown once. None if the form came twice.
pub async fn confirm(
    store: &Store,
    actor: &Actor,
    once: &OnceKey,
    proof: &Proof<'_>,
) -> Result<Option<Vec<String>>, Refused> {
    let account = actor.account;
    let row = factors::factor(store.db(), account)
        .await?
        .filter(|row| row.confirmed_at.is_none())
        .ok_or(Fail::Refused(SecondFactorRefused::AlreadyOn))?;
    let tried = check_password(store, account, proof.present).await?;
    let shared = Shared::open(&store.keys, account, &row.secret)?;
    let code = plain(proof.code);
    let Some(step) = shared.step_of(&code, store.context.real_now())? else {
        return Err(Fail::Refused(SecondFactorRefused::WrongCode { wait: 0 }));
    };
    give_codes(store, actor, once, tried, Some(step)).await
}

/// 重新生成备用码: the earlier ones are void.
pub async fn renew_codes(
    store: &Store,
    actor: &Actor,
    once: &OnceKey,
    present: &str,
) -> Result<Option<Vec<String>>, Refused> {
    if factors::factor_since(store.db(), actor.account)
        .await?
        .is_none()
    {
        return Err(Fail::Refused(SecondFactorRefused::NotOn));
    }
    let tried = check_password(store, actor.account, present).await?;
    give_codes(store, actor, once, tried, None).await
}

/// New recovery codes in place of any before; with a step, the factor comes into force by it. None
/// if the form came twice: they are shown once.
async fn give_codes(
    store: &Store,
    actor: &Actor,
    once: &OnceKey,
    tried: Tried,
    step: Option<i64>,
) -> Result<Option<Vec<String>>, Refused> {
    let account = actor.account;
    let codes: Vec<String> = (0..CODES)
        .map(|_| random_password(&store.context))
        .collect();
    let digests: Vec<String> = codes
        .iter()
        .map(|code| code_digest(store, account, &plain(code)))
        .collect();
    let given = Arc::new(AtomicBool::new(false));
    let is_given = Arc::clone(&given);
    store
        .write_once(&actor.by(), once, |tx| async move {
            tried.succeeded(&tx).await?;
            if let Some(step) = step
                && !(factors::use_step(&tx, account, step).await?
                    && factors::confirm_factor(&tx, account).await?)
            {
                return Err(Fail::Refused(SecondFactorRefused::AlreadyOn));
            }
            factors::replace_codes(&tx, account, &digests).await?;
            let action = match step {
                Some(_) => "confirm_second_factor",
                None => "renew_recovery_codes",
            };
            note(&tx, action, account).await?;
            is_given.store(true, Ordering::Relaxed);
            Ok(crate::paths::SECOND_FACTOR.to_owned())
        })
        .await?;
    Ok(given.load(Ordering::Relaxed).then_some(codes))
}

/// 关闭, unless a role of the owner's asks for it.
pub async fn remove(
    store: &Store,
    actor: &Actor,
    once: &OnceKey,
    present: &str,
) -> Result<String, Refused> {
    let account = actor.account;
    let asked = asked_roles(store.db()).await?.0;
    if let Some(grant) = actor
        .grants
        .iter()
        .find(|grant| asked.contains(&grant.role))
    {
        return Err(Fail::Refused(SecondFactorRefused::Asked(grant.role)));
    }
    let tried = check_password(store, account, present).await?;
    store
        .write_once(&actor.by(), once, |tx| async move {
            tried.succeeded(&tx).await?;
            if !factors::delete_factor(&tx, account).await? {
                return Err(Fail::Refused(SecondFactorRefused::NotOn));
            }
            note(&tx, "remove_second_factor", account).await?;
            Ok(reply::with_flash(crate::paths::ACCOUNT, "两步验证已关闭。"))
        })
        .await
}

/// 重置 by the system administrator: the phone is gone and the codes too. The account's sessions
/// end, and its owner is told.
pub async fn reset(tx: &Tx, account: Id) -> Result<(), Refused> {
    rows::account(tx, account).await?.ok_or(Fail::NotFound)?;
    if !factors::delete_factor(tx, account).await? {
        return Err(Fail::Refused(SecondFactorRefused::NotOn));
    }
    rows::end_sessions(tx, account, None).await?;
    note(tx, "reset_second_factor", account).await?;
    let words = "您的两步验证已由系统管理员重置\n现在只凭密码登录。若不是您本人要求的，请立即修改密码并联系系统管理员。";
    let payload = json!({
        "account": account, "words": words, "link": crate::paths::ACCOUNT,
        "dedupe": format!("second_factor:{}", tx.now().0),
    });
    tx.enqueue("account_notice", &payload, tx.now(), None)
        .await?;
    Ok(())
}

/// 哪些角色须开启, and the setting's version.
pub async fn asked_roles(db: &store::Db) -> Result<(Vec<Role>, i64), store::Error> {
    let (codes, version) = factors::asked_roles(db).await?;
    Ok((roles_of(&codes)?, version))
}

/// Roles from the setting's text.
pub fn roles_of(codes: &str) -> Result<Vec<Role>, store::Error> {
    let codes: Vec<String> = serde_json::from_str(codes)?;
    Ok(codes
        .iter()
        .filter_map(|code| Role::from_code(code))
        .collect())
}

/// 规定哪些角色须开启.
pub async fn ask_roles(tx: &Tx, roles: &[Role], version: i64) -> Result<(), Refused> {
    let codes: Vec<&str> = roles.iter().map(|role| role.code()).collect();
    if !factors::ask_roles(tx, &json!(codes).to_string(), version).await? {
        return Err(Fail::Stale);
    }
    let detail = json!({ "roles": codes });
    tx.audit(
        "ask_second_factor",
        ("setting", Id(0)),
        &TreePath::default(),
        detail,
    )
    .await?;
    Ok(())
}

/// The password was right: the token that the code must come with.
pub async fn begin_half(tx: &Tx, account: Id, device: &str) -> Result<String, store::Error> {
    let context = &tx.store().context;
    let token = format!("{}{}", context.token(), context.token());
    let until = tx.now().plus_ms(HALF_MS);
    factors::begin_half(tx, &digest(&token), account, device, until).await?;
    Ok(token)
}

/// 第二步: lets them in if the code fits: the phone's, or one of the recovery codes.
pub async fn finish_half(
    store: &Store,
    token: &str,
    typed: &str,
    address: &str,
) -> Result<(Minted, bool), Refused> {
    let token = digest(token);
    let half = factors::half(store.db(), &token, store.now()).await?;
    let half = half.ok_or(Fail::Refused(SecondFactorRefused::Expired))?;
    let tried = Tried::new(&format!("second factor {}", half.account), address);
    begin_try(store, &tried).await?;
    let by = By {
        account: Some(half.account),
        name: half.name.clone(),
    };
    let (code, counted, now) = (plain(typed), tried.clone(), store.context.real_now());
    let account = half.account;
    let entered = store
        .write(&by, |tx| async move {
            if !factors::end_half(&tx, &token).await? {
                return Err(Fail::Refused(SecondFactorRefused::Expired));
            }
            let by_code = fits(&tx, account, &code, now).await?;
            counted.succeeded(&tx).await?;
            let minted = mint_session_on(&tx, account, &half.device).await?;
            let way = if by_code { "recovery_code" } else { "totp" };
            let detail = json!({ "second_factor": way });
            tx.audit(
                "sign_in",
                ("account", account),
                &TreePath::default(),
                detail,
            )
            .await?;
            Ok((minted, by_code))
        })
        .await;
    match entered {
        Err(Fail::Refused(SecondFactorRefused::WrongCode { .. })) => {
            let wait = note_failure(store, &tried, account).await?;
            Err(Fail::Refused(SecondFactorRefused::WrongCode { wait }))
        }
        entered => entered,
    }
}

/// Uses the code up; whether it was a recovery code.
async fn fits(tx: &Tx, account: Id, code: &str, now: kernel::Instant) -> Result<bool, Refused> {
    const WRONG: SecondFactorRefused = SecondFactorRefused::WrongCode { wait: 0 };
    let row = factors::factor(tx, account).await?;
    let row = row
        .filter(|row| row.confirmed_at.is_some())
        .ok_or(Fail::Refused(SecondFactorRefused::Expired))?;
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        let shared = Shared::open(&tx.store().keys, account, &row.secret)?;
        let used = match shared.step_of(code, now)? {
            Some(step) => factors::use_step(tx, account, step).await?,
            None => false,
        };
        return if used {
            Ok(false)
        } else {
            Err(Fail::Refused(WRONG))
        };
    }
    let digest = code_digest(tx.store(), account, code);
    if factors::use_code(tx, account, &digest).await? {
        Ok(true)
    } else {
        Err(Fail::Refused(WRONG))
    }
}

async fn begin_try(store: &Store, tried: &Tried) -> Result<(), Refused> {
    let counting = tried.clone();
    let wait = store
        .housekeeping(|tx| async move { Ok(counting.begin(&tx).await?) })
        .await?;
    match wait {
        Some(seconds) => Err(Fail::Refused(SecondFactorRefused::Wait { seconds })),
        None => Ok(()),
    }
}

/// The password again, at the pace of sign-in; what to forget when all went well.
async fn check_password(store: &Store, account: Id, present: &str) -> Result<Tried, Refused> {
    let known = rows::credential_of(store.db(), account)
        .await?
        .ok_or(Fail::NotFound)?;
    let tried = Tried::new(&format!("password of {account}"), "second factor");
    begin_try(store, &tried).await?;
    if is_password(Some(known.password_hash), present).await? {
        Ok(tried)
    } else {
        Err(Fail::Refused(SecondFactorRefused::WrongPassword))
    }
}

async fn note_failure(store: &Store, tried: &Tried, account: Id) -> Result<i64, Refused> {
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
                "fail_second_factor",
                ("account", account),
                &TreePath::default(),
                detail,
            )
            .await?;
            Ok(wait)
        })
        .await
}

async fn note(tx: &Tx, action: &'static str, account: Id) -> Result<(), store::Error> {
    tx.audit(
        action,
        ("account", account),
        &TreePath::default(),
        json!({}),
    )
    .await
}

/// As typed, without what only helps the eye.
fn plain(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .take(64)
        .collect()
}

/// Tells nothing without the key; a code has 59 bits besides.
fn code_digest(store: &Store, account: Id, plain: &str) -> String {
    store.keys.blind(&format!("recovery/{account}/{plain}"))
}
