//! What is done to a draft's items as wholes: split, merge, drop, take back, add, move, aim.

use crate::entities::item::Item;
use crate::entities::plan::Obstacle;
use crate::store;
use crate::use_cases::intake::json;
use ::store::{Fail, OnceKey, Tx};
use kernel::Id;
use rules::who::Who;
use web::{Actor, App, Right};

/// A deed on a draft's items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// 拆成两项
    Split(Id),
    /// 并入上一项
    Merge(Id),
    /// 删去: it stays in the draft and can be taken back.
    Drop(Id),
    /// 恢复
    Restore(Id),
    /// 上移
    Up(Id),
    /// 下移
    Down(Id),
    /// 加一项
    Add,
    /// 列为事项: what was read as a heading is asked after all.
    Promote(Id),
    /// 谁做
    Aim(Id, Box<Who>),
}

impl Deed {
    /// Reads a button's value: `split:17`.
    pub fn parse(text: &str) -> Option<Deed> {
        if text == "add" {
            return Some(Deed::Add);
        }
        let (verb, id) = text.split_once(':')?;
        let id = id.parse().ok()?;
        Some(match verb {
            "split" => Deed::Split(id),
            "merge" => Deed::Merge(id),
            "drop" => Deed::Drop(id),
            "restore" => Deed::Restore(id),
            "up" => Deed::Up(id),
            "down" => Deed::Down(id),
            "promote" => Deed::Promote(id),
            _ => return None,
        })
    }

    fn words(&self) -> &'static str {
        match self {
            Deed::Split(_) => "已拆成两项，请分别核对",
            Deed::Merge(_) => "已并入上一项，请核对期限和佐证",
            Deed::Drop(_) => "已删去，不会下发；可在表末恢复",
            Deed::Restore(_) => "已恢复",
            Deed::Up(_) | Deed::Down(_) => "已移动",
            Deed::Add => "已加一项，请填写",
            Deed::Promote(_) => "已列为事项，请核对期限",
            Deed::Aim(..) => "已改适用范围",
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Deed::Split(_) => "split_item",
            Deed::Merge(_) => "merge_item",
            Deed::Drop(_) => "drop_item",
            Deed::Restore(_) => "restore_item",
            Deed::Up(_) | Deed::Down(_) => "move_item",
            Deed::Add => "add_item",
            Deed::Promote(_) => "promote_item",
            Deed::Aim(..) => "aim_item",
        }
    }
}

/// Does it; the address of the draft at the item that came of it.
pub async fn edit_items(
    app: &App,
    actor: &Actor,
    once: &OnceKey,
    sheet: Id,
    deed: Deed,
) -> Result<String, Fail<Obstacle>> {
    let who = actor.clone();
    app.store
        .write_once(&actor.by(), once, |tx| async move {
            act(&tx, &who, sheet, deed).await
        })
        .await
}

async fn act(tx: &Tx, actor: &Actor, id: Id, deed: Deed) -> Result<String, Fail<Obstacle>> {
    let sheet = store::find_sheet(tx, id).await?.ok_or(Fail::NotFound)?;
    if !actor.can(Right::IssueSheets, &sheet.place()) {
        return Err(Fail::NotFound);
    }
    if sheet.issued_at.is_some() {
        return Err(Fail::Refused(Obstacle::NotADraft));
    }
    let items = store::items(tx, id).await?;
    let (said, code) = (deed.words(), deed.code());
    let shown = match deed {
        Deed::Split(item) => split(tx, &items, item).await?,
        Deed::Merge(item) => merge(tx, &items, item).await?,
        Deed::Drop(item) => set_dropped(tx, &items, item, true).await?,
        Deed::Restore(item) => set_dropped(tx, &items, item, false).await?,
        Deed::Up(item) => shift(tx, &items, item, -1).await?,
        Deed::Down(item) => shift(tx, &items, item, 1).await?,
        Deed::Add => add(tx, &items, id, sheet.issuer).await?,
        Deed::Promote(item) => {
            find(&items, item)?;
            store::set_asked(tx, item).await?;
            item
        }
        Deed::Aim(item, who) => aim(tx, &items, item, &who).await?,
    };
    store::touch(tx, id).await?;
    tx.audit(
        code,
        ("sheet", id),
        &sheet.path,
        serde_json::json!({ "item": shown.to_string() }),
    )
    .await?;
    Ok(crate::paths::draft_at(id, shown, said))
}

fn find(items: &[Item], id: Id) -> Result<(usize, Item), Fail<Obstacle>> {
    let at = items
        .iter()
        .position(|i| i.id == id)
        .ok_or(Fail::NotFound)?;
    Ok((at, items[at].clone()))
}

async fn reorder(tx: &Tx, items: &[Item], at: usize, new: Id) -> Result<(), Fail<Obstacle>> {
    let mut order: Vec<Id> = items.iter().map(|i| i.id).collect();
    order.insert(at.min(order.len()), new);
    Ok(store::set_order(tx, &order).await?)
}

async fn split(tx: &Tx, items: &[Item], id: Id) -> Result<Id, Fail<Obstacle>> {
    let (at, mut first) = find(items, id)?;
    let same = |i: &&Item| i.outline == first.outline && !first.outline.is_empty();
    let letters = items
        .iter()
        .filter(same)
        .filter_map(|i| i.part.clone())
        .max();
    let next = |letter: &str| {
        letter
            .chars()
            .next()
            .map_or('b', |c| char::from_u32(c as u32 + 1).unwrap_or('z'))
    };
    if first.part.is_none() {
        first.part = Some("a".to_owned());
        store::update_item(tx, &first, "").await?;
    }
    let part = next(letters.as_deref().unwrap_or("a")).to_string();
    let second = Item {
        id: tx.new_id(),
        part: Some(part),
        title: format!("{}（之二）", first.title),
        version: 1,
        saved_key: String::new(),
        ..first
    };
    store::insert_items(tx, std::slice::from_ref(&second)).await?;
    reorder(tx, items, at + 1, second.id).await?;
    Ok(second.id)
}

async fn merge(tx: &Tx, items: &[Item], id: Id) -> Result<Id, Fail<Obstacle>> {
    let (at, gone) = find(items, id)?;
    let before = items[..at]
        .iter()
        .rev()
        .find(|i| i.is_asked())
        .ok_or(Fail::NotFound)?;
    let mut into = before.clone();
    if !into.text.contains(&gone.text) {
        into.text = format!("{}\n{}", into.text, gone.text);
    }
    let mut evidence = into.evidence();
    evidence.extend(
        gone.evidence()
            .into_iter()
            .filter(|e| !before.evidence().contains(e)),
    );
    into.evidence = json(&evidence);
    into.due = into.due.max(gone.due);
    into.max_files = (into.max_files + gone.max_files).min(9);
    let mut doubts = into.doubts();
    doubts.push(format!("并入了“{}”，请核对期限和佐证", gone.title));
    into.doubts = json(&doubts);
    into.checked = false;
    let mut forbidden = into.forbidden();
    forbidden.extend(gone.forbidden());
    forbidden.dedup();
    into.forbidden = json(&forbidden);
    store::update_item(tx, &into, "").await?;
    store::set_dropped(tx, gone.id, true).await?;
    Ok(into.id)
}

async fn set_dropped(tx: &Tx, items: &[Item], id: Id, dropped: bool) -> Result<Id, Fail<Obstacle>> {
    find(items, id)?;
    store::set_dropped(tx, id, dropped).await?;
    Ok(id)
}

async fn shift(tx: &Tx, items: &[Item], id: Id, by: isize) -> Result<Id, Fail<Obstacle>> {
    let shown: Vec<Id> = items.iter().filter(|i| !i.dropped).map(|i| i.id).collect();
    let at = shown.iter().position(|i| *i == id).ok_or(Fail::NotFound)?;
    let Some(other) = at
        .checked_add_signed(by)
        .and_then(|to| shown.get(to))
        .copied()
    else {
        return Ok(id);
    };
    let mut order: Vec<Id> = items.iter().map(|i| i.id).collect();
    let place = |order: &[Id], id: Id| order.iter().position(|i| *i == id);
    if let (Some(a), Some(b)) = (place(&order, id), place(&order, other)) {
        order.swap(a, b);
    }
    store::set_order(tx, &order).await?;
    Ok(id)
}

async fn add(tx: &Tx, items: &[Item], sheet: Id, issuer: Id) -> Result<Id, Fail<Obstacle>> {
    let rank = items.iter().map(|i| i.rank).max().unwrap_or(0) + 1;
    let item = Item {
        id: tx.new_id(),
        sheet,
        rank,
        outline: String::new(),
        part: None,
        container: false,
        title: "新的事项".to_owned(),
        text: String::new(),
        due: None,
        due_words: String::new(),
        cadence: String::new(),
        who: json(&Who::All),
        targets_words: String::new(),
        quantity: String::new(),
        evidence: "[]".to_owned(),
        max_files: 3,
        photo_why: None,
        needs_file: false,
        measure: json(&rules::measure::Measure::default()),
        weight: 5,
        substantive: true,
        reviewer: issuer,
        spans: "{}".to_owned(),
        doubts: "[]".to_owned(),
        forbidden: "[]".to_owned(),
        confidence: 100,
        checked: true,
        dropped: false,
        saved_key: String::new(),
        version: 1,
    };
    store::insert_items(tx, std::slice::from_ref(&item)).await?;
    Ok(item.id)
}

async fn aim(tx: &Tx, items: &[Item], id: Id, who: &Who) -> Result<Id, Fail<Obstacle>> {
    let (_, mut item) = find(items, id)?;
    item.who = json(who);
    // Choosing it by hand is looking at it.
    item.checked = true;
    store::update_item(tx, &item, "").await?;
    Ok(id)
}
