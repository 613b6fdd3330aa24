//! 修改: names, kind, zone, groups, tags, units and figures, from a day on.

use crate::forms::NodeForm;
use crate::pinyin;
use crate::store::{self as rows, Node};
use crate::use_cases::create_organisation::{NotSaved, check_ends, check_kind, check_name};
use crate::use_cases::{
    cover_unit, group_node, set_figures, set_zone, tag_node, uncover_unit, untag_node,
};
use kernel::Id;
use store::{Fail, Tx, params};
use web::Actor;

/// Changes a node that the page showed in `version`.
pub async fn edit_organisation(
    tx: &Tx,
    actor: &Actor,
    node: &Node,
    version: i64,
    form: &NodeForm,
) -> Result<(), Fail<NotSaved>> {
    if !node.is_active() {
        return Err(Fail::Refused(NotSaved::AlreadyClosed));
    }
    check_kind(tx, &node.category, &form.kind).await?;
    if let Some(parent) = rows::ends(tx, "subordination", node.id, true, tx.today())
        .await?
        .first()
    {
        check_name(tx, &node.category, &form.name, parent, Some(node.id)).await?;
    }
    check_ends(tx, actor, form).await?;
    tx.exec_one(
        "UPDATE node SET name = $3, short_name = $4, pinyin = $5, kind = $6, issued_code = $7,
                version = version + 1 WHERE id = $1 AND version = $2",
        params![
            node.id,
            version,
            &form.name,
            &form.short_name,
            pinyin::of_place(&form.name),
            &form.kind,
            form.issued_code.clone()
        ],
    )
    .await?;
    if node.category == "organisation" {
        set_zone(tx, node.id, form.zone, form.from).await?;
        regroup(tx, node.id, "group", form.group, form).await?;
        regroup(tx, node.id, "contact", form.contact, form).await?;
        recover(tx, node.id, form).await?;
    }
    retag(tx, node.id, form).await?;
    let figures: Vec<(&str, i64)> = form.figures.iter().map(|(c, v)| (c.as_str(), *v)).collect();
    set_figures(tx, node.id, i64::from(tx.today().year()), &figures).await?;
    let detail = serde_json::json!({ "kind": form.kind, "from": form.from });
    tx.audit("edit_organisation", ("node", node.id), &node.path, detail)
        .await?;
    Ok(())
}

async fn regroup(
    tx: &Tx,
    node: Id,
    tree: &'static str,
    wanted: Option<Id>,
    form: &NodeForm,
) -> Result<(), Fail<NotSaved>> {
    let held = rows::ends(tx, tree, node, true, tx.today())
        .await?
        .first()
        .map(|n| n.id);
    if held != wanted {
        group_node(tx, tree, node, wanted, form.from).await?;
    }
    Ok(())
}

async fn recover(tx: &Tx, node: Id, form: &NodeForm) -> Result<(), Fail<NotSaved>> {
    let held: Vec<Id> = rows::units_of(tx, node)
        .await?
        .into_iter()
        .map(|u| u.id)
        .collect();
    for unit in held.iter().filter(|id| !form.units.contains(id)) {
        uncover_unit(tx, node, *unit, form.from).await?;
    }
    for unit in form.units.iter().filter(|id| !held.contains(id)) {
        cover_unit(tx, node, *unit, form.from).await?;
    }
    Ok(())
}

async fn retag(tx: &Tx, node: Id, form: &NodeForm) -> Result<(), Fail<NotSaved>> {
    let held: Vec<String> = rows::tags_of(tx, node)
        .await?
        .into_iter()
        .map(|t| t.code)
        .collect();
    for tag in held.iter().filter(|tag| !form.tags.contains(tag)) {
        untag_node(tx, node, tag, form.from).await?;
    }
    for tag in form.tags.iter().filter(|tag| !held.contains(tag)) {
        tag_node(tx, node, tag, form.from).await?;
    }
    Ok(())
}
