//! 新建: an organisation, unit, zone or body.

use crate::forms::NodeForm;
use crate::store::{Node, find_node};
use crate::use_cases::{NewNode, cover_unit, create_node, group_node, set_figures, tag_node};
use kernel::{Id, Refusal};
use std::borrow::Cow;
use store::{Db, Fail, Tx, params};
use web::{Actor, Right};

/// Why a node was not made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSaved {
    /// Another standing one below the same parent has the name.
    NameTaken,
    /// The kind is not in the county's table, or of another category.
    UnknownKind,
    /// There is no such parent within reach.
    NoParent,
    /// The zone, group, unit or tag chosen does not exist any more.
    Gone(&'static str),
    /// The node was closed.
    AlreadyClosed,
}

impl Refusal for NotSaved {
    fn code(&self) -> &'static str {
        match self {
            NotSaved::NameTaken => "name_taken",
            NotSaved::UnknownKind => "unknown_kind",
            NotSaved::NoParent => "no_parent",
            NotSaved::Gone(_) => "gone",
            NotSaved::AlreadyClosed => "already_closed",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            NotSaved::NameTaken => "同一上级下已有这个名称，请换一个名称，或到已有的那一个里修改",
            NotSaved::UnknownKind => "请从列表里选择类别",
            NotSaved::NoParent => "请从列表里选择上级",
            NotSaved::Gone(what) => what,
            NotSaved::AlreadyClosed => "这个组织已经撤并，不能再修改",
        })
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            NotSaved::NameTaken => "name",
            NotSaved::UnknownKind => "kind",
            NotSaved::NoParent => "parent",
            NotSaved::Gone(_) | NotSaved::AlreadyClosed => return None,
        })
    }
}

/// Makes it; the parent must lie where the actor may edit.
pub async fn create_organisation(
    tx: &Tx,
    actor: &Actor,
    category: &str,
    form: &NodeForm,
) -> Result<Node, Fail<NotSaved>> {
    check_kind(tx, category, &form.kind).await?;
    let parent = match form.parent {
        Some(id) => find_node(tx, id).await?,
        None => None,
    };
    let parent = parent.filter(|p| p.is_active() && p.category == "organisation");
    let parent = parent.ok_or(Fail::Refused(NotSaved::NoParent))?;
    if !actor.can(Right::EditOrganisations, &parent.place()) {
        return Err(Fail::Refused(NotSaved::NoParent));
    }
    check_name(tx, category, &form.name, &parent, None).await?;
    check_ends(tx, actor, form).await?;
    let node = create_node(
        tx,
        NewNode {
            category,
            kind: &form.kind,
            name: &form.name,
            short_name: &form.short_name,
            parent: Some(parent.id),
            zone: form.zone,
            from: form.from,
        },
    )
    .await?;
    if let Some(code) = &form.issued_code {
        tx.exec(
            "UPDATE node SET issued_code = $2 WHERE id = $1",
            params![node.id, code],
        )
        .await?;
    }
    for (tree, end) in [("group", form.group), ("contact", form.contact)] {
        if end.is_some() {
            group_node(tx, tree, node.id, end, form.from).await?;
        }
    }
    for tag in &form.tags {
        tag_node(tx, node.id, tag, form.from).await?;
    }
    for unit in &form.units {
        cover_unit(tx, node.id, *unit, form.from).await?;
    }
    let figures: Vec<(&str, i64)> = form.figures.iter().map(|(c, v)| (c.as_str(), *v)).collect();
    set_figures(tx, node.id, i64::from(tx.today().year()), &figures).await?;
    let detail = serde_json::json!({ "kind": node.kind, "name": node.name });
    tx.audit("create_organisation", ("node", node.id), &node.path, detail)
        .await?;
    Ok(node)
}

pub(crate) async fn check_kind(db: &Db, category: &str, kind: &str) -> Result<(), Fail<NotSaved>> {
    let sql = "SELECT COUNT(*) FROM node_kind WHERE code = $1 AND category = $2";
    let known: i64 = db.scalar(sql, params![kind, category]).await?;
    if known == 1 {
        Ok(())
    } else {
        Err(Fail::Refused(NotSaved::UnknownKind))
    }
}

pub(crate) async fn check_name(
    db: &Db,
    category: &str,
    name: &str,
    parent: &Node,
    but: Option<Id>,
) -> Result<(), Fail<NotSaved>> {
    let standing: Vec<(Id, kernel::TreePath)> = db
        .all(
            "SELECT id, path FROM node WHERE name = $1 AND category = $2 AND to_day IS NULL",
            params![name, category],
        )
        .await?;
    let level = parent.path.depth() + 1;
    let beside = |path: &kernel::TreePath| {
        category != "organisation" || (path.is_within(&parent.path) && path.depth() == level)
    };
    let taken = standing
        .iter()
        .any(|(id, path)| Some(*id) != but && beside(path));
    if taken {
        Err(Fail::Refused(NotSaved::NameTaken))
    } else {
        Ok(())
    }
}

/// Everything chosen from lists still stands, and units lie where the actor may edit.
pub(crate) async fn check_ends(
    db: &Db,
    actor: &Actor,
    form: &NodeForm,
) -> Result<(), Fail<NotSaved>> {
    for (end, kind) in [
        (form.zone, "zone"),
        (form.group, "education_group"),
        (form.contact, "contact_point"),
    ] {
        let Some(id) = end else { continue };
        let fits = find_node(db, id)
            .await?
            .is_some_and(|n| n.kind == kind && n.is_active());
        if !fits {
            return Err(Fail::Refused(NotSaved::Gone(
                "选择的片区、集团或联系点已不存在，请重新选择",
            )));
        }
    }
    for unit in crate::store::nodes(db, &form.units).await? {
        if unit.category != "unit" || !actor.can(Right::EditOrganisations, &unit.place()) {
            return Err(Fail::Refused(NotSaved::Gone(
                "选择的单位已不存在，请重新选择",
            )));
        }
    }
    let known = crate::store::tag_kinds(db).await?;
    if form
        .tags
        .iter()
        .any(|tag| !known.iter().any(|k| k.code == *tag))
    {
        return Err(Fail::Refused(NotSaved::Gone(
            "选择的标签已不存在，请重新选择",
        )));
    }
    Ok(())
}
