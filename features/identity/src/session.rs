//! Sessions: a token in a cookie, its digest in a row, and the actor behind it.

use futures_util::future::BoxFuture;
use kernel::{Id, Instant, TreePath};
use sha2::{Digest, Sha256};
use store::{Error, Store, Tx, params};
use web::{Actor, Grant, Identify, Role};

/// A session lives that long after its last use.
pub(crate) const IDLE_MS: i64 = 8 * 3_600_000;
/// And that long in all.
const WHOLE_MS: i64 = 7 * 24 * 3_600_000;
/// Its last use is written at most once in that time.
const TOUCH_MS: i64 = 5 * 60_000;

/// A session as just made: what the cookie and the forms carry.
#[derive(Clone, Debug)]
pub struct Minted {
    /// The cookie's value.
    pub token: String,
    /// The forms' token.
    pub csrf: String,
}

/// Makes a session for an account that has proved itself.
pub async fn mint_session(tx: &Tx, account: Id) -> Result<Minted, Error> {
    mint_session_on(tx, account, "").await
}

/// The same, with words for the device it is on.
pub(crate) async fn mint_session_on(tx: &Tx, account: Id, device: &str) -> Result<Minted, Error> {
    let context = &tx.store().context;
    let token = format!("{}{}", context.token(), context.token());
    let minted = Minted {
        token,
        csrf: context.token(),
    };
    tx.exec(
        "INSERT INTO session (id, token_digest, account, csrf, offline_key, device, created_at, seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        params![
            tx.new_id(),
            digest(&minted.token),
            account,
            &minted.csrf,
            format!("{}{}", context.token(), context.token()),
            device,
            tx.now(),
            tx.now().plus_ms(WHOLE_MS)
        ],
    )
    .await?;
    Ok(minted)
}

/// A token as the database knows it.
pub(crate) fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// Finds the actor behind a session's token.
pub struct Sessions;

store::row! {
    struct SessionRow {
        id: Id,
        account: Id,
        csrf: String,
        offline_key: String,
        seen_at: Instant,
        name: String,
        member: Option<Id>,
        must_change: bool,
    }
}

store::row! {
    struct GrantRow {
        role: String,
        node: Id,
        node_name: String,
        category: String,
        path: TreePath,
    }
}

impl Identify for Sessions {
    fn identify<'a>(
        &'a self,
        store: &'a Store,
        token: &'a str,
    ) -> BoxFuture<'a, Result<Option<Actor>, Error>> {
        Box::pin(find_actor(store, token))
    }

    fn account<'a>(
        &'a self,
        store: &'a Store,
        account: Id,
    ) -> BoxFuture<'a, Result<Option<Actor>, Error>> {
        Box::pin(actor_of(store, account))
    }
}

async fn find_actor(store: &Store, token: &str) -> Result<Option<Actor>, Error> {
    let now = store.now();
    let session: Option<SessionRow> = store
        .db()
        .find(
            "SELECT s.id, s.account, s.csrf, s.offline_key, s.seen_at, a.name, a.member, a.must_change
             FROM session s JOIN account a ON a.id = s.account
             WHERE s.token_digest = $1 AND s.expires_at > $2 AND s.seen_at > $3
               AND a.suspended_at IS NULL",
            params![digest(token), now, now.plus_ms(-IDLE_MS)],
        )
        .await?;
    let Some(session) = session else {
        return Ok(None);
    };
    if now.0 - session.seen_at.0 > TOUCH_MS {
        let id = session.id;
        store
            .housekeeping(|tx| async move {
                tx.exec(
                    "UPDATE session SET seen_at = $2 WHERE id = $1",
                    params![id, now],
                )
                .await?;
                Ok(())
            })
            .await?;
    }
    Ok(Some(Actor {
        account: session.account,
        name: session.name,
        member: session.member,
        session: session.id,
        csrf: session.csrf,
        offline_key: session.offline_key,
        must_change_password: session.must_change,
        grants: grants_of(store, session.account).await?,
    }))
}

/// Somebody without a session: nothing can be sent in their name from outside.
async fn actor_of(store: &Store, account: Id) -> Result<Option<Actor>, Error> {
    let found: Option<(String, Option<Id>)> = store
        .db()
        .find(
            "SELECT name, member FROM account WHERE id = $1 AND suspended_at IS NULL",
            params![account],
        )
        .await?;
    let Some((name, member)) = found else {
        return Ok(None);
    };
    Ok(Some(Actor {
        account,
        name,
        member,
        session: Id(0),
        csrf: String::new(),
        offline_key: String::new(),
        must_change_password: false,
        grants: grants_of(store, account).await?,
    }))
}

/// The roles an account holds today.
async fn grants_of(store: &Store, account: Id) -> Result<Vec<Grant>, Error> {
    let grants: Vec<GrantRow> = store
        .db()
        .all(
            "SELECT g.role, g.node, n.name AS node_name, n.category, n.path
             FROM role_grant g JOIN node n ON n.id = g.node
             WHERE g.account = $1 AND g.from_day <= $2 AND (g.to_day IS NULL OR g.to_day >= $2)
             ORDER BY g.id",
            params![account, store.today()],
        )
        .await?;
    let grants = grants.into_iter().filter_map(|row| {
        let is_zone = row.category == "zone";
        Some(Grant {
            role: Role::from_code(&row.role)?,
            node: row.node,
            node_name: row.node_name,
            zone: is_zone.then_some(row.node),
            path: if is_zone {
                TreePath::default()
            } else {
                row.path
            },
        })
    });
    Ok(grants.collect())
}
