//! 登记、修改: the form of a member.

use crate::forms::MemberForm;
use crate::pages::member::{editable, masked_number, stale};
use crate::store::Member;
use crate::use_cases::save_member::{self, NotSaved};
use crate::{paths, words};
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::{Id, Refusal};
use org::Node;
use std::collections::HashMap;
use store::Fail;
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Result, Right, reply};

#[derive(Template)]
#[template(path = "member_edit.html")]
struct EditPage {
    frame: Frame,
    action: String,
    back: String,
    member: Option<Member>,
    version: i64,
    fields: HashMap<&'static str, String>,
    masked: String,
    has_phone: bool,
    branches: Vec<Node>,
    errors: Vec<(&'static str, String)>,
    sexes: &'static [words::Word],
    stages: &'static [words::Word],
    categories: &'static [words::Word],
    educations: &'static [&'static str],
}

impl EditPage {
    fn error(&self, field: &str) -> Option<&String> {
        self.errors
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, words)| words)
    }

    fn value(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }
}

const FIELDS: &[&str] = &[
    "name",
    "sex",
    "birth",
    "stage",
    "category",
    "joined_on",
    "full_on",
    "ethnic",
    "education",
    "job",
    "id_number",
    "phone",
    "branch",
    "from",
];

fn typed(form: &Form) -> HashMap<&'static str, String> {
    FIELDS
        .iter()
        .map(|field| (*field, form.text(field).to_owned()))
        .collect()
}

fn stored(member: &Member) -> HashMap<&'static str, String> {
    let day = |d: Option<kernel::Day>| d.map(|d| d.to_string()).unwrap_or_default();
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    HashMap::from([
        ("name", member.name.clone()),
        ("sex", member.sex.clone()),
        ("birth", day(member.birth)),
        ("stage", member.stage.clone()),
        ("category", member.category.clone()),
        ("joined_on", day(member.joined_on)),
        ("full_on", day(member.full_on)),
        ("ethnic", text(&member.ethnic)),
        ("education", text(&member.education)),
        ("job", text(&member.job)),
    ])
}

async fn build(
    app: &App,
    actor: &Actor,
    member: Option<Member>,
    fields: HashMap<&'static str, String>,
    errors: FieldErrors,
) -> Result<EditPage> {
    let branches = if member.is_none() {
        org::store::organisations(app.store.db(), &actor.reach(Right::EditMembers)).await?
    } else {
        vec![]
    };
    let title = member
        .as_ref()
        .map_or("新增党员".to_owned(), |m| format!("修改：{}", m.name));
    Ok(EditPage {
        frame: Frame::new(app, actor, paths::MEMBERS, &title).await?,
        action: member
            .as_ref()
            .map_or(paths::NEW.to_owned(), |m| paths::edit(m.id)),
        back: member
            .as_ref()
            .map_or(paths::MEMBERS.to_owned(), |m| paths::member(m.id)),
        version: member.as_ref().map_or(0, |m| m.version),
        masked: match &member {
            Some(member) => masked_number(app, member)?,
            None => String::new(),
        },
        has_phone: member.as_ref().is_some_and(|m| m.phone.is_some()),
        branches,
        fields,
        member,
        errors: errors.into_iter().collect(),
        sexes: words::SEXES,
        stages: words::STAGES,
        categories: words::CATEGORIES,
        educations: words::EDUCATIONS,
    })
}

/// What the address may carry.
#[derive(serde::Deserialize)]
pub struct NewQuery {
    branch: Option<Id>,
}

/// GET /members/new
pub async fn new(State(app): State<App>, actor: Actor, Query(query): Query<NewQuery>) -> Result {
    let branch = query
        .branch
        .or(actor.home().map(|g| g.node))
        .map(|b| b.to_string());
    let fields = HashMap::from([
        ("branch", branch.unwrap_or_default()),
        ("from", app.store.today().to_string()),
        ("stage", "full".to_owned()),
        ("category", "in_post".to_owned()),
    ]);
    reply::page(&build(&app, &actor, None, fields, FieldErrors::new()).await?)
}

/// POST /members/new
pub async fn create(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let read = match MemberForm::read(&form, app.store.today()) {
        Ok(read) => read,
        Err(errors) => {
            return reply::invalid(&build(&app, &actor, None, typed(&form), errors).await?);
        }
    };
    let who = actor.clone();
    let done = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            let id = save_member::register_member(&tx, &who, read).await?;
            Ok(reply::with_flash(&paths::member(id), "已登记。"))
        })
        .await;
    answer(&app, &actor, None, &form, done).await
}

/// GET /members/{id}/edit
pub async fn edit(State(app): State<App>, actor: Actor, Path(id): Path<Id>) -> Result {
    let member = editable(&app, &actor, id).await?;
    let fields = stored(&member);
    reply::page(&build(&app, &actor, Some(member), fields, FieldErrors::new()).await?)
}

/// POST /members/{id}/edit
pub async fn save(State(app): State<App>, actor: Actor, Path(id): Path<Id>, form: Form) -> Result {
    let member = editable(&app, &actor, id).await?;
    let read = match MemberForm::read(&form, app.store.today()) {
        Ok(read) => read,
        Err(errors) => {
            return reply::invalid(&build(&app, &actor, Some(member), typed(&form), errors).await?);
        }
    };
    let (was, version) = (member.clone(), form.version());
    let done = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            save_member::edit_member(&tx, &was, version, &read).await?;
            Ok(reply::with_flash(&paths::member(was.id), "已保存。"))
        })
        .await;
    answer(&app, &actor, Some(member), &form, done).await
}

async fn answer(
    app: &App,
    actor: &Actor,
    member: Option<Member>,
    form: &Form,
    done: std::result::Result<String, Fail<NotSaved>>,
) -> Result {
    match done {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) if refusal.field().is_some() => {
            let field = refusal.field().unwrap_or("name");
            let errors = FieldErrors::from([(field, refusal.words().into_owned())]);
            reply::invalid(&build(app, actor, member, typed(form), errors).await?)
        }
        Err(Fail::Stale) => match member {
            Some(member) => Err(stale(app, member.id, form).await?),
            None => Err(Failure::NotFound),
        },
        Err(other) => Err(other.into()),
    }
}
