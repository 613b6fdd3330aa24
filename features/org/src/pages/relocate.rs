//! 调整隶属: choosing a new superior.

use crate::forms::read_from;
use crate::store::{self as rows, Node};
use crate::use_cases::move_organisation;
use crate::{pages::edit::editable, paths};
use askama::Template;
use axum::extract::{Path, State};
use kernel::{Id, Refusal};
use store::Fail;
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Result, Right, reply};

#[derive(Template)]
#[template(path = "relocate.html")]
struct MovePage {
    frame: Frame,
    node: Node,
    above: Option<Node>,
    below: usize,
    parents: Vec<Node>,
    chosen: String,
    from: String,
    errors: Vec<(&'static str, String)>,
}

impl MovePage {
    fn error(&self, field: &str) -> Option<&String> {
        self.errors
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, words)| words)
    }
}

async fn build(
    app: &App,
    actor: &Actor,
    node: Node,
    chosen: &str,
    from: &str,
    errors: FieldErrors,
) -> Result<MovePage> {
    let db = app.store.db();
    let all = rows::organisations(db, &actor.reach(Right::EditOrganisations)).await?;
    let below = all
        .iter()
        .filter(|n| n.path.is_within(&node.path))
        .count()
        .saturating_sub(1);
    let parents = all
        .into_iter()
        .filter(|n| !n.path.is_within(&node.path))
        .collect();
    let title = format!("调整隶属：{}", node.name);
    Ok(MovePage {
        frame: Frame::new(app, actor, paths::ORGANISATIONS, &title).await?,
        above: rows::ends(db, "subordination", node.id, true, app.store.today())
            .await?
            .pop(),
        below,
        parents,
        chosen: chosen.to_owned(),
        from: from.to_owned(),
        errors: errors.into_iter().collect(),
        node,
    })
}

async fn movable(app: &App, actor: &Actor, id: Id) -> Result<Node> {
    let node = editable(app, actor, id).await?;
    if node.category == "organisation" && node.is_active() {
        Ok(node)
    } else {
        Err(Failure::NotFound)
    }
}

/// GET /organisations/{id}/move
pub async fn show(State(app): State<App>, actor: Actor, Path(id): Path<Id>) -> Result {
    let node = movable(&app, &actor, id).await?;
    let today = app.store.today().to_string();
    reply::page(&build(&app, &actor, node, "", &today, FieldErrors::new()).await?)
}

/// POST /organisations/{id}/move
pub async fn save(State(app): State<App>, actor: Actor, Path(id): Path<Id>, form: Form) -> Result {
    let node = movable(&app, &actor, id).await?;
    let mut errors = FieldErrors::new();
    let from = read_from(&form, app.store.today(), &mut errors);
    if !errors.is_empty() {
        let page = build(
            &app,
            &actor,
            node,
            form.text("parent"),
            form.text("from"),
            errors,
        )
        .await?;
        return reply::invalid(&page);
    }
    let (who, was, version, parent) = (
        actor.clone(),
        node.clone(),
        form.version(),
        form.id("parent"),
    );
    let done = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            move_organisation(&tx, &who, &was, version, parent, from).await?;
            Ok(reply::with_flash(
                &paths::organisation(was.id),
                "已调整隶属，下级随之调整。",
            ))
        })
        .await;
    match done {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            let errors = FieldErrors::from([("parent", refusal.words().into_owned())]);
            let page = build(
                &app,
                &actor,
                node,
                form.text("parent"),
                form.text("from"),
                errors,
            )
            .await?;
            reply::invalid(&page)
        }
        Err(other) => Err(other.into()),
    }
}
