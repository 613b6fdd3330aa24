//! 撤并: an organisation closes; its members go over to the one it merges into.

use crate::store as rows;
use crate::use_cases::write::move_members;
use kernel::{Day, Id};
use org::Node;
use org::use_cases::{NotClosed, close_node};
use store::{Fail, Tx};
use web::{Actor, Right};

/// Closes it from that day on.
pub async fn close_organisation(
    tx: &Tx,
    actor: &Actor,
    node: &Node,
    version: i64,
    successor: Option<Id>,
    from: Day,
) -> Result<(), Fail<NotClosed>> {
    let members: Vec<Id> = rows::of_branch(tx, node.id)
        .await?
        .into_iter()
        .map(|m| m.id)
        .collect();
    let to = match successor {
        Some(id) => {
            let found = org::store::find_node(tx, id).await?;
            let fits = |n: &Node| {
                n.category == "organisation"
                    && n.is_active()
                    && n.id != node.id
                    && actor.can(Right::EditOrganisations, &n.place())
            };
            Some(
                found
                    .filter(fits)
                    .ok_or(Fail::Refused(NotClosed::NoSuccessor))?,
            )
        }
        None => None,
    };
    let units: Vec<Node> = org::store::units_of(tx, node.id).await?;
    close_node(tx, node, version, from).await?;
    match to {
        Some(to) => {
            move_members(tx, &members, &to, from).await?;
            for unit in units {
                org::use_cases::cover_unit(tx, to.id, unit.id, from).await?;
            }
            Ok(())
        }
        None if members.is_empty() => Ok(()),
        None => Err(Fail::Refused(NotClosed::HasMembers(members.len() as i64))),
    }
}
