//! 党员: one member, their relations over time, and what may be done.

use crate::id_number::mask;
use crate::store::{self as rows, Member, Membership};
use crate::use_cases::save_member;
use crate::{paths, words};
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::{Id, Refusal};
use org::Node;
use org::pages::exchange::Said;
use store::Fail;
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Result, Right, reply};

#[derive(Template)]
#[template(path = "member.html")]
struct MemberPage {
    frame: Frame,
    member: Member,
    branch: String,
    sex: String,
    stage: String,
    category: String,
    number: String,
    in_clear: bool,
    phone: String,
    posts: Vec<(String, String, String)>,
    history: Vec<(Membership, String)>,
    may_edit: bool,
    may_unmask: bool,
    targets: Vec<Node>,
    chosen: String,
    errors: Vec<(&'static str, String)>,
}

impl MemberPage {
    fn error(&self, field: &str) -> Option<&String> {
        self.errors
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, words)| words)
    }
}

/// The member if the actor may see the roster they are on.
pub(crate) async fn visible(app: &App, actor: &Actor, id: Id) -> Result<Member> {
    let found = rows::find(app.store.db(), id)
        .await?
        .ok_or(Failure::NotFound)?;
    if actor.can(Right::SeeMembers, &found.place()) {
        Ok(found)
    } else {
        Err(Failure::NotFound)
    }
}

/// The member if the actor keeps the roster they are on.
pub(crate) async fn editable(app: &App, actor: &Actor, id: Id) -> Result<Member> {
    let found = visible(app, actor, id).await?;
    if actor.can(Right::EditMembers, &found.place()) {
        Ok(found)
    } else {
        Err(Failure::NotFound)
    }
}

/// The ID number as everybody sees it.
pub(crate) fn masked_number(app: &App, member: &Member) -> Result<String> {
    let number = member.open_id_number(&app.store.keys)?;
    Ok(number.map_or_else(String::new, |n| mask(&n, 6, 4)))
}

async fn build(
    app: &App,
    actor: &Actor,
    member: Member,
    clear: Option<String>,
    errors: FieldErrors,
) -> Result<MemberPage> {
    let db = app.store.db();
    let may_edit = member.ended_on.is_none() && actor.can(Right::EditMembers, &member.place());
    let may_unmask = actor.can(Right::UnmaskMembers, &member.place());
    let targets = if may_edit {
        let all = org::store::organisations(db, &actor.reach(Right::EditMembers)).await?;
        all.into_iter().filter(|n| n.id != member.branch).collect()
    } else {
        vec![]
    };
    let phone = member.open_phone(&app.store.keys)?.unwrap_or_default();
    let in_clear = clear.is_some();
    let number = match clear {
        Some(number) => number,
        None => masked_number(app, &member)?,
    };
    let names = org::store::names(db, &[member.branch]).await?;
    let reason = |s: &Membership| match s.reason.as_str() {
        "moved" => "转入",
        "imported" => "导入名册",
        _ => "登记",
    };
    let history = rows::history(db, member.id).await?;
    Ok(MemberPage {
        frame: Frame::new(app, actor, paths::MEMBERS, &member.name).await?,
        branch: names.get(&member.branch).cloned().unwrap_or_default(),
        sex: words::name_of(words::SEXES, &member.sex).to_owned(),
        stage: words::name_of(words::STAGES, &member.stage).to_owned(),
        category: words::name_of(words::CATEGORIES, &member.category).to_owned(),
        number,
        in_clear,
        phone: if may_unmask {
            phone
        } else {
            mask(&phone, 3, 4)
        },
        posts: posts(app, member.id).await?,
        history: history
            .into_iter()
            .map(|s| {
                let word = reason(&s).to_owned();
                (s, word)
            })
            .collect(),
        may_edit,
        may_unmask,
        targets,
        chosen: String::new(),
        errors: errors.into_iter().collect(),
        member,
    })
}

async fn posts(app: &App, member: Id) -> Result<Vec<(String, String, String)>> {
    let held = rows::posts_of_member(app.store.db(), member).await?;
    let line = |p: rows::HeldPost| {
        let until = p
            .to_day
            .map_or_else(|| "至今".to_owned(), |day| format!("至{}", day.chinese()));
        (
            p.word,
            p.node_name,
            format!("{}{until}", p.from_day.chinese()),
        )
    };
    Ok(held.into_iter().map(line).collect())
}

/// GET /members/{id}
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Id>,
    Query(query): Query<Said>,
) -> Result {
    let member = visible(&app, &actor, id).await?;
    let mut page = build(&app, &actor, member, None, FieldErrors::new()).await?;
    page.frame = page.frame.saying(query.said);
    reply::page(&page)
}

/// POST /members/{id}/unmask: shows the number once; the reason is kept in the audit log.
pub async fn unmask(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Id>,
    form: Form,
) -> Result {
    let member = visible(&app, &actor, id).await?;
    if !actor.can(Right::UnmaskMembers, &member.place()) {
        return Err(Failure::NotFound);
    }
    let reason = form.text("reason").to_owned();
    if reason.chars().count() < 2 {
        let errors =
            FieldErrors::from([("reason", "请写明查看全号的理由，会记入审计日志".to_owned())]);
        return reply::invalid(&build(&app, &actor, member, None, errors).await?);
    }
    let shown = member.clone();
    let number = app
        .store
        .write::<_, std::convert::Infallible, _, _>(&actor.by(), |tx| async move {
            Ok(save_member::unmask_number(&tx, &shown, &reason).await?)
        })
        .await
        .map_err(org::pages::exchange::never)?;
    reply::page(&build(&app, &actor, member, number, FieldErrors::new()).await?)
}

/// POST /members/{id}/move
pub async fn transfer(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Id>,
    form: Form,
) -> Result {
    let member = editable(&app, &actor, id).await?;
    let mut errors = FieldErrors::new();
    let from = org::forms::read_from(&form, app.store.today(), &mut errors);
    if !errors.is_empty() {
        return reply::invalid(&build(&app, &actor, member, None, errors).await?);
    }
    let (who, was, version, branch) = (
        actor.clone(),
        member.clone(),
        form.version(),
        form.id("branch"),
    );
    let done = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            save_member::transfer_member(&tx, &who, &was, version, branch, from).await?;
            Ok(reply::with_flash(
                &paths::member(was.id),
                "组织关系已转接。",
            ))
        })
        .await;
    match done {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) if refusal.field().is_some() => {
            let errors = FieldErrors::from([("branch", refusal.words().into_owned())]);
            let mut page = build(&app, &actor, member, None, errors).await?;
            form.text("branch").clone_into(&mut page.chosen);
            reply::invalid(&page)
        }
        Err(Fail::Stale) => Err(stale(&app, id, &form).await?),
        Err(other) => Err(other.into()),
    }
}

/// What was typed beside what stands now.
pub(crate) async fn stale(app: &App, id: Id, form: &Form) -> Result<Failure> {
    let now = rows::find(app.store.db(), id)
        .await?
        .ok_or(Failure::NotFound)?;
    let names = org::store::names(app.store.db(), &[now.branch]).await?;
    let pair = |label: &str, text: &str| (label.to_owned(), text.to_owned());
    let day = |d: Option<kernel::Day>| d.map(|d| d.to_string()).unwrap_or_default();
    Ok(Failure::Stale {
        yours: vec![
            pair("姓名", form.text("name")),
            pair("出生日期", form.text("birth")),
            pair("入党日期", form.text("joined_on")),
            pair("岗位", form.text("job")),
        ],
        theirs: vec![
            pair("姓名", &now.name),
            pair("出生日期", &day(now.birth)),
            pair("入党日期", &day(now.joined_on)),
            pair("岗位", now.job.as_deref().unwrap_or_default()),
            pair("党支部", names.get(&now.branch).map_or("", String::as_str)),
        ],
    })
}
