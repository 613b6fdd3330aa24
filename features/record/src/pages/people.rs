//! 名单: whom the form offers as speakers and as listeners.

use kernel::{Day, Id};
use member::Member;
use org::store::Node;
use std::collections::{BTreeMap, HashMap};
use web::{Actor, App, Right};

/// A roster longer than this is counted, not ticked.
const MOST_LISTED: i64 = 200;

/// 名单 of an organisation and those below it.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// By branch; one group without a name where there is one branch only.
    pub groups: Vec<Group>,
    /// 书记, if on the roster.
    pub secretary: Option<Id>,
    /// Whether it is too long to be ticked.
    pub is_long: bool,
}

/// Members of one branch.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The branch's name.
    pub name: String,
    /// Its members, the secretary first.
    pub members: Vec<Entry>,
}

/// A member in a list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who.
    pub id: Id,
    /// 姓名
    pub name: String,
    /// `书记,47 岁`
    pub note: String,
}

impl Roster {
    /// Everybody, in order.
    pub fn members(&self) -> impl Iterator<Item = &Entry> {
        self.groups.iter().flat_map(|group| &group.members)
    }

    /// Those to be ticked; nobody when there are too many.
    pub fn listed(&self) -> Vec<&Entry> {
        if self.is_long {
            vec![]
        } else {
            self.members().collect()
        }
    }
}

/// The members of that organisation and below whom the actor may see, and those of `had` besides
/// (who were there then and have left since).
pub async fn roster(app: &App, actor: &Actor, node: &Node, had: &[Id]) -> web::Result<Roster> {
    let (db, today) = (app.store.db(), app.store.today());
    let reach = actor.reach(Right::SeeMembers);
    let filter = member::store::Filter {
        under: Some(node.path.clone()),
        ..member::store::Filter::default()
    };
    let mut members = member::store::roster(db, &reach, &filter, None, 2_000).await?;
    let gone: Vec<Id> = had
        .iter()
        .copied()
        .filter(|id| !members.iter().any(|m| m.id == *id))
        .collect();
    if !gone.is_empty() {
        let place = |m: &Member| actor.can(Right::SeeMembers, &m.place());
        members.extend(
            member::store::by_ids(db, &gone)
                .await?
                .into_iter()
                .filter(place),
        );
    }
    let posts = org::store::posts_of(db, node.id, today).await?;
    let names: HashMap<String, String> = org::store::post_kinds(db)
        .await?
        .into_iter()
        .map(|c| (c.code, c.name))
        .collect();
    let post_of = |m: &Member| {
        let held = posts
            .iter()
            .find(|p| p.member == Some(m.id) || (p.member.is_none() && p.holder == m.name));
        held.map(|post| post.kind.as_str())
    };
    let secretary = members
        .iter()
        .find(|m| post_of(m) == Some("secretary"))
        .map(|m| m.id);
    members.sort_by_key(|m| Some(m.id) != secretary);
    let is_long = i64::try_from(members.len()).unwrap_or(i64::MAX) > MOST_LISTED;
    let mut groups: BTreeMap<usize, (Id, Group)> = BTreeMap::new();
    for m in &members {
        let note = note(post_of(m).and_then(|kind| names.get(kind)), m.birth, today);
        let entry = Entry {
            id: m.id,
            name: m.name.clone(),
            note,
        };
        let at = groups
            .iter()
            .find(|(_, (branch, _))| *branch == m.branch)
            .map(|(at, _)| *at);
        let at = at.unwrap_or(groups.len());
        groups
            .entry(at)
            .or_insert((m.branch, Group::default()))
            .1
            .members
            .push(entry);
    }
    if groups.len() > 1 {
        let ids: Vec<Id> = groups.values().map(|(branch, _)| *branch).collect();
        let names = org::store::names(db, &ids).await?;
        for (branch, group) in groups.values_mut() {
            group.name = names.get(branch).cloned().unwrap_or_default();
        }
    }
    Ok(Roster {
        groups: groups.into_values().map(|(_, g)| g).collect(),
        secretary,
        is_long,
    })
}

fn note(post: Option<&String>, birth: Option<Day>, today: Day) -> String {
    let age = birth.map(|birth| format!("{} 岁", birth.age_on(today)));
    [post.cloned(), age]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("，")
}
