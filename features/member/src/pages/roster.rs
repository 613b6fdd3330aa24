//! 名册: a branch, an organisation with what lies below, or everybody within reach.

use crate::id_number::mask;
use crate::store::{self as rows, Filter, Member, Sums};
use crate::{paths, words};
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::{Day, Id, TreePath};
use org::Node;
use std::collections::HashMap;
use web::{Actor, App, Failure, Form, Frame, Reach, Result, Right, reply};

/// Rows a page has.
const PAGE: usize = 100;

/// What the address may carry. Never a name: names stay out of addresses.
#[derive(serde::Deserialize, Default, Clone)]
pub struct Asked {
    stage: Option<String>,
    category: Option<String>,
    sex: Option<String>,
    only: Option<String>,
    after: Option<Id>,
    said: Option<String>,
}

/// A row as shown.
struct Row {
    id: Id,
    name: String,
    branch: String,
    post: String,
    sex: &'static str,
    birth: String,
    joined: String,
    probationary: bool,
    category: String,
    phone: String,
}

#[derive(Template)]
#[template(path = "roster.html")]
struct RosterPage {
    frame: Frame,
    node: Option<Node>,
    here: String,
    sums: Sums,
    rows: Vec<Row>,
    many_branches: bool,
    filtered: bool,
    asked: Asked,
    query: String,
    next: Option<Id>,
    may_edit: bool,
    may_unmask: bool,
    needle: String,
    error: Option<String>,
    stages: &'static [words::Word],
    categories: &'static [words::Word],
}

impl RosterPage {
    /// What the roster is narrowed to, as fields of a form.
    fn narrowed(&self) -> Vec<(&'static str, &str)> {
        let pairs = [
            ("stage", &self.asked.stage),
            ("category", &self.asked.category),
            ("sex", &self.asked.sex),
            ("only", &self.asked.only),
        ];
        let said = pairs.iter().filter_map(|(k, v)| Some((*k, v.as_deref()?)));
        said.filter(|(_, v)| !v.is_empty()).collect()
    }

    fn is_stage(&self, code: &str) -> bool {
        self.asked.stage.as_deref() == Some(code)
    }

    fn is_category(&self, code: &str) -> bool {
        self.asked.category.as_deref() == Some(code)
    }
}

/// The earliest birth of somebody who is 35 or younger on that day.
pub(crate) fn young_from(today: Day) -> Day {
    today.plus_months(-36 * 12).plus_days(1)
}

impl Asked {
    /// The narrowing as a form carries it.
    pub(super) fn of_form(form: &Form) -> Asked {
        let said = |name: &str| Some(form.text(name).to_owned());
        Asked {
            stage: said("stage"),
            category: said("category"),
            sex: said("sex"),
            only: said("only"),
            ..Asked::default()
        }
    }

    pub(super) fn filter(&self, under: Option<&TreePath>, today: Day) -> Filter {
        let known = |table: &[words::Word], code: &Option<String>| {
            code.as_deref()
                .and_then(|c| words::code_of(table, c))
                .map(str::to_owned)
        };
        let only = self.only.as_deref();
        Filter {
            under: under.cloned(),
            stage: known(words::STAGES, &self.stage),
            category: known(words::CATEGORIES, &self.category),
            sex: known(words::SEXES, &self.sex),
            born_from: (only == Some("young")).then(|| young_from(today)),
            without_number: only == Some("without_number"),
            ..Filter::default()
        }
    }

    fn query(&self) -> String {
        let pairs = [
            ("stage", &self.stage),
            ("category", &self.category),
            ("sex", &self.sex),
            ("only", &self.only),
        ];
        let text = pairs.into_iter().filter_map(|(k, v)| {
            let v = v.as_ref().filter(|v| {
                !v.is_empty() && v.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            })?;
            Some(format!("{k}={v}"))
        });
        text.collect::<Vec<_>>().join("&")
    }
}

/// GET /members
pub async fn everybody(State(app): State<App>, actor: Actor, Query(asked): Query<Asked>) -> Result {
    let reach = actor.reach(Right::SeeMembers);
    if let (Some(home), true) = (
        actor.home(),
        reach.subtrees.is_empty() && reach.exact.len() == 1,
    ) {
        return reply::see_other(paths::roster(home.node));
    }
    page(&app, &actor, None, asked, None).await
}

/// The roster again, with what is wrong about the reason for an unmasked export.
pub(super) async fn again(
    app: &App,
    actor: &Actor,
    node: Option<Node>,
    asked: Asked,
    error: String,
) -> Result {
    let mut page = build(app, actor, node, asked, None).await?;
    page.error = Some(error);
    reply::invalid(&page)
}

/// POST /members/find: by name, which has no place in an address.
pub async fn find(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let node = match form.id("organisation") {
        Some(id) => Some(visible(&app, &actor, id).await?),
        None => None,
    };
    let needle: String = form.text("q").chars().take(40).collect();
    page(&app, &actor, node, Asked::default(), Some(needle)).await
}

/// GET /organisations/{id}/members
pub async fn of_organisation(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Id>,
    Query(asked): Query<Asked>,
) -> Result {
    let node = visible(&app, &actor, id).await?;
    page(&app, &actor, Some(node), asked, None).await
}

/// The organisation if the actor may see its roster.
pub(crate) async fn visible(app: &App, actor: &Actor, id: Id) -> Result<Node> {
    let node = org::store::find_node(app.store.db(), id)
        .await?
        .ok_or(Failure::NotFound)?;
    if node.category == "organisation" && actor.can(Right::SeeMembers, &node.place()) {
        Ok(node)
    } else {
        Err(Failure::NotFound)
    }
}

async fn page(
    app: &App,
    actor: &Actor,
    node: Option<Node>,
    asked: Asked,
    needle: Option<String>,
) -> Result {
    reply::page(&build(app, actor, node, asked, needle).await?)
}

async fn build(
    app: &App,
    actor: &Actor,
    node: Option<Node>,
    asked: Asked,
    needle: Option<String>,
) -> Result<RosterPage> {
    let (db, today) = (app.store.db(), app.store.today());
    let reach = actor.reach(Right::SeeMembers);
    let under = node.as_ref().map(|n| &n.path);
    let mut filter = asked.filter(under, today);
    let whole = Filter {
        under: under.cloned(),
        ..Filter::default()
    };
    filter.name = needle.clone().filter(|n| !n.is_empty());
    let after = after(app, &reach, asked.after).await?;
    let most = if filter.name.is_some() { 300 } else { PAGE };
    let mut found = rows::roster(db, &reach, &filter, after.as_ref(), most as i64 + 1).await?;
    let next = (found.len() > most && filter.name.is_none()).then(|| found[most - 1].id);
    found.truncate(most);
    let sums = rows::sums(db, &reach, &whole, young_from(today)).await?;
    let shown = shown(app, found).await?;
    let many_branches = shown
        .windows(2)
        .any(|pair| pair[0].branch != pair[1].branch)
        || node.is_none();
    let may_edit = match &node {
        Some(node) => node.is_active() && actor.can(Right::EditMembers, &node.place()),
        None => actor.can_anywhere(Right::EditMembers),
    };
    let title = node.as_ref().map_or("党员名册".to_owned(), |n| {
        format!("党员名册：{}", n.name)
    });
    Ok(RosterPage {
        frame: Frame::new(app, actor, paths::MEMBERS, &title)
            .await?
            .saying(asked.said.clone()),
        here: node
            .as_ref()
            .map_or(paths::MEMBERS.to_owned(), |n| paths::roster(n.id)),
        sums,
        rows: shown,
        many_branches,
        filtered: filter != whole,
        query: asked.query(),
        asked,
        next,
        may_edit,
        may_unmask: actor.can_anywhere(Right::UnmaskMembers),
        error: None,
        needle: needle.unwrap_or_default(),
        stages: words::STAGES,
        categories: words::CATEGORIES,
        node,
    })
}

/// Where the page begins: after a member within reach, else from the top.
async fn after(app: &App, reach: &Reach, id: Option<Id>) -> Result<Option<rows::After>> {
    let Some(id) = id else { return Ok(None) };
    let found = rows::find(app.store.db(), id)
        .await?
        .filter(|m| reach.covers(&m.place()));
    Ok(found.map(|m| (m.path, m.rank, m.pinyin, m.id)))
}

async fn shown(app: &App, found: Vec<Member>) -> Result<Vec<Row>> {
    let mut branches: Vec<Id> = found.iter().map(|m| m.branch).collect();
    branches.sort_unstable();
    branches.dedup();
    let names = org::store::nodes(app.store.db(), &branches).await?;
    let names: HashMap<Id, String> = names.into_iter().map(|n| (n.id, n.short_name)).collect();
    let ranks: HashMap<i64, String> = org::store::post_kinds(app.store.db())
        .await?
        .into_iter()
        .map(|k| (k.rank, k.name))
        .collect();
    let mut shown = Vec::with_capacity(found.len());
    for member in found {
        let phone = member.open_phone(&app.store.keys)?;
        shown.push(Row {
            id: member.id,
            branch: names.get(&member.branch).cloned().unwrap_or_default(),
            post: ranks.get(&member.rank).cloned().unwrap_or_default(),
            sex: if member.sex == "male" { "男" } else { "女" },
            birth: member.birth.map_or_else(String::new, month),
            joined: member.joined_on.map_or_else(String::new, month),
            probationary: member.stage == "probationary",
            category: words::name_of(words::CATEGORIES, &member.category).to_owned(),
            phone: phone.map_or_else(String::new, |p| mask(&p, 3, 4)),
            name: member.name,
        });
    }
    Ok(shown)
}

fn month(day: Day) -> String {
    format!("{}年{}月", day.year(), day.month())
}
