//! 组织表: one sheet for organisations, units, zones and bodies, the same out and in.

use crate::import::{Change, PlanRow, Verdict};
use crate::store::{self as rows, Node};
use crate::typed;
use kernel::table::Row;
use kernel::{Day, Id};
use office::xlsx::{Column, Kind, SheetOut, Value};
use std::collections::{BTreeMap, HashMap};
use store::{Db, Error};
use web::{Actor, Right};

/// Columns before the figures.
pub const NAME: usize = 0;
const SHORT: usize = 1;
const KIND: usize = 2;
const PARENT: usize = 3;
const ZONE: usize = 4;
const TAGS: usize = 5;
const FROM: usize = 6;
const CODE: usize = 7;
const FIGURES: usize = 8;

/// Everything the sheet's rows are compared with.
pub struct Ground {
    /// Day of the comparison.
    pub today: Day,
    nodes: Vec<Node>,
    at: HashMap<Id, usize>,
    by_name: HashMap<String, Vec<usize>>,
    parents: HashMap<Id, Id>,
    zones: HashMap<Id, Id>,
    tags: HashMap<Id, Vec<String>>,
    figures: HashMap<Id, BTreeMap<String, i64>>,
    kinds: Vec<(String, String, String)>,
    tag_kinds: Vec<rows::Code>,
    figure_kinds: Vec<rows::FigureKind>,
}

impl Ground {
    /// Loads it in a fixed number of queries.
    pub async fn load(db: &Db, today: Day) -> Result<Ground, Error> {
        let mut nodes = Vec::new();
        for category in ["zone", "organisation", "unit", "body"] {
            nodes.extend(rows::of_category(db, category).await?);
        }
        let at = nodes.iter().enumerate().map(|(i, n)| (n.id, i)).collect();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, node) in nodes.iter().enumerate() {
            by_name
                .entry(typed::name_key(&node.name))
                .or_default()
                .push(i);
        }
        let mut parents = HashMap::new();
        for tree in ["subordination", "coverage", "district"] {
            for edge in rows::edges(db, tree, today).await? {
                parents.entry(edge.child).or_insert(edge.parent);
            }
        }
        let zones = rows::edges(db, "zone", today)
            .await?
            .into_iter()
            .map(|e| (e.child, e.parent));
        let mut tags: HashMap<Id, Vec<String>> = HashMap::new();
        for (node, tag) in rows::all_tags(db).await? {
            tags.entry(node).or_default().push(tag);
        }
        let ids: Vec<Id> = nodes
            .iter()
            .filter(|n| n.category == "unit")
            .map(|n| n.id)
            .collect();
        let mut figures: HashMap<Id, BTreeMap<String, i64>> = HashMap::new();
        for some in ids.chunks(5_000) {
            for figure in rows::figures(db, some, i64::from(today.year())).await? {
                figures
                    .entry(figure.node)
                    .or_default()
                    .insert(figure.code, figure.value);
            }
        }
        let kinds = rows::every_kind(db).await?;
        Ok(Ground {
            today,
            at,
            by_name,
            parents,
            zones: zones.collect(),
            tags,
            figures,
            kinds,
            tag_kinds: rows::tag_kinds(db).await?,
            figure_kinds: rows::figure_kinds(db).await?,
            nodes,
        })
    }

    /// The empty sheet.
    pub fn template(&self) -> SheetOut {
        let kinds = self.kinds.iter().map(|(_, _, name)| name.as_str());
        let mut columns = vec![
            Column::text("名称", 32).required(),
            Column::text("简称", 16),
            Column::text("类别", 18).choices(kinds).required(),
            Column::text("上级", 32),
            Column::text("片区", 14),
            Column::text("标签", 24),
            Column::text("成立日期", 14).of(Kind::Day),
            Column::text("组织代码", 18),
        ];
        columns.extend(
            self.figure_kinds
                .iter()
                .map(|k| Column::text(&k.name, 12).of(Kind::Integer)),
        );
        SheetOut {
            name: "组织".to_owned(),
            title: Some("组织表".to_owned()),
            notes: vec![
                "填表说明：带星号的必填。“上级”填上级党组织的全称，单位填所属的党组织；多个标签用顿号隔开；空格不填表示不改。".to_owned(),
            ],
            columns,
            rows: vec![],
        }
    }

    fn name_of(&self, id: Option<&Id>) -> String {
        id.and_then(|id| self.at.get(id))
            .map_or_else(String::new, |i| self.nodes[*i].name.clone())
    }

    fn kind_name(&self, code: &str) -> String {
        self.kinds
            .iter()
            .find(|k| k.1 == code)
            .map_or_else(|| code.to_owned(), |k| k.2.clone())
    }

    fn tag_names(&self, node: Id) -> String {
        let held = self.tags.get(&node);
        let names = self
            .tag_kinds
            .iter()
            .filter(|t| held.is_some_and(|held| held.contains(&t.code)));
        names
            .map(|t| t.name.as_str())
            .collect::<Vec<_>>()
            .join("、")
    }

    /// A node as the sheet shows it.
    fn cells(&self, node: &Node) -> Vec<Value> {
        let mut cells = vec![
            Value::from(node.name.as_str()),
            Value::from(node.short_name.as_str()),
            Value::from(self.kind_name(&node.kind)),
            Value::from(self.name_of(self.parents.get(&node.id))),
            Value::from(self.name_of(self.zones.get(&node.id))),
            Value::from(self.tag_names(node.id)),
            Value::from(node.from_day),
            Value::from(node.issued_code.clone()),
        ];
        let figures = self.figures.get(&node.id);
        let figure = |code: &str| figures.and_then(|f| f.get(code)).copied();
        cells.extend(
            self.figure_kinds
                .iter()
                .map(|k| Value::from(figure(&k.code))),
        );
        cells
    }

    /// The nodes that lie within somebody's reach, as a sheet.
    pub fn export(&self, actor: &Actor) -> SheetOut {
        let seen = |node: &&Node| {
            node.category == "zone" || actor.can(Right::SeeOrganisations, &node.place())
        };
        let rows = self
            .nodes
            .iter()
            .filter(seen)
            .map(|node| self.cells(node))
            .collect();
        SheetOut {
            rows,
            ..self.template()
        }
    }

    /// What the rows of a sheet would do.
    pub fn plan(&self, actor: &Actor, sheet: Vec<Row>) -> Vec<PlanRow> {
        let mut coming: HashMap<String, usize> = HashMap::new();
        for row in &sheet {
            *coming.entry(typed::name_key(&row.cells[NAME])).or_default() += 1;
        }
        let judge = |row: Row| {
            let verdict = self.judge(actor, &row.cells, &coming);
            let verdict = verdict.unwrap_or_else(|reason| Verdict::Bad { reason });
            let title = if row.cells[NAME].is_empty() {
                "（空）".to_owned()
            } else {
                row.cells[NAME].clone()
            };
            PlanRow {
                number: row.number,
                title,
                cells: row.cells,
                verdict,
            }
        };
        sheet.into_iter().map(judge).collect()
    }

    fn judge(
        &self,
        actor: &Actor,
        cells: &[String],
        coming: &HashMap<String, usize>,
    ) -> Result<Verdict, String> {
        let read = self.read(cells)?;
        let key = typed::name_key(&read.name);
        let same: Vec<&Node> = self
            .by_name
            .get(&key)
            .into_iter()
            .flatten()
            .map(|i| &self.nodes[*i])
            .filter(|n| n.category == read.category)
            .collect();
        let known = match same.as_slice() {
            [] => None,
            [one] => Some(*one),
            many => {
                let under = many
                    .iter()
                    .find(|n| self.name_of(self.parents.get(&n.id)) == cells[PARENT]);
                Some(*under.ok_or("有几个同名的组织，请在“上级”里填写全称，以便区分。")?)
            }
        };
        match known {
            None if coming.get(&key).copied().unwrap_or(0) > 1 && same.is_empty() => {
                Err("表里有同名的行，请只留一行。".to_owned())
            }
            None => self.creating(actor, &read, coming),
            Some(node) => self.updating(actor, node, cells, &read),
        }
    }

    fn creating(
        &self,
        actor: &Actor,
        read: &Read,
        coming: &HashMap<String, usize>,
    ) -> Result<Verdict, String> {
        if read.category == "zone" {
            let anywhere = actor.can_anywhere(Right::EditOrganisations);
            return if anywhere {
                Ok(Verdict::Create)
            } else {
                Err(NOT_YOURS.to_owned())
            };
        }
        let parent = read
            .parent
            .as_deref()
            .ok_or("请填写“上级”：新组织要有上级党组织，新单位要有所属的党组织。")?;
        match self.unique(parent, |n| {
            matches!(n.category.as_str(), "organisation" | "unit")
        }) {
            Some(node) if actor.can(Right::EditOrganisations, &node.place()) => Ok(Verdict::Create),
            Some(_) => Err(NOT_YOURS.to_owned()),
            None if coming.contains_key(&typed::name_key(parent)) => Ok(Verdict::Create),
            None => Err(format!("上级“{parent}”不在组织表里，请核对名称。")),
        }
    }

    fn updating(
        &self,
        actor: &Actor,
        node: &Node,
        cells: &[String],
        read: &Read,
    ) -> Result<Verdict, String> {
        let mine = if node.category == "zone" {
            actor.can_anywhere(Right::EditOrganisations)
        } else {
            actor.can(Right::EditOrganisations, &node.place())
        };
        if !mine {
            return Err(NOT_YOURS.to_owned());
        }
        let mut changes = Vec::new();
        let mut note = |field: &str, was: String, now: String| {
            if was != now {
                changes.push(Change {
                    field: field.to_owned(),
                    was,
                    now,
                });
            }
        };
        if !cells[SHORT].is_empty() {
            note("简称", node.short_name.clone(), read.short.clone());
        }
        note(
            "类别",
            self.kind_name(&node.kind),
            self.kind_name(&read.kind),
        );
        if let Some(parent) = &read.parent {
            let now = self.name_of(self.parents.get(&node.id));
            if typed::name_key(&now) != typed::name_key(parent) {
                return Err(format!(
                    "上级与现在的“{now}”不同。调整隶属关系请在组织页面“调整隶属”里办理。"
                ));
            }
        }
        if let Some(zone) = &read.zone {
            let now = self.zones.get(&node.id);
            if Some(zone) != now {
                note("片区", self.name_of(now), self.name_of(Some(zone)));
            }
        }
        if let Some(tags) = &read.tags {
            let held = self.tags.get(&node.id).cloned().unwrap_or_default();
            if held.len() != tags.len() || tags.iter().any(|t| !held.contains(t)) {
                note("标签", self.tag_names(node.id), cells[TAGS].clone());
            }
        }
        if let Some(code) = &read.code {
            note(
                "组织代码",
                node.issued_code.clone().unwrap_or_default(),
                code.clone(),
            );
        }
        let held = self.figures.get(&node.id);
        for (kind, value) in &read.figures {
            let was = held
                .and_then(|f| f.get(kind))
                .map(i64::to_string)
                .unwrap_or_default();
            let name = self
                .figure_kinds
                .iter()
                .find(|k| k.code == *kind)
                .map_or("", |k| &k.name);
            note(name, was, value.to_string());
        }
        Ok(if changes.is_empty() {
            Verdict::Same { object: node.id }
        } else {
            Verdict::Update {
                object: node.id,
                version: node.version,
                changes,
            }
        })
    }

    /// The one node of that name (or short name) that fits.
    fn unique(&self, name: &str, fits: impl Fn(&Node) -> bool) -> Option<&Node> {
        let key = typed::name_key(name);
        let exact = self
            .by_name
            .get(&key)
            .into_iter()
            .flatten()
            .map(|i| &self.nodes[*i]);
        let exact: Vec<&Node> = exact.filter(|n| fits(n)).collect();
        match exact.as_slice() {
            [one] => Some(one),
            [] => {
                let short = self
                    .nodes
                    .iter()
                    .filter(|n| typed::name_key(&n.short_name) == key && fits(n));
                let short: Vec<&Node> = short.collect();
                if let [one] = short.as_slice() {
                    Some(one)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// The node a row's 上级 names, once rows before it have been made.
    pub fn parent_named(&self, name: &str) -> Option<&Node> {
        let fits = |n: &Node| matches!(n.category.as_str(), "organisation" | "unit");
        self.unique(name, fits)
    }

    /// Whether there is a node of that row's name and category.
    pub fn has(&self, read: &Read) -> bool {
        let named = self.by_name.get(&typed::name_key(&read.name));
        let mut named = named.into_iter().flatten().map(|i| &self.nodes[*i]);
        named.any(|n| n.category == read.category)
    }

    /// Reads a row; the sentence says what is wrong with it.
    pub fn read(&self, cells: &[String]) -> Result<Read, String> {
        let name = cells[NAME].clone();
        if name.is_empty() {
            return Err("没有名称。".to_owned());
        }
        if name.chars().count() > 80 {
            return Err("名称超过80个字，请缩短。".to_owned());
        }
        let kind = typed::name_key(&cells[KIND]);
        let found = self
            .kinds
            .iter()
            .find(|(_, _, name)| typed::name_key(name) == kind);
        let (category, kind, _) = found.ok_or_else(|| {
            if kind.is_empty() {
                "没有类别。".to_owned()
            } else {
                format!("类别“{}”不在类别表里，请从下拉列表里选。", cells[KIND])
            }
        })?;
        let zone = match cells[ZONE].as_str() {
            "" => None,
            text => Some(
                self.unique(text, |n| n.kind == "zone")
                    .map(|n| n.id)
                    .ok_or_else(|| format!("片区“{text}”不在片区表里，请核对名称。"))?,
            ),
        };
        let tags = match cells[TAGS].as_str() {
            "" => None,
            "无" => Some(vec![]),
            text => Some(self.read_tags(text)?),
        };
        let from = match cells[FROM].as_str() {
            "" => None,
            text => Some(
                typed::day(text)
                    .ok_or_else(|| format!("成立日期“{text}”不是日期。"))?
                    .day,
            ),
        };
        let mut figures = Vec::new();
        for (kind, text) in self.figure_kinds.iter().zip(&cells[FIGURES..]) {
            if text.is_empty() {
                continue;
            }
            let value = typed::half_width(text)
                .parse::<i64>()
                .ok()
                .filter(|n| (0..10_000_000).contains(n));
            let value =
                value.ok_or_else(|| format!("{}“{text}”不是人数，请填整数。", kind.name))?;
            figures.push((kind.code.clone(), value));
        }
        let optional = |text: &String| (!text.is_empty()).then(|| text.clone());
        Ok(Read {
            short: if cells[SHORT].is_empty() {
                name.clone()
            } else {
                cells[SHORT].clone()
            },
            name,
            category: category.clone(),
            kind: kind.clone(),
            parent: optional(&cells[PARENT]),
            zone,
            tags,
            from,
            code: optional(&cells[CODE]),
            figures,
        })
    }

    fn read_tags(&self, text: &str) -> Result<Vec<String>, String> {
        let mut tags = Vec::new();
        for name in typed::list(text) {
            let found = self.tag_kinds.iter().find(|t| t.name == name);
            tags.push(
                found
                    .ok_or_else(|| format!("标签“{name}”不在标签表里，请核对。"))?
                    .code
                    .clone(),
            );
        }
        Ok(tags)
    }
}

const NOT_YOURS: &str = "不在您的管辖范围内。";

/// A row as understood.
#[derive(Clone, Debug)]
pub struct Read {
    /// 名称
    pub name: String,
    /// 简称
    pub short: String,
    /// Category of the kind.
    pub category: String,
    /// Code of the kind.
    pub kind: String,
    /// 上级 as typed.
    pub parent: Option<String>,
    /// 片区
    pub zone: Option<Id>,
    /// Codes of the tags, if the cell says anything.
    pub tags: Option<Vec<String>>,
    /// 成立日期
    pub from: Option<Day>,
    /// 组织代码
    pub code: Option<String>,
    /// 年度数据, by code.
    pub figures: Vec<(String, i64)>,
}
