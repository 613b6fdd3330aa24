//! 提醒设置: where and when one wants to be told, set by oneself.

use crate::entities::Hours;
use crate::outside::smtp;
use crate::store as rows;
use ::store::{Fail, Tx};
use kernel::{Id, Refusal, TreePath};
use serde_json::json;
use std::borrow::Cow;

/// What was typed.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub email: String,
    pub wants: bool,
    pub hours: Hours,
    pub version: i64,
}

/// Why it was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemindersRefused {
    /// No address of the usual kind.
    NoAddress,
    /// Letters wanted, and no address.
    AddressMissing,
    /// No code waits.
    NoCode,
    /// The code's half hour is over.
    CodeOld,
    /// Not the code sent.
    WrongCode,
    /// Too many wrong ones.
    TooManyTries,
    /// A code was sent a moment ago.
    TooSoon,
    /// As many codes as a day has.
    TooMany,
    /// No mail server, or it is switched off.
    NoMail,
}

impl Refusal for RemindersRefused {
    fn code(&self) -> &'static str {
        match self {
            RemindersRefused::NoAddress => "no_address",
            RemindersRefused::AddressMissing => "address_missing",
            RemindersRefused::NoCode => "no_code",
            RemindersRefused::CodeOld => "code_old",
            RemindersRefused::WrongCode => "wrong_code",
            RemindersRefused::TooManyTries => "too_many_tries",
            RemindersRefused::TooSoon => "too_soon",
            RemindersRefused::TooMany => "too_many",
            RemindersRefused::NoMail => "no_mail",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            RemindersRefused::NoAddress => "邮箱的写法不对，应像 name@example.cn，不带空格。",
            RemindersRefused::AddressMissing => "要发到邮箱，请先填邮箱；或者不勾选邮箱。",
            RemindersRefused::NoCode => "没有等待输入的验证码，请先发送验证码。",
            RemindersRefused::CodeOld => "验证码已过 30 分钟，请重新发送。",
            RemindersRefused::WrongCode => "验证码不对，请核对邮件里的 6 位数字。",
            RemindersRefused::TooManyTries => "输错次数太多，这个验证码已作废，请重新发送。",
            RemindersRefused::TooSoon => "刚发过验证码，请一分钟后再发。",
            RemindersRefused::TooMany => "今天发的验证码已到 5 次，请明天再试，或核对邮箱写法。",
            RemindersRefused::NoMail => "系统还没有开通邮件，请联系系统管理员。",
        }
        .into()
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            RemindersRefused::NoAddress | RemindersRefused::AddressMissing => Some("email"),
            _ => Some("code"),
        }
    }
}

/// Keeps it; whether the address is another one than before.
pub async fn keep_reminders(
    tx: &Tx,
    account: Id,
    wanted: &Wanted,
) -> Result<bool, Fail<RemindersRefused>> {
    if wanted.wants && wanted.email.is_empty() {
        return Err(Fail::Refused(RemindersRefused::AddressMissing));
    }
    if !wanted.email.is_empty() && !smtp::is_address(&wanted.email) {
        return Err(Fail::Refused(RemindersRefused::NoAddress));
    }
    let before = rows::address(tx, tx.store(), account).await?;
    let same = before.is_some_and(|before| before.email == wanted.email);
    rows::keep_address(
        tx,
        account,
        wanted.version,
        &wanted.email,
        same,
        wanted.wants,
        wanted.hours,
    )
    .await?;
    let detail = json!({ "email": wanted.wants, "changed": !same });
    tx.audit(
        "set_reminders",
        ("account", account),
        &TreePath::default(),
        detail,
    )
    .await?;
    Ok(!same)
}
