//! The tree at the left: organisations by subordination, zone, education group or contact point, as
//! it stood on a day.

use kernel::{Day, Id};
use org::Node;
use std::collections::HashMap;
use store::{Db, Error};
use web::Reach;

/// Ways to see the tree: code of the edges, code of the kind at the head, word.
pub const WAYS: &[(&str, &str, &str)] = &[
    ("subordination", "", "隶属"),
    ("zone", "zone", "片区"),
    ("group", "education_group", "教育集团"),
    ("contact", "contact_point", "联系点"),
];

/// A line of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The node.
    pub id: Id,
    /// Its short name.
    pub name: String,
    /// Members, as the tree says it; empty where the reader may not know.
    pub note: String,
    /// Whether the page shows it.
    pub current: bool,
    /// Whether what lies below it is shown.
    pub open: bool,
}

/// What the template does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A line with others below it.
    Branch(Line),
    /// A line with none.
    Leaf(Line),
    /// Back up a level.
    Up,
}

/// The tree with its sums.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Steps for the template.
    pub steps: Vec<Step>,
    /// Members of each organisation and what lies below it.
    pub members: HashMap<Id, i64>,
}

/// What to draw.
pub struct Wanted<'a> {
    /// One of [`WAYS`].
    pub way: &'a str,
    /// The day.
    pub on: Day,
    /// The chosen node.
    pub current: Option<Id>,
    /// How far the reader sees.
    pub reach: &'a Reach,
    /// Whether the reader may know how many members there are.
    pub counts: bool,
}

/// Draws it in a fixed number of queries.
pub async fn draw(db: &Db, wanted: Wanted<'_>) -> Result<Tree, Error> {
    let nodes = org::store::organisations_on(db, wanted.reach, wanted.on).await?;
    let below: HashMap<Id, Id> = org::store::edges(db, "subordination", wanted.on)
        .await?
        .into_iter()
        .map(|edge| (edge.child, edge.parent))
        .collect();
    let own: HashMap<Id, i64> = if wanted.counts {
        crate::store::counts_on(db, wanted.on)
            .await?
            .into_iter()
            .collect()
    } else {
        HashMap::new()
    };
    let mut members: HashMap<Id, i64> = HashMap::new();
    for node in &nodes {
        let n = own.get(&node.id).copied().unwrap_or(0);
        let mut at = Some(node.id);
        // A chain of parents is as long as the tree is deep; a ring cannot be written.
        for _ in 0..20 {
            let Some(id) = at else { break };
            *members.entry(id).or_default() += n;
            at = below.get(&id).copied();
        }
    }
    let head_kind = WAYS.iter().find(|w| w.0 == wanted.way).map_or("", |w| w.1);
    let heads: Vec<Node> = if head_kind.is_empty() {
        vec![]
    } else {
        let all = org::store::of_category(db, "zone").await?;
        all.into_iter().filter(|n| n.kind == head_kind).collect()
    };
    let over: HashMap<Id, Id> = if heads.is_empty() {
        HashMap::new()
    } else {
        let edges = org::store::edges(db, wanted.way, wanted.on).await?;
        edges.into_iter().map(|e| (e.child, e.parent)).collect()
    };
    let mut drawing = Drawing {
        wanted: &wanted,
        members: &members,
        children: HashMap::new(),
        nodes: vec![],
        steps: vec![],
    };
    let roots = drawing.hang(heads, nodes, &below, &over);
    for root in roots {
        drawing.line(root, 0);
    }
    let steps = drawing.steps;
    Ok(Tree { steps, members })
}

struct Drawing<'a> {
    wanted: &'a Wanted<'a>,
    members: &'a HashMap<Id, i64>,
    nodes: Vec<Node>,
    children: HashMap<usize, Vec<usize>>,
    steps: Vec<Step>,
}

impl Drawing<'_> {
    /// Hangs every organisation below its superior or its head; those without either are roots.
    fn hang(
        &mut self,
        heads: Vec<Node>,
        nodes: Vec<Node>,
        below: &HashMap<Id, Id>,
        over: &HashMap<Id, Id>,
    ) -> Vec<usize> {
        let many_heads = heads.len();
        self.nodes = heads.into_iter().chain(nodes).collect();
        let place: HashMap<Id, usize> = self
            .nodes
            .iter()
            .enumerate()
            .map(|(i, n)| (n.id, i))
            .collect();
        let mut roots = vec![];
        for (i, node) in self.nodes.iter().enumerate().skip(many_heads) {
            let head = over.get(&node.id);
            let superior = below
                .get(&node.id)
                .filter(|id| many_heads == 0 || over.get(id) == head);
            let parent = superior.or(head).and_then(|id| place.get(id)).copied();
            match parent {
                Some(parent) => self.children.entry(parent).or_default().push(i),
                None => roots.push(i),
            }
        }
        // Heads first, empty ones left out unless the reader stands on one.
        let heads = (0..many_heads).filter(|i| {
            self.children.contains_key(i) || Some(self.nodes[*i].id) == self.wanted.current
        });
        heads.chain(roots).collect()
    }

    fn holds_current(&self, at: usize) -> bool {
        Some(self.nodes[at].id) == self.wanted.current
            || self
                .children
                .get(&at)
                .is_some_and(|all| all.iter().any(|i| self.holds_current(*i)))
    }

    fn line(&mut self, at: usize, depth: usize) {
        let node = &self.nodes[at];
        let below = self.children.get(&at).cloned().unwrap_or_default();
        let note = match self.members.get(&node.id) {
            _ if node.category == "zone" => format!("{} 个", below.len()),
            Some(n) if self.wanted.counts => format!("{n} 人"),
            _ => String::new(),
        };
        let line = Line {
            id: node.id,
            name: if node.short_name.is_empty() {
                node.name.clone()
            } else {
                node.short_name.clone()
            },
            note,
            current: Some(node.id) == self.wanted.current,
            open: depth == 0 || self.holds_current(at),
        };
        if below.is_empty() {
            self.steps.push(Step::Leaf(line));
            return;
        }
        self.steps.push(Step::Branch(line));
        for child in below {
            self.line(child, depth + 1);
        }
        self.steps.push(Step::Up);
    }
}
