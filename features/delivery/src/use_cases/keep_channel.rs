//! 设定消息通道: by the system administrator. Secrets go in and never come out again.

use crate::entities::{Kind, Secret};
use crate::paths;
use crate::store::{self as rows, NewChannel};
use ::store::{Fail, Tx};
use kernel::{Id, Refusal, TreePath};
use serde_json::json;
use std::borrow::Cow;

/// Why a channel was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelRefused {
    /// There is one mail server.
    SecondMailServer,
}

impl Refusal for ChannelRefused {
    fn code(&self) -> &'static str {
        match self {
            ChannelRefused::SecondMailServer => "second_mail_server",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            ChannelRefused::SecondMailServer => {
                "邮件通道已经有了，全系统只用一个。请返回消息通道，修改原来的。".into()
            }
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("host")
    }
}

/// Adds one; where it stands.
pub async fn add_channel(
    tx: &Tx,
    new: &NewChannel,
    secret: &Secret,
) -> Result<String, Fail<ChannelRefused>> {
    if new.kind == Kind::Email && rows::mail_channel(tx).await?.is_some() {
        return Err(Fail::Refused(ChannelRefused::SecondMailServer));
    }
    let id = tx.new_id();
    rows::insert_channel(tx, id, new, secret).await?;
    note(tx, "save_channel", id, new.kind, new.enabled).await?;
    Ok(paths::channel(id))
}

/// Changes one.
pub async fn change_channel(
    tx: &Tx,
    id: Id,
    version: i64,
    new: &NewChannel,
    secret: &Secret,
) -> Result<(), Fail<ChannelRefused>> {
    rows::update_channel(tx, id, version, new, secret).await?;
    Ok(note(tx, "save_channel", id, new.kind, new.enabled).await?)
}

/// Takes one away, and its secret with it.
pub async fn remove_channel(tx: &Tx, id: Id) -> Result<(), Fail<ChannelRefused>> {
    let channel = rows::find_channel(tx, id).await?.ok_or(Fail::NotFound)?;
    rows::remove_channel(tx, id).await?;
    Ok(note(tx, "remove_channel", id, channel.kind(), false).await?)
}

async fn note(
    tx: &Tx,
    deed: &'static str,
    id: Id,
    kind: Kind,
    enabled: bool,
) -> Result<(), ::store::Error> {
    let detail = json!({ "kind": kind.code(), "enabled": enabled });
    tx.audit(deed, ("channel", id), &TreePath::default(), detail)
        .await
}
