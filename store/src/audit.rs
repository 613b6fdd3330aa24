//! 审计日志: append-only, each entry chained to the one before by SM3.

use crate::{By, Db, Error, Fail, Store, Tx, params};
use kernel::{Id, Instant, TreePath};
use sm3::{Digest, Sm3};

crate::row! {
    /// An entry as stored.
    #[derive(Clone, Debug)]
    pub struct Entry {
        /// Key; rises with time.
        pub id: Id,
        /// Place in the chain; none until sealed.
        pub seq: Option<i64>,
        /// When.
        pub at: Instant,
        /// Who; none for the program itself.
        pub account: Option<Id>,
        /// Their name then.
        pub actor: String,
        /// What was done, `verb_object`.
        pub action: String,
        /// Kind of thing it was done to.
        pub object_kind: String,
        /// Which one.
        pub object_id: Id,
        /// Where it lies in the tree.
        pub path: String,
        /// JSON, without personal data.
        pub detail: String,
        /// Chain value, hexadecimal; none until sealed.
        pub hash: Option<String>,
    }
}

const COLUMNS: &str =
    "id, seq, at, account, actor, action, object_kind, object_id, path, detail, hash";

impl Entry {
    /// Chain value of this entry after `previous`. Fields are length-prefixed so that no two
    /// entries share an encoding.
    fn chained(&self, previous: &str) -> String {
        let account = self.account.map(|id| id.to_string()).unwrap_or_default();
        let fields = [
            previous,
            &self.id.to_string(),
            &self.at.0.to_string(),
            &account,
            &self.actor,
            &self.action,
            &self.object_kind,
            &self.object_id.to_string(),
            &self.path,
            &self.detail,
        ];
        let mut hash = Sm3::new();
        for field in fields {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
        hex::encode(hash.finalize())
    }
}

pub(crate) async fn append(
    tx: &Tx,
    action: &'static str,
    (kind, id): (&'static str, Id),
    place: &TreePath,
    detail: &serde_json::Value,
) -> Result<(), Error> {
    let By { account, name } = tx.by().clone();
    tx.exec(
        "INSERT INTO audit (id, at, account, actor, action, object_kind, object_id, path, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            tx.new_id(),
            tx.now(),
            account,
            name,
            action,
            kind,
            id,
            place,
            detail.to_string()
        ],
    )
    .await?;
    Ok(())
}

/// Links entries not yet sealed into the chain; how many.
pub(crate) async fn seal(tx: &Tx) -> Result<usize, Error> {
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE seq IS NULL ORDER BY id LIMIT 1000");
    let open = tx.all::<Entry>(&sql, vec![]).await?;
    if open.is_empty() {
        return Ok(0);
    }
    let last: Option<(i64, String)> = tx
        .find(
            "SELECT seq, hash FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1",
            vec![],
        )
        .await?;
    let (mut seq, mut hash) = last.unwrap_or((0, String::new()));
    let count = open.len();
    for entry in open {
        hash = entry.chained(&hash);
        seq += 1;
        let sql = "UPDATE audit SET seq = $2, hash = $3 WHERE id = $1";
        tx.exec(sql, params![entry.id, seq, &hash]).await?;
    }
    Ok(count)
}

/// What a check of the chain found.
#[derive(Debug, PartialEq, Eq)]
pub enum Chain {
    /// Every entry fits the one before; how many, and the last chain value.
    Whole { entries: i64, head: String },
    /// The first entry that does not fit.
    Broken { seq: i64, id: Id },
}

/// Checks the chain from its start, a thousand entries at a time.
pub async fn verify(db: &Db) -> Result<Chain, Error> {
    let (mut after, mut hash) = (0i64, String::new());
    loop {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE seq > $1 ORDER BY seq LIMIT 1000");
        let page = db.all::<Entry>(&sql, params![after]).await?;
        if page.is_empty() {
            return Ok(Chain::Whole {
                entries: after,
                head: hash,
            });
        }
        for entry in page {
            let expected = entry.chained(&hash);
            if entry.seq != Some(after + 1) || entry.hash.as_deref() != Some(&expected) {
                return Ok(Chain::Broken {
                    seq: entry.seq.unwrap_or(after + 1),
                    id: entry.id,
                });
            }
            (after, hash) = (after + 1, expected);
        }
    }
}

/// The newest entries before `before` (all when none), for the audit administrator.
pub async fn page(db: &Db, before: Option<Id>, limit: i64) -> Result<Vec<Entry>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2");
    db.all(&sql, params![before.unwrap_or(Id(i64::MAX)), limit])
        .await
}

impl Store {
    /// Seals what concurrent transactions left open (PostgreSQL); the server calls it each second.
    pub async fn seal_audit(&self) -> Result<usize, Error> {
        if self.backend() == crate::Backend::Sqlite {
            return Ok(0);
        }
        let sealed: Result<usize, Fail<std::convert::Infallible>> = self
            .housekeep(|tx| async move {
                // One sealer at a time, whichever process it runs in.
                tx.exec("SELECT pg_advisory_xact_lock(7400313)", vec![])
                    .await?;
                Ok(seal(&tx).await?)
            })
            .await;
        match sealed {
            Ok(count) => Ok(count),
            Err(Fail::Store(error)) => Err(error),
            Err(_) => Ok(0),
        }
    }
}
