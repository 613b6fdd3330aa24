//! 任职、免职.

use crate::store::{self as rows, Member};
use crate::use_cases::appoint_to_post::{Appointment, appoint_to_post, end_post};
use askama::Template;
use axum::extract::{Path, State};
use kernel::{Day, Id, Refusal};
use org::Node;
use org::store::Code;
use rules::organisation::{Staffing, Term};
use store::Fail;
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Result, Right, reply};

#[derive(Template)]
#[template(path = "post.html")]
struct PostPage {
    frame: Frame,
    node: Node,
    kinds: Vec<Code>,
    members: Vec<Member>,
    staffings: [Staffing; 3],
    kind: String,
    member: String,
    holder: String,
    staffing: String,
    from: String,
    term_to: String,
    errors: Vec<(&'static str, String)>,
}

impl PostPage {
    fn error(&self, field: &str) -> Option<&String> {
        self.errors
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, words)| words)
    }
}

/// The node if the actor may say who works there.
async fn editable(app: &App, actor: &Actor, id: Id) -> Result<Node> {
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
) -> Result<PostPage> {
    let text = |name: &str| form.map_or_else(String::new, |f| f.text(name).to_owned());
    let members = if actor.can(Right::SeeMembers, &node.place()) {
        rows::under(app.store.db(), &node.path)
            .await?
            .into_iter()
            .take(600)
            .collect()
    } else {
        vec![]
    };
    let today = app.store.today();
    let years = if matches!(
        node.kind.as_str(),
        "branch" | "joint_branch" | "general_branch"
    ) {
        3
    } else {
        5
    };
    let (from, term) = match form {
        Some(_) => (text("from"), text("term_to")),
        None => (today.to_string(), Term::of(today, years).ends.to_string()),
    };
    let title = format!("任职：{}", node.name);
    Ok(PostPage {
        frame: Frame::new(app, actor, org::paths::ORGANISATIONS, &title).await?,
        kinds: org::store::post_kinds(app.store.db()).await?,
        members,
        staffings: Staffing::ALL,
        kind: text("kind"),
        member: text("member"),
        holder: text("holder"),
        staffing: text("staffing"),
        from,
        term_to: term,
        node,
        errors: errors.into_iter().collect(),
    })
}

/// GET /organisations/{id}/posts/new
pub async fn new(State(app): State<App>, actor: Actor, Path(id): Path<Id>) -> Result {
    let node = editable(&app, &actor, id).await?;
    reply::page(&build(&app, &actor, node, None, FieldErrors::new()).await?)
}

/// What the form says; every field that is wrong is named.
fn read(form: &Form, today: Day) -> std::result::Result<Appointment, FieldErrors> {
    let mut errors = FieldErrors::new();
    let from = org::forms::read_from(form, today, &mut errors);
    let term_to = match form.text("term_to") {
        "" => None,
        text => match org::typed::day(text) {
            Some(typed) if typed.day > from => Some(typed.day),
            _ => {
                errors.insert(
                    "term_to",
                    "届满日期应是任职日期之后的日期，请核对".to_owned(),
                );
                None
            }
        },
    };
    if form.text("holder").chars().count() > 40 {
        errors.insert("holder", "姓名最多40个字，请核对".to_owned());
    }
    if form.text("kind").is_empty() {
        errors.insert("kind", "请选择职务".to_owned());
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let kind = form.text("kind").to_owned();
    let staffing = Staffing::from_code(form.text("staffing")).filter(|_| kind == "secretary");
    Ok(Appointment {
        staffing: staffing.map(|s| s.code().to_owned()),
        kind,
        member: form.id("member"),
        holder: form.text("holder").to_owned(),
        from,
        term_to,
    })
}

/// POST /organisations/{id}/posts/new
pub async fn create(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Id>,
    form: Form,
) -> Result {
    let node = editable(&app, &actor, id).await?;
    let what = match read(&form, app.store.today()) {
        Ok(what) => what,
        Err(errors) => {
            return reply::invalid(&build(&app, &actor, node, Some(&form), errors).await?);
        }
    };
    let (who, at) = (actor.clone(), node.clone());
    let done = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            appoint_to_post(&tx, &who, &at, what).await?;
            Ok(reply::with_flash(
                &org::paths::organisation(at.id),
                "已登记任职。",
            ))
        })
        .await;
    match done {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            let field = refusal.field().unwrap_or("kind");
            let errors = FieldErrors::from([(field, refusal.words().into_owned())]);
            reply::invalid(&build(&app, &actor, node, Some(&form), errors).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// POST /posts/{id}/end
pub async fn end(State(app): State<App>, actor: Actor, Path(id): Path<Id>, form: Form) -> Result {
    let post = org::store::find_post(app.store.db(), id)
        .await?
        .ok_or(Failure::NotFound)?;
    let node = editable(&app, &actor, post.node).await?;
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            end_post(&tx, &node, &post).await?;
            Ok(reply::with_flash(
                &org::paths::organisation(node.id),
                "已免职，任职经历保留。",
            ))
        })
        .await?;
    reply::see_other(receipt)
}
