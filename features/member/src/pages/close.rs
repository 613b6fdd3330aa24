//! 撤并: closing an organisation, its members going over to another.

use crate::pages::organisation::members_of;
use crate::use_cases::close_organisation::close_organisation;
use askama::Template;
use axum::extract::{Path, State};
use kernel::{Id, Refusal};
use org::Node;
use store::Fail;
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Result, Right, reply};

#[derive(Template)]
#[template(path = "close.html")]
struct ClosePage {
    frame: Frame,
    node: Node,
    members: usize,
    successors: Vec<Node>,
    chosen: String,
    from: String,
    errors: Vec<(&'static str, String)>,
}

impl ClosePage {
    fn error(&self, field: &str) -> Option<&String> {
        self.errors
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, words)| words)
    }
}

async fn closable(app: &App, actor: &Actor, id: Id) -> Result<Node> {
    let node = org::store::find_node(app.store.db(), id)
        .await?
        .ok_or(Failure::NotFound)?;
    if actor.can(Right::EditOrganisations, &node.place()) && node.is_active() {
        Ok(node)
    } else {
        Err(Failure::NotFound)
    }
}

async fn build(
    app: &App,
    actor: &Actor,
    node: Node,
    form: Option<&Form>,
    errors: FieldErrors,
) -> Result<ClosePage> {
    let all =
        org::store::organisations(app.store.db(), &actor.reach(Right::EditOrganisations)).await?;
    let title = format!("撤并：{}", node.name);
    Ok(ClosePage {
        frame: Frame::new(app, actor, org::paths::ORGANISATIONS, &title).await?,
        members: members_of(app, &node).await?.len(),
        successors: all.into_iter().filter(|n| n.id != node.id).collect(),
        chosen: form.map_or_else(String::new, |f| f.text("successor").to_owned()),
        from: form.map_or_else(
            || app.store.today().to_string(),
            |f| f.text("from").to_owned(),
        ),
        errors: errors.into_iter().collect(),
        node,
    })
}

/// GET /organisations/{id}/close
pub async fn show(State(app): State<App>, actor: Actor, Path(id): Path<Id>) -> Result {
    let node = closable(&app, &actor, id).await?;
    reply::page(&build(&app, &actor, node, None, FieldErrors::new()).await?)
}

/// POST /organisations/{id}/close
pub async fn save(State(app): State<App>, actor: Actor, Path(id): Path<Id>, form: Form) -> Result {
    let node = closable(&app, &actor, id).await?;
    let mut errors = FieldErrors::new();
    let from = org::forms::read_from(&form, app.store.today(), &mut errors);
    if !errors.is_empty() {
        return reply::invalid(&build(&app, &actor, node, Some(&form), errors).await?);
    }
    let (who, at, version, successor) = (
        actor.clone(),
        node.clone(),
        form.version(),
        form.id("successor"),
    );
    let done = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            close_organisation(&tx, &who, &at, version, successor, from).await?;
            Ok(reply::with_flash(
                &org::paths::organisation(at.id),
                "已撤并，沿革和以前的材料保留。",
            ))
        })
        .await;
    match done {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            let errors = FieldErrors::from([("successor", refusal.words().into_owned())]);
            reply::invalid(&build(&app, &actor, node, Some(&form), errors).await?)
        }
        Err(other) => Err(other.into()),
    }
}
