//! 验证邮箱: a code goes to the address; whoever can read it there may have letters sent there.

use super::keep_reminders::RemindersRefused as Refused;
use crate::outside::smtp::{self, Letter, MailServer};
use crate::store::{self as rows};
use ::store::{Error, Fail, Tx};
use futures_util::future::BoxFuture;
use kernel::{Id, TreePath};
use serde_json::json;
use web::App;

/// The job's kind.
pub const SEND_CODE: &str = "send_code";

const MINUTE: i64 = 60_000;
/// How long a code is good.
const GOOD_MS: i64 = 30 * MINUTE;
/// Wrong codes allowed for each.
const MOST_TRIES: i64 = 5;
/// Codes a day.
const MOST_CODES: i64 = 5;

/// Queues a code to the account's address.
pub async fn ask_code(tx: &Tx, account: Id) -> Result<(), Fail<Refused>> {
    let refuse = |why| Err(Fail::Refused(why));
    let address = rows::address(tx, tx.store(), account).await?;
    let Some(address) = address.filter(|address| !address.email.is_empty()) else {
        return refuse(Refused::AddressMissing);
    };
    if !is_mail_open(tx).await? {
        return refuse(Refused::NoMail);
    }
    if tx.now() < address.code_sent_at.plus_ms(MINUTE) {
        return refuse(Refused::TooSoon);
    }
    if !rows::count_code(tx, account, MOST_CODES).await? {
        return refuse(Refused::TooMany);
    }
    let (payload, key) = (json!({ "account": account }), account.to_string());
    tx.enqueue(SEND_CODE, &payload, tx.now(), Some(&key))
        .await?;
    tx.audit(
        "ask_code",
        ("account", account),
        &TreePath::default(),
        json!({}),
    )
    .await?;
    Ok(())
}

/// Whether letters can go out at all.
pub async fn is_mail_open(db: &::store::Db) -> Result<bool, Error> {
    Ok(rows::mail_channel(db)
        .await?
        .is_some_and(|channel| channel.enabled))
}

fn blind(tx: &Tx, account: Id, code: &str) -> String {
    tx.store()
        .keys
        .blind(&format!("address/code/{account}/{code}"))
}

/// Job `send_code` {account}. A fresh code at each try: none is ever kept to be read.
pub fn send_code(app: App, payload: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let account: Id = serde_json::from_value(payload["account"].clone()).unwrap_or_default();
        let db = app.store.db();
        let address = rows::address(db, &app.store, account).await?;
        let channel = rows::mail_channel(db).await?;
        let (Some(address), Some(channel)) = (
            address.filter(|address| address.verified_at.is_none()),
            channel.filter(|channel| channel.enabled),
        ) else {
            return Ok(());
        };
        let code = format!("{:06}", app.store.context.below(1_000_000));
        app.store
            .housekeeping(|tx| {
                let code = code.clone();
                async move {
                    let until = tx.now().plus_ms(GOOD_MS);
                    let sealed = blind(&tx, account, &code);
                    Ok(rows::keep_code(&tx, account, &sealed, until).await?)
                }
            })
            .await?;
        let secret = rows::secret_of(db, &app.store, channel.id).await?;
        let server = MailServer::of(&channel, &secret, &app.county);
        let letter = letter(&app, &server, &address.email, &code);
        let outcome = smtp::send(&server, &app.outward, &letter).await;
        app.store
            .housekeeping(|tx| async move {
                match outcome {
                    Ok(_) => rows::note_code_sent(&tx, account).await?,
                    Err(trouble) => rows::note_code_trouble(&tx, account, &trouble.words).await?,
                }
                Ok(())
            })
            .await
    })
}

fn letter(app: &App, server: &MailServer, to: &str, code: &str) -> Letter {
    let text = format!(
        "验证码：{code}\n\n有人在{}把这个邮箱设为收提醒的邮箱。是您本人，请在 30 分钟内把验证码填到“提醒设置”里；不是，请不用理会，不会再收到信。\n",
        app.county
    );
    let domain = server.sender.rsplit('@').next().unwrap_or("localhost");
    Letter {
        to: to.to_owned(),
        subject: "邮箱验证码".to_owned(),
        html: format!(
            "<p>{}</p>",
            crate::digest::escaped(&text).replace("\n\n", "</p><p>")
        ),
        text,
        message_id: format!("<zhibu.code.{}@{domain}>", app.store.context.token()),
        at: app.store.now(),
    }
}

/// Judges the code typed. A wrong one is counted in any case, so the count is kept apart from what
/// is refused.
pub async fn judge_code(tx: &Tx, account: Id, typed: &str) -> Result<Option<Refused>, Error> {
    let Some(address) = rows::address(tx, tx.store(), account).await? else {
        return Ok(Some(Refused::NoCode));
    };
    if address.code.is_empty() {
        return Ok(Some(Refused::NoCode));
    }
    if address.code_tries >= MOST_TRIES {
        return Ok(Some(Refused::TooManyTries));
    }
    if tx.now() > address.code_until {
        return Ok(Some(Refused::CodeOld));
    }
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let right = blind(tx, account, &typed) == address.code;
    let deed = if right {
        "verify_address"
    } else {
        "fail_address"
    };
    if right {
        rows::verify_address(tx, account).await?;
    } else {
        rows::count_try(tx, account).await?;
    }
    tx.audit(deed, ("account", account), &TreePath::default(), json!({}))
        .await?;
    Ok((!right).then_some(Refused::WrongCode))
}
