//! 导入组织: carries out a plan that somebody has looked at, and takes it back.

use crate::import::{Did, Due, Fate, Import, Kind, PlanRow, Undone, Verdict};
use crate::sheets::{Ground, Read};
use crate::store::{Node, find_node};
use crate::use_cases::{NewNode, create_node, set_figures, set_zone, tag_node, untag_node};
use crate::{store as rows, typed};
use kernel::Id;
use kernel::table::Row;
use office::xlsx::SheetOut;
use std::collections::HashMap;
use store::{Db, Error, Store, Tx, params};
use web::{Actor, Right};

/// 导入组织
pub struct Organisations;

/// What the rows are compared with, and the rows until all have come: a row may name a parent that
/// stands further down.
pub struct Whole {
    ground: Ground,
    actor: Actor,
    rows: Vec<Row>,
}

impl Kind for Organisations {
    const CODE: &'static str = "organisation";
    const NOUN: &'static str = "组织";
    const SECTION: &'static str = crate::paths::ORGANISATIONS;
    const RIGHT: Right = Right::EditOrganisations;
    const MOST_ROWS: usize = 20_000;
    const HINT: &'static str = "党组织、单位、片区、其他机构用同一张表。";
    const DEED: &'static str = "import_organisations";
    const CHECK: &'static str = "check_organisations";
    const APPLY: &'static str = "import_organisations";
    const UNDO: &'static str = "undo_organisations";

    type Ground = Whole;

    async fn template(store: &Store) -> Result<SheetOut, Error> {
        Ok(Ground::load(store.db(), store.today()).await?.template())
    }

    fn aliases(title: &str) -> &'static [&'static str] {
        match title {
            "名称" => &["组织名称", "党组织名称", "单位名称", "全称"],
            "类别" => &["组织类别", "类型", "组织类型"],
            "上级" => &["上级组织", "上级党组织", "隶属", "所属党组织"],
            "片区" => &["所属片区"],
            "成立日期" => &["成立时间"],
            "组织代码" => &["党组织代码", "代码"],
            _ => &[],
        }
    }

    async fn ground(store: &Store, actor: &Actor) -> Result<Whole, Error> {
        Ok(Whole {
            ground: Ground::load(store.db(), store.today()).await?,
            actor: actor.clone(),
            rows: Vec::new(),
        })
    }

    async fn judge(whole: &mut Whole, _: &Db, rows: Vec<Row>) -> Result<Vec<PlanRow>, Error> {
        whole.rows.extend(rows);
        Ok(Vec::new())
    }

    fn rest(whole: &mut Whole) -> Vec<PlanRow> {
        let rows = std::mem::take(&mut whole.rows);
        whole.ground.plan(&whole.actor, rows)
    }

    async fn apply(
        tx: &Tx,
        actor: &Actor,
        _: &mut Whole,
        import: &Import,
        due: Vec<Due>,
    ) -> Result<Vec<(usize, Fate)>, Error> {
        // Loaded in the transaction: an import that was quicker has made its rows by now.
        let ground = Ground::load(tx, tx.today()).await?;
        let mut made = HashMap::new();
        let mut fates = Vec::with_capacity(due.len());
        for Due { row, .. } in due {
            let fate = match (ground.read(&row.cells), row.verdict) {
                (Err(reason), _) => Fate::Late(reason),
                (Ok(read), Verdict::Create) => {
                    let place = Place {
                        actor,
                        ground: &ground,
                        root: import.organisation,
                    };
                    place.create(tx, &read, &mut made).await?
                }
                (
                    Ok(read),
                    Verdict::Update {
                        object, version, ..
                    },
                ) => update(tx, actor, object, version, &read).await?,
                (Ok(_), _) => Fate::Late("没有要写入的内容。".to_owned()),
            };
            fates.push((row.number, fate));
        }
        Ok(fates)
    }

    async fn undo(tx: &Tx, did: Vec<Did>) -> Result<Vec<(usize, Undone)>, Error> {
        let mut fates = Vec::with_capacity(did.len());
        for one in did {
            let fate = match &one.was {
                Some(was) => restore_unless_edited(tx, &one, was).await?,
                None => remove(tx, one.object).await?,
            };
            fates.push((one.number, fate));
        }
        Ok(fates)
    }
}

/// Where new nodes are put.
struct Place<'a> {
    actor: &'a Actor,
    ground: &'a Ground,
    root: Id,
}

impl Place<'_> {
    /// Makes a node, unless there is one by now, or its parent is yet to come.
    async fn create(
        &self,
        tx: &Tx,
        read: &Read,
        made: &mut HashMap<(String, String), Id>,
    ) -> Result<Fate, Error> {
        let key = (typed::name_key(&read.name), read.category.clone());
        if self.ground.has(read) || made.contains_key(&key) {
            let why = "核对之后已经有了同名的组织，请重新导入这一行。";
            return Ok(Fate::Late(why.to_owned()));
        }
        let parent = match &read.parent {
            None => Some(self.root),
            Some(name) => self.parent(name, made),
        };
        let Some(parent) = parent else {
            let name = read.parent.as_deref().unwrap_or_default();
            let why = format!("上级“{name}”没有建成，这一行也没有写入。");
            return Ok(Fate::NotYet(why));
        };
        let id = create(tx, read, Some(parent)).await?;
        made.insert(key, id);
        Ok(Fate::Created(id))
    }

    /// The node above, among those that stand and those just made.
    fn parent(&self, name: &str, made: &HashMap<(String, String), Id>) -> Option<Id> {
        let key = typed::name_key(name);
        let new = ["organisation", "unit"]
            .iter()
            .find_map(|category| made.get(&(key.clone(), (*category).to_owned())));
        let mine = |node: &&Node| self.actor.can(Right::EditOrganisations, &node.place());
        let standing = || self.ground.parent_named(name).filter(mine).map(|n| n.id);
        new.copied().or_else(standing)
    }
}

async fn create(tx: &Tx, read: &Read, parent: Option<Id>) -> Result<Id, Error> {
    let from = read.from.unwrap_or_else(|| tx.today());
    let node = create_node(
        tx,
        NewNode {
            category: &read.category,
            kind: &read.kind,
            name: &read.name,
            short_name: &read.short,
            parent,
            zone: read.zone,
            from,
        },
    )
    .await?;
    if let Some(code) = &read.code {
        let sql = "UPDATE node SET issued_code = $2 WHERE id = $1";
        tx.exec(sql, params![node.id, code]).await?;
    }
    for tag in read.tags.iter().flatten() {
        tag_node(tx, node.id, tag, from).await?;
    }
    let figures: Vec<(&str, i64)> = read.figures.iter().map(|(c, v)| (c.as_str(), *v)).collect();
    set_figures(tx, node.id, i64::from(tx.today().year()), &figures).await?;
    Ok(node.id)
}

async fn update(tx: &Tx, actor: &Actor, id: Id, version: i64, read: &Read) -> Result<Fate, Error> {
    let mine = |node: &Node| match node.category.as_str() {
        "zone" => actor.can_anywhere(Right::EditOrganisations),
        _ => actor.can(Right::EditOrganisations, &node.place()),
    };
    let found = find_node(tx, id).await?;
    let Some(node) = found.filter(|node| node.version == version && mine(node)) else {
        let why = "核对之后有人改过这个组织，请重新导入这一行。";
        return Ok(Fate::Late(why.to_owned()));
    };
    let tags: Vec<String> = rows::tags_of(tx, id)
        .await?
        .into_iter()
        .map(|t| t.code)
        .collect();
    let figures = rows::figures(tx, &[id], i64::from(tx.today().year())).await?;
    let was = serde_json::json!({
        "short_name": node.short_name, "kind": node.kind, "issued_code": node.issued_code,
        "zone": node.zone, "tags": tags,
        "figures": figures.into_iter().map(|f| (f.code, f.value)).collect::<HashMap<_, _>>(),
    });
    let today = tx.today();
    set_plain(
        tx,
        id,
        &read.short,
        &read.kind,
        read.code.as_ref().or(node.issued_code.as_ref()),
    )
    .await?;
    if let Some(wanted) = &read.tags {
        set_tags(tx, id, &tags, wanted).await?;
    }
    if let Some(zone) = read.zone {
        set_zone(tx, id, Some(zone), today).await?;
    }
    let figures: Vec<(&str, i64)> = read.figures.iter().map(|(c, v)| (c.as_str(), *v)).collect();
    set_figures(tx, id, i64::from(today.year()), &figures).await?;
    let version = tx
        .scalar("SELECT version FROM node WHERE id = $1", params![id])
        .await?;
    Ok(Fate::Updated {
        object: id,
        version,
        was,
    })
}

async fn set_plain(
    tx: &Tx,
    id: Id,
    short: &str,
    kind: &str,
    code: Option<&String>,
) -> Result<(), Error> {
    tx.exec(
        "UPDATE node SET short_name = $2, kind = $3, issued_code = $4, version = version + 1
         WHERE id = $1",
        params![id, short, kind, code.cloned()],
    )
    .await?;
    Ok(())
}

/// Makes the tags of a node those wanted, from today on.
pub(crate) async fn set_tags(
    tx: &Tx,
    id: Id,
    held: &[String],
    wanted: &[String],
) -> Result<(), Error> {
    for tag in held.iter().filter(|tag| !wanted.contains(tag)) {
        untag_node(tx, id, tag, tx.today()).await?;
    }
    for tag in wanted.iter().filter(|tag| !held.contains(tag)) {
        tag_node(tx, id, tag, tx.today()).await?;
    }
    Ok(())
}

/// Brings a node back to what it was, unless somebody has edited it since.
async fn restore_unless_edited(
    tx: &Tx,
    did: &Did,
    was: &serde_json::Value,
) -> Result<Undone, Error> {
    match find_node(tx, did.object).await? {
        Some(node) if node.version == did.version => {
            restore(tx, did.object, was).await?;
            Ok(Undone::Gone)
        }
        _ => Ok(Undone::Kept),
    }
}

async fn restore(tx: &Tx, id: Id, was: &serde_json::Value) -> Result<(), Error> {
    let text = |key: &str| was[key].as_str().map(str::to_owned);
    let code = text("issued_code");
    let (short, kind) = (
        text("short_name").unwrap_or_default(),
        text("kind").unwrap_or_default(),
    );
    set_plain(tx, id, &short, &kind, code.as_ref()).await?;
    let held: Vec<String> = rows::tags_of(tx, id)
        .await?
        .into_iter()
        .map(|t| t.code)
        .collect();
    let wanted: Vec<String> = serde_json::from_value(was["tags"].clone())?;
    set_tags(tx, id, &held, &wanted).await?;
    let zone: Option<Id> = serde_json::from_value(was["zone"].clone())?;
    set_zone(tx, id, zone, tx.today()).await?;
    let figures: HashMap<String, i64> = serde_json::from_value(was["figures"].clone())?;
    let year = i64::from(tx.today().year());
    tx.exec(
        "DELETE FROM node_figure WHERE node = $1 AND year = $2",
        params![id, year],
    )
    .await?;
    let figures: Vec<(&str, i64)> = figures.iter().map(|(c, v)| (c.as_str(), *v)).collect();
    set_figures(tx, id, year, &figures).await
}

/// Tables whose rows name an organisation: one of them means it is in use.
const IN_USE: &[(&str, &str)] = &[
    ("membership", "branch"),
    ("member", "branch"),
    ("post", "node"),
    ("role_grant", "node"),
    ("record", "organisation"),
    ("duty", "organisation"),
    ("target", "organisation"),
    ("sheet", "issuer"),
    ("requirement", "reviewer"),
];

/// Takes a node away that nobody edited or uses. One with others below waits: they may be of the
/// same import.
async fn remove(tx: &Tx, id: Id) -> Result<Undone, Error> {
    let Some(node) = find_node(tx, id).await? else {
        return Ok(Undone::Gone);
    };
    if node.version != 1 && node.category == "organisation" {
        return Ok(Undone::Kept);
    }
    let lower: i64 = tx
        .scalar("SELECT COUNT(*) FROM edge WHERE parent = $1", params![id])
        .await?;
    if lower > 0 {
        return Ok(Undone::NotYet);
    }
    for (table, column) in IN_USE {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} = $1");
        if tx.scalar::<i64>(&sql, params![id]).await? > 0 {
            return Ok(Undone::Kept);
        }
    }
    for sql in [
        "DELETE FROM edge WHERE child = $1",
        "DELETE FROM node_tag WHERE node = $1",
        "DELETE FROM node_figure WHERE node = $1",
        "DELETE FROM node WHERE id = $1",
    ] {
        tx.exec(sql, params![id]).await?;
    }
    Ok(Undone::Gone)
}
