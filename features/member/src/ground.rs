//! 对照: which member a row of a sheet is about, and what it would do to them.

use crate::forms::order;
use crate::id_number::{IdNumber, mask};
use crate::sheets::{BIRTH, NAME, NUMBER, Read, UNIT, read};
use crate::store::{self as rows, Member};
use kernel::table::Row;
use kernel::{Day, Id};
use org::Node;
use org::import::{Change, Choice, PlanRow, Verdict};
use org::typed;
use std::collections::{HashMap, HashSet};
use store::{Db, Error, Keys, Store};
use web::{Actor, Reach, Right};

/// What a 单位 cell names: the place in `mine`, with the doubt where the name does not quite fit.
type Named = Result<(usize, Option<String>), String>;

/// Everything the rows are compared with: the organisations once, the members of some rows at a
/// time ([`Ground::look`]).
pub struct Ground {
    today: Day,
    keys: Keys,
    reach: Reach,
    mine: Vec<Node>,
    at: HashMap<Id, usize>,
    by_name: HashMap<String, Vec<usize>>,
    by_unit: HashMap<String, Vec<Id>>,
    named: HashMap<String, Named>,
    by_blind: HashMap<String, Member>,
    namesakes: HashMap<String, Vec<Member>>,
    seen: HashMap<String, usize>,
    single: bool,
}

impl Ground {
    /// Loads what is the same for every row, in a fixed number of queries.
    pub async fn load(store: &Store, actor: &Actor) -> Result<Ground, Error> {
        let (db, reach) = (store.db(), actor.reach(Right::EditMembers));
        let mine = org::store::organisations(db, &reach).await?;
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, node) in mine.iter().enumerate() {
            by_name
                .entry(typed::name_key(&node.name))
                .or_default()
                .push(i);
            if node.short_name != node.name {
                by_name
                    .entry(typed::name_key(&node.short_name))
                    .or_default()
                    .push(i);
            }
        }
        Ok(Ground {
            today: store.today(),
            keys: store.keys.clone(),
            by_unit: covering(db, &mine, store.today()).await?,
            at: mine.iter().enumerate().map(|(i, n)| (n.id, i)).collect(),
            mine,
            by_name,
            named: HashMap::new(),
            by_blind: HashMap::new(),
            namesakes: HashMap::new(),
            seen: HashMap::new(),
            single: reach.subtrees.is_empty() && reach.exact.len() == 1,
            reach,
        })
    }

    /// Loads the members some rows could be about, in a fixed number of queries; those of the rows
    /// before are forgotten.
    pub async fn look(&mut self, db: &Db, sheet: &[Row]) -> Result<(), Error> {
        for row in sheet {
            let cell = &row.cells[UNIT];
            if !self.named.contains_key(cell) {
                self.named.insert(cell.clone(), self.resolve(cell));
            }
        }
        let numbers = sheet
            .iter()
            .filter_map(|row| IdNumber::parse(&row.cells[NUMBER]).ok());
        let blinds: Vec<String> = numbers.map(|n| self.keys.blind(n.as_str())).collect();
        let known = rows::by_blinds(db, &blinds).await?;
        self.by_blind = known
            .into_iter()
            .filter_map(|m| Some((m.id_blind.clone()?, m)))
            .collect();
        let names: HashSet<String> = sheet
            .iter()
            .map(|row| row.cells[NAME].split_whitespace().collect())
            .collect();
        let names: Vec<String> = names.into_iter().collect();
        self.namesakes.clear();
        for member in rows::by_names(db, &self.reach, &names).await? {
            self.namesakes
                .entry(member.name.clone())
                .or_default()
                .push(member);
        }
        Ok(())
    }

    fn node(&self, id: Id) -> Option<&Node> {
        self.at.get(&id).map(|i| &self.mine[*i])
    }

    /// The branch a 单位 cell names; with the doubt, where the name does not quite fit.
    fn branch(&self, cell: &str) -> Result<(&Node, Option<String>), String> {
        match self.named.get(cell) {
            Some(Ok((at, doubt))) => Ok((&self.mine[*at], doubt.clone())),
            Some(Err(reason)) => Err(reason.clone()),
            None => Err("没有单位。".to_owned()),
        }
    }

    fn resolve(&self, cell: &str) -> Named {
        if cell.is_empty() {
            return Err("没有单位。".to_owned());
        }
        let key = typed::name_key(cell);
        let foreign = || {
            if self.single {
                format!("单位“{cell}”不是您负责的党支部，只能导入本支部的党员。")
            } else {
                format!("单位“{cell}”不在组织表里，请核对名称。")
            }
        };
        match self.by_name.get(&key).map(Vec::as_slice) {
            Some([one]) => return Ok((*one, None)),
            Some([_, ..]) => return Err(format!("有几个组织都叫“{cell}”，请填写全称。")),
            _ => {}
        }
        let found: Vec<usize> = match self.by_unit.get(&key) {
            Some(ids) => ids
                .iter()
                .filter_map(|id| self.at.get(id))
                .copied()
                .collect(),
            None => {
                let all = self.mine.iter().enumerate();
                let near = all.filter(|(_, n)| typed::name_key(&n.name).contains(&key));
                near.map(|(i, _)| i).take(2).collect()
            }
        };
        let name = |at: &usize| self.mine[*at].name.as_str();
        match found.as_slice() {
            [one] if self.by_unit.contains_key(&key) => {
                let doubt = format!("单位写“{cell}”，按所属学校归入{}", name(one));
                Ok((*one, Some(doubt)))
            }
            [one] if key.chars().count() >= 4 => {
                let doubt = format!("单位写“{cell}”，看来是{}", name(one));
                Ok((*one, Some(doubt)))
            }
            _ => Err(foreign()),
        }
    }

    /// What some rows would do; rows of one file are told apart from those before them.
    pub async fn plan(&mut self, db: &Db, sheet: Vec<Row>) -> Result<Vec<PlanRow>, Error> {
        self.look(db, &sheet).await?;
        let mut plan = Vec::with_capacity(sheet.len());
        for row in sheet {
            let title = if row.cells[NAME].is_empty() {
                "（空）".to_owned()
            } else {
                row.cells[NAME].clone()
            };
            let mut verdict = self.judge(&row)?;
            let is_bad = matches!(verdict, Verdict::Bad { .. });
            if let Some(first) = (!is_bad).then(|| self.again(&row)).flatten() {
                let reason = format!("与第{first}行重复，请只留一行。");
                verdict = Verdict::Bad { reason };
            }
            plan.push(PlanRow {
                number: row.number,
                title,
                cells: row.cells,
                verdict,
            });
        }
        Ok(plan)
    }

    /// The row of the same file that is about the same person, if one came before.
    fn again(&mut self, row: &Row) -> Option<usize> {
        let who = match IdNumber::parse(&row.cells[NUMBER]) {
            Ok(number) => number.as_str().to_owned(),
            Err(_) => {
                let (branch, _) = self.branch(&row.cells[UNIT]).ok()?;
                let name: String = row.cells[NAME].split_whitespace().collect();
                format!(
                    "{}/{name}/{}/{}",
                    branch.id, row.cells[BIRTH], row.cells[NUMBER]
                )
            }
        };
        self.seen.insert(who, row.number)
    }

    /// What a row would do as things stand, whatever other rows say. Its members were looked up.
    pub fn judge(&self, row: &Row) -> Result<Verdict, Error> {
        let bad = |reason: String| Ok(Verdict::Bad { reason });
        let (branch, doubt) = match self.branch(&row.cells[UNIT]) {
            Ok(found) => found,
            Err(reason) => return bad(reason),
        };
        let read = match read(&row.cells, self.today) {
            Ok(read) => read,
            Err(reason) => return bad(reason),
        };
        let verdict = self.matched(branch, &read)?;
        Ok(match (doubt, verdict) {
            (None, verdict) => verdict,
            (_, Verdict::Bad { reason }) => Verdict::Bad { reason },
            (Some(_), Verdict::Same { object }) => Verdict::Same { object },
            (Some(why), Verdict::Doubt { why: also, choices }) => Verdict::Doubt {
                why: format!("{why};{also}"),
                choices,
            },
            (Some(why), verdict) => {
                let label = format!("是{}", branch.name);
                Verdict::Doubt {
                    why,
                    choices: vec![Choice { label, verdict }],
                }
            }
        })
    }

    fn matched(&self, branch: &Node, read: &Read) -> Result<Verdict, Error> {
        let bad = |reason: &str| {
            Ok(Verdict::Bad {
                reason: reason.to_owned(),
            })
        };
        if let Some(number) = &read.number
            && let Some(known) = self.by_blind.get(&self.keys.blind(number.as_str()))
        {
            return self.known_number(branch, read, known);
        }
        let named = self.namesakes.get(&read.name).into_iter().flatten();
        let mut same = Vec::new();
        for member in named.filter(|m| m.branch == branch.id) {
            if self.may_be(read, member)? {
                same.push(member);
            }
        }
        match same.as_slice() {
            [one] if self.is_sure(read, one)? => self.updating(read, one),
            [one] => {
                let update = self.updating(read, one)?;
                let mut choices = vec![Choice {
                    label: "是同一人，更新".to_owned(),
                    verdict: update,
                }];
                self.offer_new(read, branch, &mut choices);
                let why = "名册上已有同名的人，没有号码或出生日期可以对照".to_owned();
                Ok(Verdict::Doubt { why, choices })
            }
            [] => self.stranger(branch, read),
            _ => bad("名册上有几个同名的人，请填写公民身份号码，以便区分。"),
        }
    }

    /// Whether the row may be about that namesake: nothing it says speaks against it.
    fn may_be(&self, read: &Read, member: &Member) -> Result<bool, Error> {
        if let Some(masked) = &read.masked {
            return Ok(member
                .open_id_number(&self.keys)?
                .is_some_and(|n| mask(&n, 6, 4) == *masked));
        }
        if read.number.is_some() && member.id_number.is_some() {
            return Ok(false);
        }
        let birth = read.number.as_ref().and_then(IdNumber::birth);
        Ok(match (birth, read.birth, member.birth) {
            (Some(a), _, Some(b)) => a == b,
            (None, Some(a), Some(b)) => a.agrees_with(b),
            _ => true,
        })
    }

    fn is_sure(&self, read: &Read, member: &Member) -> Result<bool, Error> {
        let told = read.number.is_some() || read.birth.is_some();
        let blank = read.number.is_none() && read.birth.is_none() && member.birth.is_none();
        Ok(read.masked.is_some() || (told && member.birth.is_some()) || blank)
    }

    fn offer_new(&self, read: &Read, branch: &Node, choices: &mut Vec<Choice>) {
        if read.create(branch.id, self.today).is_ok() {
            choices.push(Choice {
                label: "是两个人，新增".to_owned(),
                verdict: Verdict::Create,
            });
        }
    }

    fn stranger(&self, branch: &Node, read: &Read) -> Result<Verdict, Error> {
        if let Err(reason) = read.create(branch.id, self.today) {
            return Ok(Verdict::Bad { reason });
        }
        let birth = read
            .number
            .as_ref()
            .and_then(IdNumber::birth)
            .or(read.birth.map(|t| t.day));
        let elsewhere = self
            .namesakes
            .get(&read.name)
            .into_iter()
            .flatten()
            .find(|m| {
                m.branch != branch.id
                    && birth.is_some()
                    && m.birth == birth
                    && !(read.number.is_some() && m.id_number.is_some())
            });
        let Some(other) = elsewhere else {
            return Ok(Verdict::Create);
        };
        let place = self.node(other.branch).map_or("", |n| n.name.as_str());
        let mut choices = vec![Choice {
            label: "是两个人，新增".to_owned(),
            verdict: Verdict::Create,
        }];
        choices.push(Choice {
            label: "是同一人，组织关系转入".to_owned(),
            verdict: self.moving(branch, read, other)?,
        });
        Ok(Verdict::Doubt {
            why: format!("与{place}的党员同名，出生日期也相同"),
            choices,
        })
    }

    fn known_number(&self, branch: &Node, read: &Read, known: &Member) -> Result<Verdict, Error> {
        let Some(place) = self.node(known.branch).filter(|_| known.ended_on.is_none()) else {
            let reason = "这个公民身份号码已登记在名册上，请核对号码；如果是从别的支部转来，请联系党建办办理转接。";
            return Ok(Verdict::Bad {
                reason: reason.to_owned(),
            });
        };
        if known.branch == branch.id {
            if known.name == read.name {
                return self.updating(read, known);
            }
            let choices = vec![Choice {
                label: "改名，更新".to_owned(),
                verdict: self.updating(read, known)?,
            }];
            return Ok(Verdict::Doubt {
                why: format!("号码与{}的相同，姓名不同", known.name),
                choices,
            });
        }
        let choices = vec![Choice {
            label: "组织关系转入".to_owned(),
            verdict: self.moving(branch, read, known)?,
        }];
        Ok(Verdict::Doubt {
            why: format!("此人现在{}", place.name),
            choices,
        })
    }

    fn updating(&self, read: &Read, known: &Member) -> Result<Verdict, Error> {
        let (now, changes) = read.update(&self.keys, known, self.today)?;
        if let Some(words) = order(now.birth, now.joined_on, now.full_on) {
            return Ok(Verdict::Bad {
                reason: format!("{words}。"),
            });
        }
        Ok(if changes.is_empty() {
            Verdict::Same { object: known.id }
        } else {
            Verdict::Update {
                object: known.id,
                version: known.version,
                changes,
            }
        })
    }

    fn moving(&self, branch: &Node, read: &Read, known: &Member) -> Result<Verdict, Error> {
        let (_, mut changes) = read.update(&self.keys, known, self.today)?;
        let was = self.node(known.branch).map_or("", |n| n.name.as_str());
        let change = Change {
            field: "单位".to_owned(),
            was: was.to_owned(),
            now: branch.name.clone(),
        };
        changes.insert(0, change);
        Ok(Verdict::Update {
            object: known.id,
            version: known.version,
            changes,
        })
    }

    /// The branch a row means, once its doubt is settled.
    pub fn branch_meant(&self, cells: &[String]) -> Option<&Node> {
        self.branch(&cells[UNIT]).ok().map(|(node, _)| node)
    }
}

/// Names of units, with the organisations that cover them.
async fn covering(db: &Db, mine: &[Node], today: Day) -> Result<HashMap<String, Vec<Id>>, Error> {
    let units: HashMap<Id, Node> = org::store::of_category(db, "unit")
        .await?
        .into_iter()
        .map(|n| (n.id, n))
        .collect();
    let own: HashSet<Id> = mine.iter().map(|n| n.id).collect();
    let mut names: HashMap<String, Vec<Id>> = HashMap::new();
    for edge in org::store::edges(db, "coverage", today).await? {
        let Some(unit) = units.get(&edge.child) else {
            continue;
        };
        if !own.contains(&edge.parent) {
            continue;
        }
        for name in [&unit.name, &unit.short_name] {
            let held = names.entry(typed::name_key(name)).or_default();
            if !held.contains(&edge.parent) {
                held.push(edge.parent);
            }
        }
    }
    Ok(names)
}
