//! 撤并: a node stands no more from a day on; its past stays.

use crate::store::{self as rows, Node};
use kernel::{Day, Refusal};
use std::borrow::Cow;
use store::{Fail, Tx, params};

/// Why it stays open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotClosed {
    /// Organisations stand below it.
    HasChildren,
    /// Members are on its roster and no successor was named.
    HasMembers(i64),
    /// The successor is not within reach, closed, or the organisation itself.
    NoSuccessor,
    /// It was closed before.
    AlreadyClosed,
}

impl Refusal for NotClosed {
    fn code(&self) -> &'static str {
        match self {
            NotClosed::HasChildren => "has_children",
            NotClosed::HasMembers(_) => "has_members",
            NotClosed::NoSuccessor => "no_successor",
            NotClosed::AlreadyClosed => "already_closed",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            NotClosed::HasChildren => "下面还有党组织，请先调整它们的隶属或撤并，再撤并上级".into(),
            NotClosed::HasMembers(n) => {
                format!("名册上还有{n}名党员，请选择并入哪个党组织，党员的组织关系随之转入").into()
            }
            NotClosed::NoSuccessor => "请从列表里选择并入的党组织".into(),
            NotClosed::AlreadyClosed => "这个组织已经撤并过了".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("successor")
    }
}

/// Closes it. `from` is the first day on which it stands no more. Members are the caller's affair.
pub async fn close_node(
    tx: &Tx,
    node: &Node,
    version: i64,
    from: Day,
) -> Result<(), Fail<NotClosed>> {
    if !node.is_active() {
        return Err(Fail::Refused(NotClosed::AlreadyClosed));
    }
    if !rows::children(tx, node.id).await?.is_empty() {
        return Err(Fail::Refused(NotClosed::HasChildren));
    }
    let last = from.plus_days(-1).max(node.from_day);
    tx.exec_one(
        "UPDATE node SET to_day = $3, version = version + 1 WHERE id = $1 AND version = $2",
        params![node.id, version, last],
    )
    .await?;
    for sql in [
        "UPDATE edge SET to_day = $2 WHERE (child = $1 OR parent = $1) AND to_day IS NULL",
        "UPDATE node_tag SET to_day = $2 WHERE node = $1 AND to_day IS NULL",
        "UPDATE post SET to_day = $2, version = version + 1 WHERE node = $1 AND to_day IS NULL",
        "UPDATE node SET zone = NULL, version = version + 1 WHERE zone = $1 AND CAST($2 AS TEXT) IS NOT NULL",
    ] {
        if sql.contains("zone") && node.category != "zone" {
            continue;
        }
        tx.exec(sql, params![node.id, last]).await?;
    }
    let detail = serde_json::json!({ "from": from });
    tx.audit("close_organisation", ("node", node.id), &node.path, detail)
        .await?;
    Ok(())
}
