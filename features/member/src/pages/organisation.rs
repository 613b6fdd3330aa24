//! 组织: the tree at the left, one node at the right, as they stood on a day.

use crate::store as rows;
use crate::tree::{self, Step, Tree, WAYS};
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::{Day, Id};
use org::Node;
use org::store::{Code, Post, Told};
use rules::organisation::{self as book, Advice, Force, Size, Staffing};
use std::collections::HashMap;
use web::{Actor, App, Failure, Frame, Result, Right, reply};

/// What the address may carry.
#[derive(serde::Deserialize, Default)]
pub struct Asked {
    tree: Option<String>,
    on: Option<String>,
    said: Option<String>,
}

/// A unit with its numbers.
struct UnitLine {
    id: Id,
    name: String,
    kind: String,
    pupils: i64,
    staff: i64,
    year: String,
}

/// A post with its words.
struct PostLine {
    id: Id,
    word: String,
    holder: String,
    member: Option<Id>,
    staffing: String,
    since: String,
    term: String,
    ended: bool,
}

#[derive(Template)]
#[template(path = "organisation.html")]
struct OrganisationPage {
    frame: Frame,
    tree: Tree,
    way: String,
    way_word: &'static str,
    ways: Vec<(&'static str, &'static str)>,
    query: String,
    on: Day,
    is_past: bool,
    node: Node,
    kind: String,
    above: Vec<Node>,
    /// Those of them that this person may open.
    opens: Vec<Id>,
    zone: Option<Node>,
    groupings: Vec<Node>,
    below: Vec<Node>,
    /// Discipline committees, congresses and others that stand beside it.
    bodies: Vec<Node>,
    units: Vec<UnitLine>,
    pupils: i64,
    staff: i64,
    figures: Vec<(String, i64, String)>,
    tags: Vec<Code>,
    posts: Vec<PostLine>,
    separate: Option<bool>,
    members: Option<i64>,
    advice: Vec<Advice>,
    history: Vec<String>,
    may_edit: bool,
    may_create: bool,
}

impl OrganisationPage {
    fn is_organisation(&self) -> bool {
        self.node.category == "organisation"
    }

    fn force(&self, advice: &Advice) -> &'static str {
        match advice.force {
            Force::Must => "应当",
            Force::Should => "一般",
            Force::May => "建议",
        }
    }
}

/// GET /organisations
pub async fn home(State(app): State<App>, actor: Actor, Query(asked): Query<Asked>) -> Result {
    let own = actor.home().map(|grant| grant.node);
    let chosen = match own {
        Some(id) if visible(&app, &actor, id).await?.is_some() => Some(id),
        _ => None,
    };
    let chosen = match chosen {
        Some(id) => Some(id),
        None => {
            let reach = actor.reach(Right::SeeOrganisations);
            org::store::organisations(app.store.db(), &reach)
                .await?
                .first()
                .map(|n| n.id)
        }
    };
    show_node(&app, &actor, chosen.ok_or(Failure::NotFound)?, asked).await
}

/// GET /organisations/{id}
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Id>,
    Query(asked): Query<Asked>,
) -> Result {
    show_node(&app, &actor, id, asked).await
}

/// The node if the actor may see it. Zones and groups are no secret to those who see the tree.
async fn visible(app: &App, actor: &Actor, id: Id) -> Result<Option<Node>> {
    let node = org::store::find_node(app.store.db(), id).await?;
    Ok(node.filter(|n| n.category == "zone" || actor.can(Right::SeeOrganisations, &n.place())))
}

/// What hangs together with a node on a day.
struct Around {
    above: Vec<Node>,
    zone: Option<Node>,
    groupings: Vec<Node>,
    below: Vec<Node>,
    units: Vec<Node>,
}

async fn around(app: &App, actor: &Actor, id: Id, on: Day) -> Result<Around> {
    let db = app.store.db();
    let ends = async |tree: &str, upper: bool| org::store::ends(db, tree, id, upper, on).await;
    let mut above = ends("subordination", true).await?;
    above.extend(ends("coverage", true).await?);
    above.extend(ends("district", true).await?);
    let mut groupings = ends("group", true).await?;
    groupings.extend(ends("contact", true).await?);
    let mut below = ends("subordination", false).await?;
    for tree in ["zone", "group", "contact", "district"] {
        below.extend(ends(tree, false).await?);
    }
    below.retain(|n| actor.can(Right::SeeOrganisations, &n.place()));
    let zone = ends("zone", true).await?.pop();
    let units = ends("coverage", false).await?;
    Ok(Around {
        above,
        zone,
        groupings,
        below,
        units,
    })
}

fn may_edit(actor: &Actor, node: &Node) -> bool {
    node.is_active()
        && (actor.can(Right::EditOrganisations, &node.place())
            || (node.category == "zone" && actor.can_anywhere(Right::EditOrganisations)))
}

async fn show_node(app: &App, actor: &Actor, id: Id, asked: Asked) -> Result {
    let node = visible(app, actor, id).await?.ok_or(Failure::NotFound)?;
    let (db, today) = (app.store.db(), app.store.today());
    let on = asked
        .on
        .as_deref()
        .and_then(org::typed::day)
        .map_or(today, |t| t.day.min(today));
    let way = WAYS
        .iter()
        .find(|w| Some(w.0) == asked.tree.as_deref())
        .unwrap_or(&WAYS[0]);
    let counts = actor.can_anywhere(Right::SeeMembers);
    let reach = actor.reach(Right::SeeOrganisations);
    let wanted = tree::Wanted {
        way: way.0,
        on,
        current: Some(id),
        reach: &reach,
        counts,
    };
    let tree = tree::draw(db, wanted).await?;
    let mut page = fill(app, actor, node, tree, way.0, on).await?;
    page.way_word = way.2;
    page.frame = page.frame.saying(asked.said);
    reply::page(&page)
}

async fn fill(
    app: &App,
    actor: &Actor,
    node: Node,
    tree: Tree,
    way: &str,
    on: Day,
) -> Result<OrganisationPage> {
    let (db, today, id) = (app.store.db(), app.store.today(), node.id);
    let counts = actor.can_anywhere(Right::SeeMembers);
    let kinds = org::store::kind_names(db).await?;
    let Around {
        above,
        zone,
        groupings,
        below,
        units,
    } = around(app, actor, id, on).await?;
    let (below, bodies): (Vec<Node>, Vec<Node>) =
        below.into_iter().partition(|one| one.category != "body");
    let unit_lines = unit_lines(app, &units, &kinds, on).await?;
    let (pupils, staff) = unit_lines
        .iter()
        .fold((0, 0), |(p, s), u| (p + u.pupils, s + u.staff));
    let posts = org::store::posts_of(db, id, on).await?;
    let members = counts.then(|| tree.members.get(&id).copied().unwrap_or(0));
    let sees_members =
        actor.can(Right::SeeMembers, &node.place()) && node.category == "organisation";
    let advice = advise(app, &node, &posts, &units, on).await?;
    let frame = Frame::new(app, actor, org::paths::ORGANISATIONS, &node.name).await?;
    Ok(OrganisationPage {
        frame,
        query: query(way, on, today),
        way: way.to_owned(),
        way_word: "",
        ways: other_ways(way),
        on,
        is_past: on != today,
        kind: kinds.get(&node.kind).cloned().unwrap_or_default(),
        zone,
        opens: above
            .iter()
            .filter(|one| actor.can(Right::SeeOrganisations, &one.place()))
            .map(|one| one.id)
            .collect(),
        above,
        groupings,
        below,
        bodies,
        separate: separate(app, &posts, &units, on).await?,
        posts: post_lines(app, posts, today).await?,
        tags: org::store::tags_of_on(db, id, on).await?,
        figures: figure_lines(app, &node, on).await?,
        units: unit_lines,
        pupils,
        staff,
        members: members.filter(|_| sees_members),
        advice,
        history: told(org::store::history_of(db, id).await?, id),
        may_edit: may_edit(actor, &node),
        may_create: actor.can_anywhere(Right::EditOrganisations),
        tree,
        node,
    })
}

fn other_ways(way: &str) -> Vec<(&'static str, &'static str)> {
    WAYS.iter()
        .filter(|w| w.0 != way)
        .map(|w| (w.0, w.2))
        .collect()
}

async fn unit_lines(
    app: &App,
    units: &[Node],
    kinds: &HashMap<String, String>,
    on: Day,
) -> Result<Vec<UnitLine>> {
    let ids: Vec<Id> = units.iter().map(|u| u.id).collect();
    let figures = org::store::figures(app.store.db(), &ids, i64::from(on.year())).await?;
    let sum = |id: Id, prefix: &str| {
        figures
            .iter()
            .filter(|f| f.node == id && f.code.starts_with(prefix))
            .map(|f| f.value)
            .sum()
    };
    let line = |unit: &Node| UnitLine {
        id: unit.id,
        name: unit.name.clone(),
        kind: kinds.get(&unit.kind).cloned().unwrap_or_default(),
        pupils: sum(unit.id, "pupils_"),
        staff: sum(unit.id, "staff_"),
        year: figures
            .iter()
            .find(|f| f.node == unit.id)
            .map_or_else(String::new, |f| format!("{}年", f.year)),
    };
    Ok(units.iter().map(line).collect())
}

async fn figure_lines(app: &App, node: &Node, on: Day) -> Result<Vec<(String, i64, String)>> {
    if node.category != "unit" {
        return Ok(vec![]);
    }
    let db = app.store.db();
    let held = org::store::figures(db, &[node.id], i64::from(on.year())).await?;
    let kinds = org::store::figure_kinds(db).await?;
    let line = |kind: org::store::FigureKind| {
        let figure = held.iter().find(|f| f.code == kind.code)?;
        Some((
            kind.name,
            figure.value,
            format!("{}，{}年", kind.unit, figure.year),
        ))
    };
    Ok(kinds.into_iter().filter_map(line).collect())
}

async fn post_lines(app: &App, posts: Vec<Post>, today: Day) -> Result<Vec<PostLine>> {
    let kinds = org::store::post_kinds(app.store.db()).await?;
    let word = |code: &str| {
        kinds
            .iter()
            .find(|k| k.code == code)
            .map_or(code.to_owned(), |k| k.name.clone())
    };
    let line = |post: Post| PostLine {
        id: post.id,
        word: word(&post.kind),
        staffing: post
            .staffing
            .as_deref()
            .and_then(Staffing::from_code)
            .map_or_else(String::new, |s| s.chinese().to_owned()),
        since: post.from_day.chinese(),
        term: post
            .term_to
            .map_or_else(String::new, |end| term_words(end, today)),
        ended: post.to_day.is_some(),
        member: post.member,
        holder: post.holder,
    };
    Ok(posts.into_iter().map(line).collect())
}

/// `2027年6月30日届满,还有 7 个月` from six months before on; overdue in words.
fn term_words(end: Day, today: Day) -> String {
    let far = today.days_until(end);
    if far < 0 {
        format!("{}届满，已逾期 {} 天，应当换届", end.chinese(), -far)
    } else if end.plus_months(-6) <= today {
        format!("{}届满，{}换届", end.chinese(), end.distance_words(today))
    } else {
        format!("{}届满", end.chinese())
    }
}

/// 书记校长是否分设, where both posts are held by members of the roster.
async fn separate(app: &App, posts: &[Post], units: &[Node], on: Day) -> Result<Option<bool>> {
    let secretary = posts
        .iter()
        .find(|p| p.kind == "secretary")
        .and_then(|p| p.member);
    let [unit] = units else { return Ok(None) };
    let of_unit = org::store::posts_of(app.store.db(), unit.id, on).await?;
    let principal = of_unit
        .iter()
        .chain(posts)
        .find(|p| p.kind == "principal")
        .and_then(|p| p.member);
    Ok(book::separate(secretary, principal))
}

/// The address's tail that keeps the way and the day.
fn query(way: &str, on: Day, today: Day) -> String {
    let past = if on == today {
        String::new()
    } else {
        format!("&on={on}")
    };
    format!("?tree={way}{past}")
}

/// What the book of rules advises on an organisation as it stands; nothing on the past.
async fn advise(
    app: &App,
    node: &Node,
    posts: &[Post],
    units: &[Node],
    on: Day,
) -> Result<Vec<Advice>> {
    let today = app.store.today();
    if on != today || node.category != "organisation" {
        return Ok(vec![]);
    }
    let Some(facts) = crate::facts::facts_of(app.store.db(), node.id, today).await? else {
        return Ok(vec![]);
    };
    let mut advice = Vec::new();
    let size = match node.kind.as_str() {
        "branch" | "joint_branch" => Some(Size::Branch),
        "general_branch" => Some(Size::GeneralBranch),
        _ => None,
    };
    if let Some(size) = size {
        advice.extend(book::advise_size(size, facts.members()));
    }
    if size == Some(Size::Branch) {
        let seats = [
            "secretary",
            "deputy_secretary",
            "organisation_member",
            "publicity_member",
            "discipline_member",
            "committee_member",
        ];
        let seated = posts.iter().filter(|p| seats.contains(&p.kind.as_str()));
        let beyond_leaders = seated
            .clone()
            .any(|p| !matches!(p.kind.as_str(), "secretary" | "deputy_secretary"));
        let committee = if beyond_leaders {
            seated.count() as u32
        } else {
            0
        };
        advice.extend(book::advise_committee(facts.members_full, committee));
    }
    if node.kind == "joint_branch" {
        advice.extend(book::advise_joint(units.len() as u32));
    }
    if node.kind == "branch" && units.len() == 1 && facts.members() > 0 {
        let own = book::Placement::Own;
        advice.extend(book::advise_unit(
            facts.members_full,
            facts.members_probationary,
            own,
        ));
    }
    let deputies = posts
        .iter()
        .filter(|p| p.kind == "deputy_secretary")
        .count() as u32;
    let staffing = facts
        .secretary
        .and_then(|s| Staffing::from_code(&s.staffing));
    if let Some(staffing) = staffing {
        advice.extend(book::advise_staffing(staffing, deputies));
    }
    Ok(advice)
}

fn told(edges: Vec<Told>, node: Id) -> Vec<String> {
    let line = |edge: Told| {
        let from = edge.from_day.chinese();
        let until = edge
            .to_day
            .map_or_else(|| "至今".to_owned(), |day| format!("至{}", day.chinese()));
        let what = match (edge.tree.as_str(), edge.child == node) {
            ("subordination", _) => format!("隶属{}", edge.parent_name),
            ("zone", _) => format!("划入{}", edge.parent_name),
            ("group", _) => format!("属{}", edge.parent_name),
            ("contact", _) => format!("为{}", edge.parent_name),
            ("coverage", true) => format!("党员编入{}", edge.parent_name),
            ("coverage", false) => format!("覆盖{}", edge.child_name),
            _ => format!("属{}", edge.parent_name),
        };
        format!("{what}（{from}{until}）")
    };
    edges.into_iter().map(line).collect()
}

/// Members of an organisation and below today, for whoever closes it.
pub(crate) async fn members_of(app: &App, node: &Node) -> Result<Vec<Id>> {
    let all = rows::of_branch(app.store.db(), node.id).await?;
    Ok(all.into_iter().map(|m| m.id).collect())
}
