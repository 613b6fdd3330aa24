//! 调整隶属: an organisation goes below another one, with everything under it.

use crate::places;
use crate::store::{Node, find_node};
use crate::use_cases::write::{add_edge, end_edges, next_path};
use kernel::{Day, Id, Refusal};
use std::borrow::Cow;
use store::{Fail, Tx, params};
use web::{Actor, Right};

/// Why it stays where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMoved {
    /// No such organisation within reach.
    NoParent,
    /// It would lie below itself.
    BelowItself,
    /// It lies there already.
    AlreadyThere,
    /// It was closed.
    AlreadyClosed,
}

impl Refusal for NotMoved {
    fn code(&self) -> &'static str {
        match self {
            NotMoved::NoParent => "no_parent",
            NotMoved::BelowItself => "below_itself",
            NotMoved::AlreadyThere => "already_there",
            NotMoved::AlreadyClosed => "already_closed",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            NotMoved::NoParent => "请从列表里选择新的上级",
            NotMoved::BelowItself => "不能隶属于自己或自己的下级，请选择别的上级",
            NotMoved::AlreadyThere => "现在就隶属于这个上级，不用调整",
            NotMoved::AlreadyClosed => "这个组织已经撤并，不能调整隶属",
        })
    }

    fn field(&self) -> Option<&'static str> {
        Some("parent")
    }
}

/// Moves it; both ends must lie where the actor may edit. The paths of the subtree change at once,
/// the rows of other tables follow in a job.
pub async fn move_organisation(
    tx: &Tx,
    actor: &Actor,
    node: &Node,
    version: i64,
    parent: Option<Id>,
    from: Day,
) -> Result<(), Fail<NotMoved>> {
    if !node.is_active() {
        return Err(Fail::Refused(NotMoved::AlreadyClosed));
    }
    let parent = match parent {
        Some(id) => find_node(tx, id).await?,
        None => None,
    };
    let parent = parent
        .filter(|p| p.category == "organisation" && p.is_active())
        .filter(|p| actor.can(Right::EditOrganisations, &p.place()))
        .ok_or(Fail::Refused(NotMoved::NoParent))?;
    if parent.path.is_within(&node.path) {
        return Err(Fail::Refused(NotMoved::BelowItself));
    }
    let there: i64 = tx
        .scalar(
            "SELECT COUNT(*) FROM edge WHERE tree = 'subordination' AND child = $1 AND parent = $2
               AND to_day IS NULL",
            params![node.id, parent.id],
        )
        .await?;
    if there > 0 {
        return Err(Fail::Refused(NotMoved::AlreadyThere));
    }
    tx.exec_one(
        "UPDATE node SET version = version + 1 WHERE id = $1 AND version = $2",
        params![node.id, version],
    )
    .await?;
    let path = next_path(tx, Some(&parent)).await?;
    end_edges(tx, "subordination", node.id, from).await?;
    add_edge(tx, "subordination", node.id, parent.id, from).await?;
    let after = (node.path.as_str().len() + 1) as i64;
    // Units and bodies lie in the subtree too: they carry the path of what they belong to.
    tx.exec(
        "UPDATE node SET path = CAST($1 AS TEXT) || SUBSTR(path, CAST($2 AS INTEGER))
         WHERE path >= $3 AND path < $4",
        params![&path, after, &node.path, node.path.end()],
    )
    .await?;
    places::queue(tx, node.id, &node.path).await?;
    let detail = serde_json::json!({ "from": from, "parent": parent.id });
    tx.audit("move_organisation", ("node", node.id), &path, detail)
        .await?;
    Ok(())
}
