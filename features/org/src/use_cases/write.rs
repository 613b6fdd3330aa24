//! The writes that every verb is made of. None asks for rights, none audits.

use crate::places;
use crate::store::{Node, find_node};
use crate::{pinyin, store as rows};
use kernel::{Day, Id, TreePath};
use store::{Error, Tx, params};

/// 新节点
#[derive(Clone, Copy, Debug)]
pub struct NewNode<'a> {
    /// `organisation`, `unit`, `zone` or `body`.
    pub category: &'a str,
    /// Code of the kind.
    pub kind: &'a str,
    /// 全称
    pub name: &'a str,
    /// 简称
    pub short_name: &'a str,
    /// The organisation above it; for a unit the one that covers it (or the school district it lies
    /// in); for a zone the one whose tree it groups.
    pub parent: Option<Id>,
    /// 片区
    pub zone: Option<Id>,
    /// First day.
    pub from: Day,
}

/// 新任职
#[derive(Clone, Copy, Debug)]
pub struct NewPost<'a> {
    /// Where.
    pub node: Id,
    /// Code of the post.
    pub kind: &'a str,
    /// Who, if on the roster.
    pub member: Option<Id>,
    /// Name.
    pub holder: &'a str,
    /// 配备方式 code, for a secretary.
    pub staffing: Option<&'a str>,
    /// First day.
    pub from: Day,
    /// Last day, if already left.
    pub to: Option<Day>,
    /// 届满
    pub term_to: Option<Day>,
}

/// Makes a node with its edges and, for an organisation, the next free path below its parent.
pub async fn create_node(tx: &Tx, new: NewNode<'_>) -> Result<Node, Error> {
    let parent = match new.parent {
        Some(id) => find_node(tx, id).await?,
        None => None,
    };
    let path = match (new.category, &parent) {
        ("organisation", parent) => next_path(tx, parent.as_ref()).await?,
        (_, Some(parent)) => parent.path.clone(),
        (_, None) => TreePath::default(),
    };
    let zone = match (new.category, new.zone, &parent) {
        ("zone", ..) => None,
        (_, Some(zone), _) => Some(zone),
        ("organisation", None, _) | (_, None, None) => None,
        (_, None, Some(parent)) => parent.zone,
    };
    let id = tx.new_id();
    tx.exec(
        "INSERT INTO node (id, category, kind, name, short_name, pinyin, path, zone, from_day)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            id,
            new.category,
            new.kind,
            new.name,
            new.short_name,
            pinyin::of_place(new.name),
            &path,
            zone,
            new.from
        ],
    )
    .await?;
    if let Some(parent) = &parent {
        let tree = match (new.category, parent.category.as_str()) {
            ("organisation" | "body", _) => Some("subordination"),
            ("unit", "unit") => Some("district"),
            ("unit", _) => Some("coverage"),
            _ => None,
        };
        if let Some(tree) = tree {
            add_edge(tx, tree, id, parent.id, new.from).await?;
        }
    }
    if let (Some(zone), true) = (new.zone, new.category == "organisation") {
        add_edge(tx, "zone", id, zone, new.from).await?;
    }
    find_node(tx, id).await?.ok_or_else(|| missing("node"))
}

/// The next path below a parent. A label once given is never given again, so that rows still on
/// their way to a new place cannot meet another organisation's.
pub(crate) async fn next_path(tx: &Tx, parent: Option<&Node>) -> Result<TreePath, Error> {
    let above = parent.map_or_else(TreePath::default, |p| p.path.clone());
    let depth = (above.as_str().len() + TreePath::LABEL) as i64;
    let taken: Option<String> = tx
        .scalar(
            "SELECT MAX(path) FROM node
             WHERE category = 'organisation' AND path > $1 AND path < $2 AND LENGTH(path) = $3",
            params![&above, above.end(), depth],
        )
        .await?;
    let standing = taken.map_or(0, |path| label_number(&path));
    let counted: i64 = match parent {
        Some(parent) => {
            tx.scalar(
                "SELECT next_label FROM node WHERE id = $1",
                params![parent.id],
            )
            .await?
        }
        None => 0,
    };
    let next = counted.max(standing + 1);
    if let Some(parent) = parent {
        tx.exec(
            "UPDATE node SET next_label = $2 WHERE id = $1",
            params![parent.id, next + 1],
        )
        .await?;
    }
    let label = u32::try_from(next).ok().filter(|n| *n < 46_656);
    let label = label.ok_or_else(|| Error::Schema("no path left below a node".to_owned()))?;
    Ok(above.child(label))
}

fn label_number(path: &str) -> i64 {
    let label = path
        .get(path.len().saturating_sub(TreePath::LABEL)..)
        .unwrap_or_default();
    i64::from_str_radix(label, 36).unwrap_or(0)
}

fn missing(what: &str) -> Error {
    Error::Schema(format!("no such {what}"))
}

pub(crate) async fn add_edge(
    tx: &Tx,
    tree: &str,
    child: Id,
    parent: Id,
    from: Day,
) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO edge (id, tree, child, parent, from_day) VALUES ($1, $2, $3, $4, $5)",
        params![tx.new_id(), tree, child, parent, from],
    )
    .await?;
    Ok(())
}

/// Ends the child's standing edges of a tree on the day before; those that had not lasted a day go.
pub(crate) async fn end_edges(tx: &Tx, tree: &str, child: Id, from: Day) -> Result<(), Error> {
    tx.exec(
        "DELETE FROM edge WHERE tree = $1 AND child = $2 AND to_day IS NULL AND from_day >= $3",
        params![tree, child, from],
    )
    .await?;
    tx.exec(
        "UPDATE edge SET to_day = $3 WHERE tree = $1 AND child = $2 AND to_day IS NULL",
        params![tree, child, from.plus_days(-1)],
    )
    .await?;
    Ok(())
}

/// 划片: puts an organisation into a zone, and with it what lies below and was in the same one.
pub async fn set_zone(tx: &Tx, node: Id, zone: Option<Id>, from: Day) -> Result<(), Error> {
    let Some(was) = find_node(tx, node).await? else {
        return Err(missing("node"));
    };
    if was.zone == zone {
        return Ok(());
    }
    let moved: Vec<(Id, String)> = tx
        .all(
            "SELECT id, category FROM node WHERE to_day IS NULL AND category <> 'zone'
               AND path >= $1 AND path < $2
               AND (zone = $3 OR (zone IS NULL AND CAST($3 AS BIGINT) IS NULL))",
            params![&was.path, was.path.end(), was.zone],
        )
        .await?;
    for (id, category) in &moved {
        tx.exec(
            "UPDATE node SET zone = $2, version = version + 1 WHERE id = $1",
            params![*id, zone],
        )
        .await?;
        if category == "organisation" {
            end_edges(tx, "zone", *id, from).await?;
            if let Some(zone) = zone {
                add_edge(tx, "zone", *id, zone, from).await?;
            }
        }
    }
    places::queue(tx, node, &was.path).await
}

/// 归组: puts an organisation into an education group or a contact point, besides its zone.
pub async fn group_node(
    tx: &Tx,
    tree: &'static str,
    node: Id,
    group: Option<Id>,
    from: Day,
) -> Result<(), Error> {
    end_edges(tx, tree, node, from).await?;
    if let Some(group) = group {
        add_edge(tx, tree, node, group, from).await?;
    }
    Ok(())
}

/// 覆盖: a unit's members are placed in that organisation from the day on. The unit lies where the
/// first organisation that covers it lies.
pub async fn cover_unit(tx: &Tx, organisation: Id, unit: Id, from: Day) -> Result<(), Error> {
    let held: i64 = tx
        .scalar(
            "SELECT COUNT(*) FROM edge WHERE tree = 'coverage' AND child = $1 AND parent = $2
               AND to_day IS NULL",
            params![unit, organisation],
        )
        .await?;
    if held == 0 {
        add_edge(tx, "coverage", unit, organisation, from).await?;
    }
    place_unit(tx, unit).await
}

/// The organisation covers the unit no more from that day on.
pub async fn uncover_unit(tx: &Tx, organisation: Id, unit: Id, from: Day) -> Result<(), Error> {
    tx.exec(
        "DELETE FROM edge WHERE tree = 'coverage' AND child = $1 AND parent = $2
           AND to_day IS NULL AND from_day >= $3",
        params![unit, organisation, from],
    )
    .await?;
    tx.exec(
        "UPDATE edge SET to_day = $3 WHERE tree = 'coverage' AND child = $1 AND parent = $2
           AND to_day IS NULL",
        params![unit, organisation, from.plus_days(-1)],
    )
    .await?;
    place_unit(tx, unit).await
}

/// A unit that nobody covers stays where it was, so that somebody can still find it.
async fn place_unit(tx: &Tx, unit: Id) -> Result<(), Error> {
    let over: Option<Node> = tx
        .find(
            &format!(
                "SELECT {} FROM edge e JOIN node n ON n.id = e.parent
                 WHERE e.tree = 'coverage' AND e.child = $1 AND e.to_day IS NULL
                 ORDER BY LENGTH(n.path), n.path",
                rows::NODE
            ),
            params![unit],
        )
        .await?;
    if let Some(over) = over {
        tx.exec(
            "UPDATE node SET path = $2, zone = $3, version = version + 1 WHERE id = $1",
            params![unit, &over.path, over.zone],
        )
        .await?;
    }
    Ok(())
}

/// 贴标签, once.
pub async fn tag_node(tx: &Tx, node: Id, tag: &str, from: Day) -> Result<(), Error> {
    let held: i64 = tx
        .scalar(
            "SELECT COUNT(*) FROM node_tag WHERE node = $1 AND tag = $2 AND to_day IS NULL",
            params![node, tag],
        )
        .await?;
    if held == 0 {
        tx.exec(
            "INSERT INTO node_tag (id, node, tag, from_day) VALUES ($1, $2, $3, $4)",
            params![tx.new_id(), node, tag, from],
        )
        .await?;
    }
    Ok(())
}

/// 撕标签 from that day on.
pub async fn untag_node(tx: &Tx, node: Id, tag: &str, from: Day) -> Result<(), Error> {
    tx.exec(
        "DELETE FROM node_tag WHERE node = $1 AND tag = $2 AND to_day IS NULL AND from_day >= $3",
        params![node, tag, from],
    )
    .await?;
    tx.exec(
        "UPDATE node_tag SET to_day = $3 WHERE node = $1 AND tag = $2 AND to_day IS NULL",
        params![node, tag, from.plus_days(-1)],
    )
    .await?;
    Ok(())
}

/// 任职: somebody takes a post.
pub async fn appoint(tx: &Tx, new: NewPost<'_>) -> Result<Id, Error> {
    let id = tx.new_id();
    tx.exec(
        "INSERT INTO post (id, node, kind, member, holder, staffing, from_day, to_day, term_to)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            id,
            new.node,
            new.kind,
            new.member,
            new.holder,
            new.staffing,
            new.from,
            new.to,
            new.term_to
        ],
    )
    .await?;
    Ok(id)
}

/// 年度数据: sets figures of a node for a year; those not named stay.
pub async fn set_figures(
    tx: &Tx,
    node: Id,
    year: i64,
    figures: &[(&str, i64)],
) -> Result<(), Error> {
    for (code, value) in figures {
        tx.exec(
            "INSERT INTO node_figure (node, year, code, value) VALUES ($1, $2, $3, $4)
             ON CONFLICT (node, year, code) DO UPDATE SET value = $4",
            params![node, year, *code, *value],
        )
        .await?;
    }
    Ok(())
}
