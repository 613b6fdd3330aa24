//! 党员名册表: the same columns out and in.

use crate::forms::{contradiction, order};
use crate::id_number::{IdNumber, mask};
use crate::store::Member;
use crate::use_cases::NewMember;
use crate::words;
use kernel::{Day, Id};
use office::xlsx::{Column, Kind, SheetOut, Value};
use org::Node;
use org::import::Change;
use org::typed::{self, TypedDay};
use std::collections::HashMap;
use store::{Error, Keys};

pub(crate) const UNIT: usize = 0;
pub(crate) const NAME: usize = 1;
const SEX: usize = 2;
pub(crate) const NUMBER: usize = 3;
pub(crate) const BIRTH: usize = 4;
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

/// Other names people give to the columns.
pub fn aliases(title: &str) -> &'static [&'static str] {
    match title {
        "单位" => &[
            "所在党支部",
            "党支部",
            "所在党组织",
            "支部名称",
            "所属党支部",
        ],
        "姓名" => &["党员姓名", "名字"],
        "公民身份号码" => &[
            "身份证号",
            "身份证号码",
            "公民身份证号",
            "证件号码",
            "身份证",
        ],
        "出生日期" => &["出生年月", "出生年月日", "出生时间"],
        "入党日期" => &["入党时间", "入党年月", "加入党组织日期"],
        "转正日期" => &["转正时间"],
        "学历" => &["文化程度"],
        "党员身份" => &["人员类别", "党员状态", "正式预备"],
        "党员类别" => &["类别"],
        "电话" => &["联系电话", "手机", "手机号", "手机号码"],
        "岗位" => &["工作岗位", "职务", "岗位职务"],
        _ => &[],
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

/// Members as rows of the sheet.
pub fn lines(
    keys: &Keys,
    members: &[Member],
    branches: &HashMap<Id, &str>,
) -> Result<Vec<Vec<Value>>, Error> {
    let branch = |m: &Member| branches.get(&m.branch).copied().unwrap_or_default();
    members.iter().map(|m| cells(keys, m, branch(m))).collect()
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
    pub(crate) name: String,
    sex: Option<&'static str>,
    pub(crate) number: Option<IdNumber>,
    pub(crate) masked: Option<String>,
    pub(crate) birth: Option<TypedDay>,
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
        Said::Is(text) if is_scientific(&text) => {
            return Err(format!("公民身份号码“{text}”{BLURRED}"));
        }
        Said::Is(text) => (
            Some(IdNumber::parse(&text).map_err(|why| why.words().to_owned())?),
            None,
        ),
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
        phone: match said(PHONE, "电话", 30)? {
            Said::Is(text) if is_scientific(&text) => {
                return Err(format!("电话“{text}”{BLURRED}"));
            }
            Said::Is(text) => Said::Is(typed::half_width(&text)),
            other => other,
        },
    })
}

const BLURRED: &str =
    "：号码被 Excel 改成了科学计数，末尾几位已经丢失。请把这一列设为“文本”格式，重新填写完整号码。";

/// `9.90000198506150E+17`: what Excel makes of a long number in a cell that is not text.
fn is_scientific(text: &str) -> bool {
    let Some((head, power)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let power = power.strip_prefix('+').unwrap_or(power);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(power) && digits(&head.replacen('.', "", 1))
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
        let birth = self
            .number
            .as_ref()
            .and_then(IdNumber::birth)
            .or(settle(self.birth, None));
        let joined_on = self.joined.map(|t| t.day);
        let full_on = self.full.map(|t| t.day);
        if let Some(words) = order(birth, joined_on, full_on) {
            return Err(format!("{words}。"));
        }
        Ok(NewMember {
            name: self.name.clone(),
            sex: self.sex.ok_or("没有性别，请填男或女。")?.to_owned(),
            birth,
            stage: self
                .stage
                .ok_or("没有党员身份，请填正式党员或预备党员。")?
                .to_owned(),
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
    pub fn update(
        &self,
        keys: &Keys,
        was: &Member,
        today: Day,
    ) -> Result<(NewMember, Vec<Change>), Error> {
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
            id_number: self
                .number
                .as_ref()
                .map(|n| n.as_str().to_owned())
                .or(number.clone()),
            phone: self.phone.over(phone.clone()),
            branch: was.branch,
            from: today,
        };
        let mut changes = Vec::new();
        let mut note = |field: &str, a: String, b: String, differs: bool| {
            if differs {
                changes.push(Change {
                    field: field.to_owned(),
                    was: a,
                    now: b,
                });
            }
        };
        let text = |t: &Option<String>| t.clone().unwrap_or_else(|| "无".to_owned());
        let day = |d: Option<Day>| d.map_or_else(|| "无".to_owned(), Day::chinese);
        let code = |table, c: &str| words::name_of(table, c).to_owned();
        let hidden = |t: &Option<String>, head| {
            t.as_ref()
                .map_or_else(|| "无".to_owned(), |t| mask(t, head, 4))
        };
        note(
            "姓名",
            was.name.clone(),
            now.name.clone(),
            was.name != now.name,
        );
        note(
            "性别",
            code(words::SEXES, &was.sex),
            code(words::SEXES, &now.sex),
            was.sex != now.sex,
        );
        note(
            "公民身份号码",
            hidden(&number, 6),
            hidden(&now.id_number, 6),
            number != now.id_number,
        );
        note(
            "出生日期",
            day(was.birth),
            day(now.birth),
            was.birth != now.birth,
        );
        note(
            "民族",
            text(&was.ethnic),
            text(&now.ethnic),
            was.ethnic != now.ethnic,
        );
        note(
            "学历",
            text(&was.education),
            text(&now.education),
            was.education != now.education,
        );
        note(
            "党员身份",
            code(words::STAGES, &was.stage),
            code(words::STAGES, &now.stage),
            was.stage != now.stage,
        );
        note(
            "党员类别",
            code(words::CATEGORIES, &was.category),
            code(words::CATEGORIES, &now.category),
            was.category != now.category,
        );
        note(
            "入党日期",
            day(was.joined_on),
            day(now.joined_on),
            was.joined_on != now.joined_on,
        );
        note(
            "转正日期",
            day(was.full_on),
            day(now.full_on),
            was.full_on != now.full_on,
        );
        note("岗位", text(&was.job), text(&now.job), was.job != now.job);
        note(
            "电话",
            hidden(&phone, 3),
            hidden(&now.phone, 3),
            phone != now.phone,
        );
        Ok((now, changes))
    }
}
