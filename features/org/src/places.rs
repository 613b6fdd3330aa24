//! 随组织迁移: every table whose rows carry an organisation's place. When an organisation moves or
//! changes its zone, a job brings them after it. A feature that keeps the path of an organisation
//! in its rows adds a line here.

use crate::store::find_node;
use futures_util::future::BoxFuture;
use kernel::{Id, TreePath};
use store::{Error, Tx, params};
use web::App;

/// The job's kind.
pub const JOB: &str = "place_rows";

/// Rows that name their organisation: their place is looked up again.
struct Placed {
    table: &'static str,
    organisation: &'static str,
    has_zone: bool,
}

/// Job of whoever keeps counts by place.
const MOVED: &str = "places_moved";

/// Tables whose rows name their organisation.
const PLACED: &[Placed] = &[
    Placed {
        table: "member",
        organisation: "branch",
        has_zone: true,
    },
    Placed {
        table: "import",
        organisation: "organisation",
        has_zone: false,
    },
    Placed {
        table: "file_use",
        organisation: "organisation",
        has_zone: true,
    },
    Placed {
        table: "record",
        organisation: "organisation",
        has_zone: true,
    },
    Placed {
        table: "submission",
        organisation: "organisation",
        has_zone: true,
    },
    Placed {
        table: "duty",
        organisation: "organisation",
        has_zone: true,
    },
    Placed {
        table: "sheet",
        organisation: "issuer",
        has_zone: false,
    },
    Placed {
        table: "feedback",
        organisation: "organisation",
        has_zone: false,
    },
];

/// Columns that hold a path and no organisation beside it: the old beginning becomes the new one.
const BARE: &[(&str, &str)] = &[("requirement", "path"), ("duty", "reviewer_path")];

/// Queues the job for a node that has just moved from `old` (or changed its zone there).
pub async fn queue(tx: &Tx, node: Id, old: &TreePath) -> Result<(), Error> {
    let payload = serde_json::json!({ "node": node, "old": old });
    tx.enqueue(JOB, &payload, tx.now(), None).await
}

/// The job: the same result however often it runs, and in whatever order moves are done.
pub fn run(app: App, payload: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let node: Id = serde_json::from_value(payload["node"].clone())?;
        let old: TreePath = serde_json::from_value(payload["old"].clone())?;
        app.store
            .housekeeping(|tx| async move {
                follow(&tx, node, &old).await?;
                // What counts by place counts anew once the rows have followed.
                let payload = serde_json::json!({});
                Ok(tx.enqueue(MOVED, &payload, tx.now(), Some("all")).await?)
            })
            .await
    })
}

async fn follow(tx: &Tx, node: Id, old: &TreePath) -> Result<(), Error> {
    let Some(node) = find_node(tx, node).await? else {
        return Ok(());
    };
    let (from, to) = (&node.path, node.path.end());
    if from.as_str().is_empty() {
        return Ok(());
    }
    for Placed {
        table,
        organisation,
        has_zone,
    } in PLACED
    {
        let own = format!("FROM node n WHERE n.id = {table}.{organisation}");
        let zone = if *has_zone {
            format!(", zone = (SELECT n.zone {own})")
        } else {
            String::new()
        };
        let sql = format!(
            "UPDATE {table} SET path = (SELECT n.path {own}){zone} WHERE {organisation} IN
             (SELECT id FROM node WHERE category = 'organisation' AND path >= $1 AND path < $2)"
        );
        tx.exec(&sql, params![from, &to]).await?;
    }
    if old == from || old.as_str().is_empty() {
        return Ok(());
    }
    for (table, path) in BARE {
        let sql = format!(
            "UPDATE {table} SET {path} = CAST($1 AS TEXT) || SUBSTR({path}, CAST($2 AS INTEGER))
             WHERE {path} >= $3 AND {path} < $4"
        );
        let after = (old.as_str().len() + 1) as i64;
        tx.exec(&sql, params![from, after, old, old.end()]).await?;
    }
    Ok(())
}
