//! The queries over nodes, edges, tags, posts and figures.

use kernel::{Day, Id, TreePath};
use std::collections::HashMap;
use store::{Db, Error, params, placeholders};
use web::{Place, Reach};

store::row! {
    /// 节点: an organisation, unit, zone (or other grouping) or body.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Node {
        /// Key.
        pub id: Id,
        /// `organisation`, `unit`, `zone` or `body`.
        pub category: String,
        /// Code of the county's table of kinds.
        pub kind: String,
        /// 全称
        pub name: String,
        /// 简称
        pub short_name: String,
        /// Sort key.
        pub pinyin: String,
        /// 组织代码, as the superior issued it.
        pub issued_code: Option<String>,
        /// Present path; for units and bodies that of the organisation they belong to.
        pub path: TreePath,
        /// Present zone.
        pub zone: Option<Id>,
        /// First day.
        pub from_day: Day,
        /// Last day, once closed.
        pub to_day: Option<Day>,
        /// Version of the row.
        pub version: i64,
    }
}

/// Columns of [`Node`] under the alias `n`.
pub const NODE: &str = "n.id, n.category, n.kind, n.name, n.short_name, n.pinyin, n.issued_code, \
                        n.path, n.zone, n.from_day, n.to_day, n.version";

impl Node {
    /// Where it lies for rights. A zone lies in itself.
    pub fn place(&self) -> Place {
        let zone = if self.category == "zone" {
            Some(self.id)
        } else {
            self.zone
        };
        Place {
            path: self.path.clone(),
            zone,
        }
    }

    /// Whether it still stands.
    pub fn is_active(&self) -> bool {
        self.to_day.is_none()
    }
}

store::row! {
    /// A row of one of the county's tables of codes.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Code {
        /// Stable code.
        pub code: String,
        /// What users read.
        pub name: String,
        /// Place in lists.
        pub rank: i64,
    }
}

store::row! {
    /// 边: one dated relation of one tree.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Edge {
        /// Key.
        pub id: Id,
        /// `subordination`, `zone`, `group`, `contact`, `coverage` or `district`.
        pub tree: String,
        /// Lower end.
        pub child: Id,
        /// Upper end.
        pub parent: Id,
        /// First day.
        pub from_day: Day,
        /// Last day, once ended.
        pub to_day: Option<Day>,
    }
}

store::row! {
    /// 任职
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Post {
        /// Key.
        pub id: Id,
        /// At which organisation, unit or body.
        pub node: Id,
        /// Code of the post.
        pub kind: String,
        /// The member who holds it, if they are on the roster.
        pub member: Option<Id>,
        /// Name as written.
        pub holder: String,
        /// 配备方式 of a secretary.
        pub staffing: Option<String>,
        /// First day.
        pub from_day: Day,
        /// Last day, once left.
        pub to_day: Option<Day>,
        /// 届满
        pub term_to: Option<Day>,
        /// Version of the row.
        pub version: i64,
    }
}

const POST: &str = "p.id, p.node, p.kind, p.member, p.holder, p.staffing, p.from_day, p.to_day, \
                    p.term_to, p.version";

/// The node of that id.
pub async fn find_node(db: &Db, id: Id) -> Result<Option<Node>, Error> {
    db.find(
        &format!("SELECT {NODE} FROM node n WHERE n.id = $1"),
        params![id],
    )
    .await
}

/// The nodes of those ids, in no order.
pub async fn nodes(db: &Db, ids: &[Id]) -> Result<Vec<Node>, Error> {
    let list = placeholders(1, ids.len());
    let sql = format!("SELECT {NODE} FROM node n WHERE n.id IN ({list})");
    db.all(
        &sql,
        ids.iter().map(|id| store::Param::value(*id)).collect(),
    )
    .await
}

/// 下级: the standing organisations right below that one, in the tree's order.
pub async fn children(db: &Db, id: Id) -> Result<Vec<Node>, Error> {
    let sql = format!(
        "SELECT {NODE} FROM edge e JOIN node n ON n.id = e.child
         WHERE e.parent = $1 AND e.tree = 'subordination' AND e.to_day IS NULL
           AND n.to_day IS NULL AND n.category = 'organisation' ORDER BY n.path"
    );
    db.all(&sql, params![id]).await
}

/// The standing organisations within reach, in the tree's order.
pub async fn organisations(db: &Db, reach: &Reach) -> Result<Vec<Node>, Error> {
    let mut values = vec![];
    let within = reach.sql("n.path", "n.zone", &mut values);
    let sql = format!(
        "SELECT {NODE} FROM node n
         WHERE n.category = 'organisation' AND n.to_day IS NULL AND {within} ORDER BY n.path"
    );
    db.all(&sql, values).await
}

/// The standing organisations of the whole county, in the tree's order.
pub async fn all_organisations(db: &Db) -> Result<Vec<Node>, Error> {
    of_category(db, "organisation").await
}

/// Every standing node of that category: organisations by the tree, others by pinyin.
pub async fn of_category(db: &Db, category: &str) -> Result<Vec<Node>, Error> {
    let sql = format!(
        "SELECT {NODE} FROM node n JOIN node_kind k ON k.code = n.kind
         WHERE n.category = $1 AND n.to_day IS NULL
         ORDER BY CASE WHEN n.category = 'organisation' THEN n.path ELSE '' END,
                  k.rank, n.pinyin, n.id"
    );
    db.all(&sql, params![category]).await
}

/// 片区: the standing zones.
pub async fn zones(db: &Db) -> Result<Vec<Node>, Error> {
    let all = of_category(db, "zone").await?;
    Ok(all.into_iter().filter(|node| node.kind == "zone").collect())
}

/// 所属单位: the units an organisation covers today.
pub async fn units_of(db: &Db, organisation: Id) -> Result<Vec<Node>, Error> {
    let sql = format!(
        "SELECT {NODE} FROM edge e JOIN node n ON n.id = e.child JOIN node_kind k ON k.code = n.kind
         WHERE e.parent = $1 AND e.tree = 'coverage' AND e.to_day IS NULL
         ORDER BY k.rank, n.pinyin, n.id"
    );
    db.all(&sql, params![organisation]).await
}

/// 标签 that a node carries today.
pub async fn tags_of(db: &Db, node: Id) -> Result<Vec<Code>, Error> {
    db.all(
        "SELECT t.code, t.name, t.rank FROM node_tag x JOIN tag_kind t ON t.code = x.tag
         WHERE x.node = $1 AND x.to_day IS NULL ORDER BY t.rank",
        params![node],
    )
    .await
}

/// Names of nodes by id.
pub async fn names(db: &Db, ids: &[Id]) -> Result<HashMap<Id, String>, Error> {
    let list = placeholders(1, ids.len());
    let sql = format!("SELECT id, name FROM node WHERE id IN ({list})");
    let values = ids.iter().map(|id| store::Param::value(*id)).collect();
    Ok(db
        .all::<(Id, String)>(&sql, values)
        .await?
        .into_iter()
        .collect())
}

/// Kinds of a category, by rank.
pub async fn kinds(db: &Db, category: &str) -> Result<Vec<Code>, Error> {
    let sql = "SELECT code, name, rank FROM node_kind WHERE category = $1 ORDER BY rank";
    db.all(sql, params![category]).await
}

/// Name of every kind of node by its code.
pub async fn kind_names(db: &Db) -> Result<HashMap<String, String>, Error> {
    let rows: Vec<(String, String)> = db.all("SELECT code, name FROM node_kind", vec![]).await?;
    Ok(rows.into_iter().collect())
}

/// Every kind of every category, by rank: (category, code, name).
pub async fn every_kind(db: &Db) -> Result<Vec<(String, String, String)>, Error> {
    db.all(
        "SELECT category, code, name FROM node_kind ORDER BY rank",
        vec![],
    )
    .await
}

/// Every tag, by rank.
pub async fn tag_kinds(db: &Db) -> Result<Vec<Code>, Error> {
    db.all(
        "SELECT code, name, rank FROM tag_kind ORDER BY rank",
        vec![],
    )
    .await
}

/// Every post, by rank.
pub async fn post_kinds(db: &Db) -> Result<Vec<Code>, Error> {
    db.all(
        "SELECT code, name, rank FROM post_kind ORDER BY rank",
        vec![],
    )
    .await
}

/// The posts held at a node on a day, by rank.
pub async fn posts_of(db: &Db, node: Id, on: Day) -> Result<Vec<Post>, Error> {
    let sql = format!(
        "SELECT {POST} FROM post p JOIN post_kind k ON k.code = p.kind
         WHERE p.node = $1 AND p.from_day <= $2 AND (p.to_day IS NULL OR p.to_day >= $2)
         ORDER BY k.rank, p.from_day, p.id"
    );
    db.all(&sql, params![node, on]).await
}

/// One post.
pub async fn find_post(db: &Db, id: Id) -> Result<Option<Post>, Error> {
    db.find(
        &format!("SELECT {POST} FROM post p WHERE p.id = $1"),
        params![id],
    )
    .await
}

/// Every post of a kind held on a day, anywhere.
pub async fn posts_of_kind(db: &Db, kind: &str, on: Day) -> Result<Vec<Post>, Error> {
    let sql = format!(
        "SELECT {POST} FROM post p WHERE p.kind = $1 AND p.from_day <= $2
           AND (p.to_day IS NULL OR p.to_day >= $2) ORDER BY p.node, p.from_day, p.id"
    );
    db.all(&sql, params![kind, on]).await
}

store::row! {
    /// A post with its words and where it is held.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct HeldPost {
        /// 职务
        pub word: String,
        /// 姓名
        pub holder: String,
        /// 配备方式 of a secretary.
        pub staffing: Option<String>,
        /// First day.
        pub from_day: Day,
        /// 届满
        pub term_to: Option<Day>,
        /// The organisation.
        pub node_name: String,
        /// Its present path.
        pub path: TreePath,
        /// Its present zone.
        pub zone: Option<Id>,
    }
}

/// The posts held on a day at that place and below, as far as a reach goes: by the tree and by rank.
pub async fn posts_below(
    db: &Db,
    reach: &Reach,
    path: &TreePath,
    on: Day,
) -> Result<Vec<HeldPost>, Error> {
    let mut values = params![path, path.end(), on];
    let within = reach.sql("n.path", "n.zone", &mut values);
    let sql = format!(
        "SELECT k.name AS word, p.holder, p.staffing, p.from_day, p.term_to, n.name AS node_name,
         n.path, n.zone FROM post p JOIN node n ON n.id = p.node JOIN post_kind k ON k.code = p.kind
         WHERE n.category = 'organisation' AND n.path >= $1 AND n.path < $2 AND p.from_day <= $3
           AND (p.to_day IS NULL OR p.to_day >= $3) AND {within}
         ORDER BY n.path, k.rank, p.from_day, p.id"
    );
    db.all(&sql, values).await
}

/// Every edge of a tree that stood on a day.
pub async fn edges(db: &Db, tree: &str, on: Day) -> Result<Vec<Edge>, Error> {
    db.all(
        "SELECT id, tree, child, parent, from_day, to_day FROM edge
         WHERE tree = $1 AND from_day <= $2 AND (to_day IS NULL OR to_day >= $2) ORDER BY id",
        params![tree, on],
    )
    .await
}

/// Kinds of the units each organisation covers on a day: (organisation, kind).
pub async fn unit_kinds(db: &Db, on: Day) -> Result<Vec<(Id, String)>, Error> {
    db.all(
        "SELECT e.parent AS organisation, n.kind AS kind FROM edge e JOIN node n ON n.id = e.child
         WHERE e.tree = 'coverage' AND e.from_day <= $1 AND (e.to_day IS NULL OR e.to_day >= $1)
         ORDER BY e.parent, n.kind",
        params![on],
    )
    .await
}

/// Tags on a day, of organisations and of the units they cover: (organisation, tag).
pub async fn tags_on(db: &Db, on: Day) -> Result<Vec<(Id, String)>, Error> {
    db.all(
        "SELECT x.node AS organisation, x.tag AS tag FROM node_tag x
         WHERE x.from_day <= $1 AND (x.to_day IS NULL OR x.to_day >= $1)
         UNION
         SELECT e.parent AS organisation, x.tag AS tag FROM node_tag x
         JOIN edge e ON e.child = x.node AND e.tree = 'coverage'
           AND e.from_day <= $1 AND (e.to_day IS NULL OR e.to_day >= $1)
         WHERE x.from_day <= $1 AND (x.to_day IS NULL OR x.to_day >= $1)
         ORDER BY 1, 2",
        params![on],
    )
    .await
}

store::row! {
    /// 沿革: an edge with the names of its ends.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Told {
        /// Which tree.
        pub tree: String,
        /// Lower end.
        pub child: Id,
        /// Its name.
        pub child_name: String,
        /// Upper end's name.
        pub parent_name: String,
        /// First day.
        pub from_day: Day,
        /// Last day, once ended.
        pub to_day: Option<Day>,
    }
}

/// Every edge a node has or had, the latest first.
pub async fn history_of(db: &Db, node: Id) -> Result<Vec<Told>, Error> {
    db.all(
        "SELECT e.tree, e.child, c.name AS child_name, p.name AS parent_name, e.from_day, e.to_day
         FROM edge e JOIN node c ON c.id = e.child JOIN node p ON p.id = e.parent
         WHERE e.child = $1 OR (e.parent = $1 AND e.tree = 'coverage')
         ORDER BY e.from_day DESC, e.id DESC LIMIT 200",
        params![node],
    )
    .await
}

/// The organisations that stood on a day and are within reach today, in the tree's order.
pub async fn organisations_on(db: &Db, reach: &Reach, on: Day) -> Result<Vec<Node>, Error> {
    let mut values = params![on];
    let within = reach.sql("n.path", "n.zone", &mut values);
    let sql = format!(
        "SELECT {NODE} FROM node n WHERE n.category = 'organisation' AND n.from_day <= $1
           AND (n.to_day IS NULL OR n.to_day >= $1) AND {within} ORDER BY n.path"
    );
    db.all(&sql, values).await
}

/// Units and bodies within reach that stand today, by kind and pinyin.
pub async fn beside(db: &Db, reach: &Reach) -> Result<Vec<Node>, Error> {
    let mut values = vec![];
    let within = reach.sql("n.path", "n.zone", &mut values);
    let sql = format!(
        "SELECT {NODE} FROM node n JOIN node_kind k ON k.code = n.kind
         WHERE n.category IN ('unit', 'body') AND n.to_day IS NULL AND {within}
         ORDER BY k.rank, n.pinyin, n.id"
    );
    db.all(&sql, values).await
}

/// The nodes at the lower (or upper) end of a node's edges of a tree on a day.
pub async fn ends(db: &Db, tree: &str, node: Id, upper: bool, on: Day) -> Result<Vec<Node>, Error> {
    let (own, other) = if upper {
        ("child", "parent")
    } else {
        ("parent", "child")
    };
    let sql = format!(
        "SELECT {NODE} FROM edge e JOIN node n ON n.id = e.{other}
         WHERE e.{own} = $1 AND e.tree = $2 AND e.from_day <= $3
           AND (e.to_day IS NULL OR e.to_day >= $3) ORDER BY n.path, n.pinyin, n.id"
    );
    db.all(&sql, params![node, tree, on]).await
}

/// Tags that a node carried on a day.
pub async fn tags_of_on(db: &Db, node: Id, on: Day) -> Result<Vec<Code>, Error> {
    db.all(
        "SELECT t.code, t.name, t.rank FROM node_tag x JOIN tag_kind t ON t.code = x.tag
         WHERE x.node = $1 AND x.from_day <= $2 AND (x.to_day IS NULL OR x.to_day >= $2)
         ORDER BY t.rank",
        params![node, on],
    )
    .await
}

store::row! {
    /// 年度数据 of a node.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Figure {
        /// Whose.
        pub node: Id,
        /// Of which year.
        pub year: i64,
        /// Code of the figure.
        pub code: String,
        /// Its number.
        pub value: i64,
    }
}

/// The figures of those nodes up to a year; the latest year each node has.
pub async fn figures(db: &Db, nodes: &[Id], year: i64) -> Result<Vec<Figure>, Error> {
    let mut values = params![year];
    values.extend(nodes.iter().map(|id| store::Param::value(*id)));
    let list = placeholders(2, nodes.len());
    let sql = format!(
        "SELECT f.node, f.year, f.code, f.value FROM node_figure f
         WHERE f.node IN ({list}) AND f.year = (
           SELECT MAX(g.year) FROM node_figure g WHERE g.node = f.node AND g.year <= $1)"
    );
    db.all(&sql, values).await
}

store::row! {
    /// 年度数据 kind.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct FigureKind {
        /// Stable code.
        pub code: String,
        /// What users read.
        pub name: String,
        /// 计量单位
        pub unit: String,
    }
}

/// Every kind of figure, by rank.
pub async fn figure_kinds(db: &Db) -> Result<Vec<FigureKind>, Error> {
    db.all(
        "SELECT code, name, unit FROM figure_kind ORDER BY rank",
        vec![],
    )
    .await
}

/// Every tag that stands today: (node, tag).
pub async fn all_tags(db: &Db) -> Result<Vec<(Id, String)>, Error> {
    db.all(
        "SELECT node, tag FROM node_tag WHERE to_day IS NULL ORDER BY node, tag",
        vec![],
    )
    .await
}
