//! 党员名册表: the same columns out and in.

use crate::forms::{contradiction, order};
use crate::id_number::{IdNumber, mask};
use crate::store::{self as rows, Filter, Member};
use crate::use_cases::NewMember;
use crate::words;
use kernel::{Day, Id};
use office::table;
use office::xlsx::{Column, Kind, SheetOut, Value};
use org::import::{Change, Choice, Plan, PlanRow, Verdict};
use org::typed::{self, TypedDay};
use org::Node;
use std::collections::HashMap;
use store::{Db, Error, Keys, Store};
use web::{Actor, Reach, Right};

const UNIT: usize = 0;
const NAME: usize = 1;
const SEX: usize = 2;
const NUMBER: usize = 3;
const BIRTH: usize = 4;
const ETHNIC: usize = 5;
const EDUCATION: usize = 6;
const STAGE: usize = 7;
const CATEGORY: usize = 8;
const JOINED: usize = 9;
const FULL: usize = 10;
const JOB: usize = 11;
const PHONE: usize = 12;

/// The empty sheet; `units` are offered in the first column.
pub fn template(units: &[Node]) -> SheetOut {
    let names = |table: &[words::Word]| table.iter().map(|w| w.name).collect::<Vec<_>>();
    // A list in a cell holds 255 characters; longer ones are left to typing.
    let list: Vec<&str> = units.iter().map(|n| n.name.as_str()).collect();
    let short = list.iter().map(|n| n.chars().count() + 1).sum::<usize>() < 250;
    SheetOut {
        name: "党员".to_owned(),
        title: Some("党员名册".to_owned()),
        notes: vec![
            "填表说明：带星号的必填。“单位”填所在党支部的全称；日期写 1985-06-15 或 1985年6月15日；空格不填表示不改，填“无”表示清空。".to_owned(),
        ],
        columns: vec![
            Column::text("单位", 30).choices(if short { list } else { vec![] }).required(),
            Column::text("姓名", 12).required(),
            Column::text("性别", 8).choices(names(words::SEXES)),
            Column::text("公民身份号码", 22),
            Column::text("出生日期", 14).of(Kind::Day),
            Column::text("民族", 10),
            Column::text("学历", 14).choices(words::EDUCATIONS.iter().copied()),
            Column::text("党员身份", 14).choices(names(words::STAGES)),
            Column::text("党员类别", 14).choices(names(words::CATEGORIES)),
            Column::text("入党日期", 14).of(Kind::Day),
            Column::text("转正日期", 14).of(Kind::Day),
            Column::text("岗位", 18),
            Column::text("电话", 16),
        ],
        rows: vec![],
    }
}

/// A member as the sheet shows them: numbers masked, so that a lost file gives little away; a mask
/// that comes back unchanged means 'as it is'.
fn cells(keys: &Keys, member: &Member, branch: &str) -> Result<Vec<Value>, Error> {
    let number = member.open_id_number(keys)?.map(|n| mask(&n, 6, 4));
    let phone = member.open_phone(keys)?.map(|p| mask(&p, 3, 4));
    Ok(vec![
        Value::from(branch),
        Value::from(member.name.as_str()),
        Value::from(words::name_of(words::SEXES, &member.sex)),
        Value::from(number),
        Value::from(member.birth),
        Value::from(member.ethnic.clone()),
        Value::from(member.education.clone()),
        Value::from(words::name_of(words::STAGES, &member.stage)),
        Value::from(words::name_of(words::CATEGORIES, &member.category)),
        Value::from(member.joined_on),
        Value::from(member.full_on),
        Value::from(member.job.clone()),
        Value::from(phone),
    ])
}

/// Everybody within reach (below one organisation, if one is named) as a sheet.
pub async fn export(store: &Store, reach: &Reach, under: Option<&Node>) -> Result<SheetOut, Error> {
    let db = store.db();
    let filter = Filter { under: under.map(|n| n.path.clone()), ..Filter::default() };
    let members = rows::roster(db, reach, &filter, None, 1_000_000).await?;
    let units = org::store::organisations(db, reach).await?;
    let names: HashMap<Id, &str> = units.iter().map(|n| (n.id, n.name.as_str())).collect();
    let row = |m: &Member| cells(&store.keys, m, names.get(&m.branch).copied().unwrap_or_default());
    let rows = members.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    Ok(SheetOut { rows, ..template(&units) })
}

/// What a cell says about an optional text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing: it stays.
    Nothing,
    /// 无: it goes.
    Clear,
    /// A new text.
    Is(String),
    /// A mask: as it is, if it is this one.
    Masked(String),
}

impl Said {
    fn read(cell: &str) -> Said {
        match cell {
            "" => Said::Nothing,
            "无" | "-" | "—" => Said::Clear,
            text if text.contains("***") => Said::Masked(text.to_owned()),
            text => Said::Is(text.to_owned()),
        }
    }

    fn over(&self, was: Option<String>) -> Option<String> {
        match self {
            Said::Nothing | Said::Masked(_) => was,
            Said::Clear => None,
            Said::Is(text) => Some(text.clone()),
        }
    }
}

/// A row as understood, without its unit.
#[derive(Clone, Debug)]
pub struct Read {
    name: String,
    sex: Option<&'static str>,
    number: Option<IdNumber>,
    masked: Option<String>,
    birth: Option<TypedDay>,
    ethnic: Said,
    education: Said,
    stage: Option<&'static str>,
    category: Option<&'static str>,
    joined: Option<TypedDay>,
    full: Option<TypedDay>,
    job: Said,
    phone: Said,
}

/// Reads a row; the sentence says what is wrong with it.
pub fn read(cells: &[String], today: Day) -> Result<Read, String> {
    let name: String = cells[NAME].split_whitespace().collect();
    if name.is_empty() {
        return Err("没有姓名。".to_owned());
    }
    if name.chars().count() > 40 {
        return Err("姓名超过40个字，请核对。".to_owned());
    }
    let word = |at: usize, table: &'static [words::Word], what: &str| match cells[at].as_str() {
        "" => Ok(None),
        text => words::code_of(table, text).map(Some).ok_or_else(|| {
            let names: Vec<_> = table.iter().map(|w| w.name).collect();
            format!("{what}“{text}”不认识，请填{}。", names.join("、"))
        }),
    };
    let day = |at: usize, what: &str| match cells[at].as_str() {
        "" => Ok(None),
        text => match typed::day(text) {
            Some(typed) if typed.day > today => Err(format!("{what}“{text}”晚于今天，请核对。")),
            Some(typed) => Ok(Some(typed)),
            None => Err(format!("{what}“{text}”不是日期。")),
        },
    };
    let said = |at: usize, what: &str, most: usize| {
        if cells[at].chars().count() > most {
            return Err(format!("{what}超过{most}个字，请缩短。"));
        }
        Ok(Said::read(&cells[at]))
    };
    let (number, masked) = match Said::read(&cells[NUMBER]) {
        Said::Nothing | Said::Clear => (None, None),
        Said::Masked(text) => (None, Some(text)),
        Said::Is(text) => (Some(IdNumber::parse(&text).map_err(|why| why.words().to_owned())?), None),
    };
    let mut sex = word(SEX, words::SEXES, "性别")?;
    let birth = day(BIRTH, "出生日期")?;
    if let Some(number) = &number {
        let typed = birth.filter(|b| !number.birth().is_some_and(|n| b.agrees_with(n)));
        if let Some(words) = contradiction(number, sex.unwrap_or_default(), typed.map(|t| t.day)) {
            return Err(format!("{words}。"));
        }
        sex = sex.or(Some(number.sex()));
    }
    Ok(Read {
        name,
        sex,
        number,
        masked,
        birth,
        ethnic: said(ETHNIC, "民族", 20)?,
        education: said(EDUCATION, "学历", 40)?,
        stage: word(STAGE, words::STAGES, "党员身份")?,
        category: word(CATEGORY, words::CATEGORIES, "党员类别")?,
        joined: day(JOINED, "入党日期")?,
        full: day(FULL, "转正日期")?,
        job: said(JOB, "岗位", 60)?,
        phone: said(PHONE, "电话", 30)?,
    })
}

/// A day over what stood there: a month alone does not blur a day that agrees with it.
fn settle(typed: Option<TypedDay>, was: Option<Day>) -> Option<Day> {
    match (typed, was) {
        (None, was) => was,
        (Some(typed), Some(was)) if typed.agrees_with(was) => Some(was),
        (Some(typed), _) => Some(typed.day),
    }
}

impl Read {
    /// A new member out of it.
    pub fn create(&self, branch: Id, today: Day) -> Result<NewMember, String> {
        if self.masked.is_some() {
            return Err("号码被遮盖，又找不到对应的党员，不能新增，请填写完整号码。".to_owned());
        }
        let birth = self.number.as_ref().and_then(IdNumber::birth).or(settle(self.birth, None));
        let joined_on = self.joined.map(|t| t.day);
        let full_on = self.full.map(|t| t.day);
        if let Some(words) = order(birth, joined_on, full_on) {
            return Err(format!("{words}。"));
        }
        Ok(NewMember {
            name: self.name.clone(),
            sex: self.sex.ok_or("没有性别，请填男或女。")?.to_owned(),
            birth,
            stage: self.stage.ok_or("没有党员身份，请填正式党员或预备党员。")?.to_owned(),
            category: self.category.unwrap_or("in_post").to_owned(),
            joined_on,
            full_on,
            ethnic: self.ethnic.over(None),
            education: self.education.over(None),
            job: self.job.over(None),
            id_number: self.number.as_ref().map(|n| n.as_str().to_owned()),
            phone: self.phone.over(None),
            branch,
            from: today,
        })
    }

    /// The member as the row would leave them, numbers in clear, and the fields that change.
    pub fn update(&self, keys: &Keys, was: &Member, today: Day) -> Result<(NewMember, Vec<Change>), Error> {
        let (number, phone) = (was.open_id_number(keys)?, was.open_phone(keys)?);
        let now = NewMember {
            name: self.name.clone(),
            sex: self.sex.map_or(was.sex.clone(), str::to_owned),
            birth: match &self.number {
                Some(number) => number.birth(),
                None => settle(self.birth, was.birth),
            },
            stage: self.stage.map_or(was.stage.clone(), str::to_owned),
            category: self.category.map_or(was.category.clone(), str::to_owned),
            joined_on: settle(self.joined, was.joined_on),
            full_on: settle(self.full, was.full_on),
            ethnic: self.ethnic.over(was.ethnic.clone()),
            education: self.education.over(was.education.clone()),
            job: self.job.over(was.job.clone()),
            id_number: self.number.as_ref().map(|n| n.as_str().to_owned()).or(number.clone()),
            phone: self.phone.over(phone.clone()),
            branch: was.branch,
            from: today,
        };
        let mut changes = Vec::new();
        let mut note = |field: &str, a: String, b: String, differs: bool| {
            if differs {
                changes.push(Change { field: field.to_owned(), was: a, now: b });
            }
        };
        let text = |t: &Option<String>| t.clone().unwrap_or_else(|| "无".to_owned());
        let day = |d: Option<Day>| d.map_or_else(|| "无".to_owned(), Day::chinese);
        let code = |table, c: &str| words::name_of(table, c).to_owned();
        let hidden = |t: &Option<String>, head| t.as_ref().map_or_else(|| "无".to_owned(), |t| mask(t, head, 4));
        note("姓名", was.name.clone(), now.name.clone(), was.name != now.name);
        note("性别", code(words::SEXES, &was.sex), code(words::SEXES, &now.sex), was.sex != now.sex);
        note("公民身份号码", hidden(&number, 6), hidden(&now.id_number, 6), number != now.id_number);
        note("出生日期", day(was.birth), day(now.birth), was.birth != now.birth);
        note("民族", text(&was.ethnic), text(&now.ethnic), was.ethnic != now.ethnic);
        note("学历", text(&was.education), text(&now.education), was.education != now.education);
        note("党员身份", code(words::STAGES, &was.stage), code(words::STAGES, &now.stage), was.stage != now.stage);
        note("党员类别", code(words::CATEGORIES, &was.category), code(words::CATEGORIES, &now.category), was.category != now.category);
        note("入党日期", day(was.joined_on), day(now.joined_on), was.joined_on != now.joined_on);
        note("转正日期", day(was.full_on), day(now.full_on), was.full_on != now.full_on);
        note("岗位", text(&was.job), text(&now.job), was.job != now.job);
        note("电话", hidden(&phone, 3), hidden(&now.phone, 3), phone != now.phone);
        Ok((now, changes))
    }
}

/// Everything the rows are compared with.
pub struct Ground {
    today: Day,
    keys: Keys,
    mine: Vec<Node>,
    by_name: HashMap<String, Vec<usize>>,
    by_unit: HashMap<String, Vec<Id>>,
    here: HashMap<(Id, String), Vec<Member>>,
    by_blind: HashMap<String, Member>,
    namesakes: HashMap<String, Vec<Member>>,
    single: bool,
}

impl Ground {
    /// Loads what the rows of that sheet could touch, in a fixed number of queries.
    pub async fn load(store: &Store, actor: &Actor, sheet: &[table::Row]) -> Result<Ground, Error> {
        let (db, reach) = (store.db(), actor.reach(Right::EditMembers));
        let mine = org::store::organisations(db, &reach).await?;
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, node) in mine.iter().enumerate() {
            by_name.entry(typed::name_key(&node.name)).or_default().push(i);
            if node.short_name != node.name {
                by_name.entry(typed::name_key(&node.short_name)).or_default().push(i);
            }
        }
        let mut ground = Ground {
            today: store.today(),
            keys: store.keys.clone(),
            by_unit: covering(db, &mine, store.today()).await?,
            mine,
            by_name,
            here: HashMap::new(),
            by_blind: HashMap::new(),
            namesakes: HashMap::new(),
            single: reach.subtrees.is_empty() && reach.exact.len() == 1,
        };
        let mut branches: Vec<Id> =
            sheet.iter().filter_map(|row| ground.branch(&row.cells[UNIT]).ok().map(|(n, _)| n.id)).collect();
        branches.sort_unstable();
        branches.dedup();
        for member in rows::of_branches(db, &branches).await? {
            ground.here.entry((member.branch, member.name.clone())).or_default().push(member);
        }
        let numbers = sheet.iter().filter_map(|row| IdNumber::parse(&row.cells[NUMBER]).ok());
        let blinds: Vec<String> = numbers.map(|n| store.keys.blind(n.as_str())).collect();
        for member in rows::by_blinds(db, &blinds).await? {
            ground.by_blind.insert(member.id_blind.clone().unwrap_or_default(), member);
        }
        let names: Vec<String> = sheet.iter().map(|row| row.cells[NAME].clone()).collect();
        for member in rows::by_names(db, &reach, &names).await? {
            ground.namesakes.entry(member.name.clone()).or_default().push(member);
        }
        Ok(ground)
    }

    /// The branch a 单位 cell names; with the doubt, where the name does not quite fit.
    fn branch(&self, cell: &str) -> Result<(&Node, Option<String>), String> {
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
            Some([one]) => return Ok((&self.mine[*one], None)),
            Some([_, ..]) => return Err(format!("有几个组织都叫“{cell}”，请填写全称。")),
            _ => {}
        }
        let found: Vec<&Node> = match self.by_unit.get(&key) {
            Some(ids) => self.mine.iter().filter(|n| ids.contains(&n.id)).collect(),
            None => self.mine.iter().filter(|n| typed::name_key(&n.name).contains(&key)).collect(),
        };
        match found.as_slice() {
            [one] if self.by_unit.contains_key(&key) => {
                Ok((one, Some(format!("单位写“{cell}”，按所属学校归入{}", one.name))))
            }
            [one] if key.chars().count() >= 4 => {
                Ok((one, Some(format!("单位写“{cell}”，看来是{}", one.name))))
            }
            _ => Err(foreign()),
        }
    }

    /// What the rows of a sheet would do.
    pub fn plan(&self, sheet: Vec<table::Row>) -> Result<Plan, Error> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut plan = Plan::default();
        for row in sheet {
            let title = if row.cells[NAME].is_empty() { "（空）".to_owned() } else { row.cells[NAME].clone() };
            let verdict = self.judge(&row, &mut seen)?;
            plan.rows.push(PlanRow { number: row.number, title, cells: row.cells, verdict });
        }
        Ok(plan)
    }

    fn judge(&self, row: &table::Row, seen: &mut HashMap<String, usize>) -> Result<Verdict, Error> {
        let bad = |reason: String| Ok(Verdict::Bad { reason });
        let (branch, doubt) = match self.branch(&row.cells[UNIT]) {
            Ok(found) => found,
            Err(reason) => return bad(reason),
        };
        let read = match read(&row.cells, self.today) {
            Ok(read) => read,
            Err(reason) => return bad(reason),
        };
        let who = match &read.number {
            Some(number) => number.as_str().to_owned(),
            None => format!("{}/{}/{}", branch.id, read.name, row.cells[BIRTH]),
        };
        if let Some(first) = seen.insert(who, row.number) {
            return bad(format!("与第{first}行重复，请只留一行。"));
        }
        let verdict = self.matched(branch, &read)?;
        Ok(match (doubt, verdict) {
            (None, verdict) => verdict,
            (_, Verdict::Bad { reason }) => Verdict::Bad { reason },
            (Some(_), Verdict::Same { object }) => Verdict::Same { object },
            (Some(why), Verdict::Doubt { why: also, choices }) => {
                Verdict::Doubt { why: format!("{why};{also}"), choices }
            }
            (Some(why), verdict) => {
                let label = format!("是{}", branch.name);
                Verdict::Doubt { why, choices: vec![Choice { label, verdict }] }
            }
        })
    }

    fn matched(&self, branch: &Node, read: &Read) -> Result<Verdict, Error> {
        let bad = |reason: &str| Ok(Verdict::Bad { reason: reason.to_owned() });
        if let Some(number) = &read.number {
            if let Some(known) = self.by_blind.get(&self.keys.blind(number.as_str())) {
                return self.known_number(branch, read, known);
            }
        }
        let empty = vec![];
        let here = self.here.get(&(branch.id, read.name.clone())).unwrap_or(&empty);
        let mut same = Vec::new();
        for member in here {
            if self.may_be(read, member)? {
                same.push(member);
            }
        }
        match same.as_slice() {
            [one] if self.is_sure(read, one)? => self.updating(read, one),
            [one] => {
                let update = self.updating(read, one)?;
                let mut choices = vec![Choice { label: "是同一人，更新".to_owned(), verdict: update }];
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
            return Ok(member.open_id_number(&self.keys)?.is_some_and(|n| mask(&n, 6, 4) == *masked));
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
            choices.push(Choice { label: "是两个人，新增".to_owned(), verdict: Verdict::Create });
        }
    }

    fn stranger(&self, branch: &Node, read: &Read) -> Result<Verdict, Error> {
        if let Err(reason) = read.create(branch.id, self.today) {
            return Ok(Verdict::Bad { reason });
        }
        let birth = read.number.as_ref().and_then(IdNumber::birth).or(read.birth.map(|t| t.day));
        let elsewhere = self.namesakes.get(&read.name).into_iter().flatten().find(|m| {
            m.branch != branch.id && birth.is_some() && m.birth == birth && !(read.number.is_some() && m.id_number.is_some())
        });
        let Some(other) = elsewhere else { return Ok(Verdict::Create) };
        let place = self.mine.iter().find(|n| n.id == other.branch).map_or("", |n| n.name.as_str());
        let mut choices = vec![Choice { label: "是两个人，新增".to_owned(), verdict: Verdict::Create }];
        choices.push(Choice { label: "是同一人，组织关系转入".to_owned(), verdict: self.moving(branch, read, other)? });
        Ok(Verdict::Doubt { why: format!("与{place}的党员同名，出生日期也相同"), choices })
    }

    fn known_number(&self, branch: &Node, read: &Read, known: &Member) -> Result<Verdict, Error> {
        let mine = self.mine.iter().find(|n| n.id == known.branch);
        let Some(place) = mine.filter(|_| known.ended_on.is_none()) else {
            let reason = "这个公民身份号码已登记在名册上，请核对号码；如果是从别的支部转来，请联系党建办办理转接。";
            return Ok(Verdict::Bad { reason: reason.to_owned() });
        };
        if known.branch == branch.id {
            if known.name == read.name {
                return self.updating(read, known);
            }
            let choices = vec![Choice { label: "改名，更新".to_owned(), verdict: self.updating(read, known)? }];
            return Ok(Verdict::Doubt { why: format!("号码与{}的相同，姓名不同", known.name), choices });
        }
        let choices =
            vec![Choice { label: "组织关系转入".to_owned(), verdict: self.moving(branch, read, known)? }];
        Ok(Verdict::Doubt { why: format!("此人现在{}", place.name), choices })
    }

    fn updating(&self, read: &Read, known: &Member) -> Result<Verdict, Error> {
        let (now, changes) = read.update(&self.keys, known, self.today)?;
        if let Some(words) = order(now.birth, now.joined_on, now.full_on) {
            return Ok(Verdict::Bad { reason: format!("{words}。") });
        }
        Ok(if changes.is_empty() {
            Verdict::Same { object: known.id }
        } else {
            Verdict::Update { object: known.id, version: known.version, changes }
        })
    }

    fn moving(&self, branch: &Node, read: &Read, known: &Member) -> Result<Verdict, Error> {
        let (_, mut changes) = read.update(&self.keys, known, self.today)?;
        let was = self.mine.iter().find(|n| n.id == known.branch).map_or("", |n| n.name.as_str());
        let change = Change { field: "单位".to_owned(), was: was.to_owned(), now: branch.name.clone() };
        changes.insert(0, change);
        Ok(Verdict::Update { object: known.id, version: known.version, changes })
    }

    /// The branch a row means, once its doubt is settled.
    pub fn branch_meant(&self, cells: &[String]) -> Option<&Node> {
        self.branch(&cells[UNIT]).ok().map(|(node, _)| node)
    }
}

/// Names of units, with the organisations that cover them.
async fn covering(db: &Db, mine: &[Node], today: Day) -> Result<HashMap<String, Vec<Id>>, Error> {
    let units: HashMap<Id, Node> =
        org::store::of_category(db, "unit").await?.into_iter().map(|n| (n.id, n)).collect();
    let mut names: HashMap<String, Vec<Id>> = HashMap::new();
    for edge in org::store::edges(db, "coverage", today).await? {
        let Some(unit) = units.get(&edge.child) else { continue };
        if !mine.iter().any(|n| n.id == edge.parent) {
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
