//! Channels and what they keep sealed.

use crate::entities::{Kind, Secret, Tls};
use ::store::{Db, Error, Fail, Tx, params, row};
use kernel::{Id, Instant, TreePath};

row! {
    /// 消息通道, without its secret.
    #[derive(Clone, Debug)]
    pub struct ChannelRow {
        pub id: Id,
        pub kind: String,
        pub name: String,
        pub enabled: bool,
        pub host: String,
        pub port: i64,
        pub tls: String,
        pub username: String,
        pub sender: String,
        pub node: Option<Id>,
        pub node_name: Option<String>,
        pub trouble: Option<String>,
        pub trouble_at: Option<Instant>,
        pub tested_at: Option<Instant>,
        pub tested_words: Option<String>,
        pub version: i64,
    }
}

impl ChannelRow {
    /// Its kind; e-mail for a code nobody writes.
    pub fn kind(&self) -> Kind {
        Kind::from_code(&self.kind).unwrap_or(Kind::Email)
    }

    /// How the way to the mail server is encrypted.
    pub fn tls(&self) -> Tls {
        Tls::from_code(&self.tls).unwrap_or(Tls::Implicit)
    }

    /// 状态 in words.
    pub fn state_words(&self) -> &'static str {
        match (self.enabled, &self.trouble) {
            (false, _) => "停用",
            (true, Some(_)) => "有故障",
            (true, None) => "启用",
        }
    }

    /// 范围 in words.
    pub fn scope_words(&self) -> &str {
        self.node_name.as_deref().unwrap_or("全部组织")
    }
}

const CHANNEL: &str = "SELECT c.id, c.kind, c.name, c.enabled, c.host, c.port, c.tls, c.username,
    c.sender, c.node, n.name AS node_name, c.trouble, c.trouble_at, c.tested_at, c.tested_words,
    c.version FROM channel c LEFT JOIN node n ON n.id = c.node";

/// All, e-mail first.
pub async fn channels(db: &Db) -> Result<Vec<ChannelRow>, Error> {
    let sql = format!("{CHANNEL} ORDER BY CASE WHEN c.kind = 'email' THEN 0 ELSE 1 END, c.id");
    db.all(&sql, vec![]).await
}

/// One.
pub async fn find_channel(db: &Db, id: Id) -> Result<Option<ChannelRow>, Error> {
    db.find(&format!("{CHANNEL} WHERE c.id = $1"), params![id])
        .await
}

/// The mail server, if one is set.
pub async fn mail_channel(db: &Db) -> Result<Option<ChannelRow>, Error> {
    db.find(&format!("{CHANNEL} WHERE c.kind = 'email'"), vec![])
        .await
}

/// A channel as typed and judged.
#[derive(Clone, Debug)]
pub struct NewChannel {
    pub kind: Kind,
    pub name: String,
    pub enabled: bool,
    pub host: String,
    pub port: i64,
    pub tls: Tls,
    pub username: String,
    pub sender: String,
    pub node: Option<Id>,
}

fn place(id: Id) -> String {
    format!("channel/secret/{id}")
}

/// The secret, sealed for that channel alone.
pub fn sealed(tx: &Tx, id: Id, secret: &Secret) -> Result<String, Error> {
    let plain = serde_json::to_string(secret)?;
    tx.store()
        .keys
        .seal(&tx.store().context, &place(id), &plain)
}

/// The secret of a channel.
pub async fn secret_of(db: &Db, store: &::store::Store, id: Id) -> Result<Secret, Error> {
    let sealed: String = db
        .scalar("SELECT secret FROM channel WHERE id = $1", params![id])
        .await?;
    Ok(serde_json::from_str(
        &store.keys.open(&place(id), &sealed)?,
    )?)
}

/// Writes a new one.
pub async fn insert_channel(
    tx: &Tx,
    id: Id,
    new: &NewChannel,
    secret: &Secret,
) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO channel (id, kind, name, enabled, host, port, tls, username, sender, node, secret)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            id,
            new.kind.code(),
            &new.name,
            new.enabled,
            &new.host,
            new.port,
            new.tls.code(),
            &new.username,
            &new.sender,
            new.node,
            sealed(tx, id, secret)?
        ],
    )
    .await?;
    Ok(())
}

/// Changes one; what stopped it before no longer counts.
pub async fn update_channel<R>(
    tx: &Tx,
    id: Id,
    version: i64,
    new: &NewChannel,
    secret: &Secret,
) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE channel SET name = $3, enabled = $4, host = $5, port = $6, tls = $7, username = $8,
         sender = $9, node = $10, secret = $11, trouble = NULL, trouble_at = NULL,
         version = version + 1 WHERE id = $1 AND version = $2",
        params![
            id,
            version,
            &new.name,
            new.enabled,
            &new.host,
            new.port,
            new.tls.code(),
            &new.username,
            &new.sender,
            new.node,
            sealed(tx, id, secret)?
        ],
    )
    .await
}

/// Takes one away; false when there is none.
pub async fn remove_channel(tx: &Tx, id: Id) -> Result<bool, Error> {
    Ok(tx
        .exec("DELETE FROM channel WHERE id = $1", params![id])
        .await?
        == 1)
}

/// What a test message met.
pub async fn note_test(tx: &Tx, id: Id, words: &str) -> Result<(), Error> {
    let sql = "UPDATE channel SET tested_at = $2, tested_words = $3 WHERE id = $1";
    tx.exec(sql, params![id, tx.now(), words]).await?;
    Ok(())
}

/// Nothing goes out by it before somebody mends it.
pub async fn set_trouble(tx: &Tx, id: Id, words: &str) -> Result<(), Error> {
    let sql = "UPDATE channel SET trouble = $2, trouble_at = $3 WHERE id = $1";
    tx.exec(sql, params![id, words, tx.now()]).await?;
    Ok(())
}

/// It works again.
pub async fn clear_trouble(tx: &Tx, id: Id) -> Result<(), Error> {
    let sql = "UPDATE channel SET trouble = NULL, trouble_at = NULL WHERE id = $1 AND trouble IS NOT NULL";
    tx.exec(sql, params![id]).await?;
    Ok(())
}

row! {
    /// The node a robot is set up for, as it lies today.
    pub struct Found {
        pub category: String,
        pub path: TreePath,
    }
}

/// What a robot's node covers: a subtree, or a zone.
pub async fn range_of(db: &Db, node: Id) -> Result<Option<Found>, Error> {
    let sql = "SELECT category, path FROM node WHERE id = $1";
    db.find(sql, params![node]).await
}
