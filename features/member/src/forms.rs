//! What the form of a member sends.

use crate::id_number::IdNumber;
use crate::words;
use kernel::{Day, Id};
use org::typed;
use web::{FieldErrors, Form};

/// A member as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberForm {
    /// 姓名
    pub name: String,
    /// Code.
    pub sex: String,
    /// 出生日期
    pub birth: Option<Day>,
    /// Code.
    pub stage: String,
    /// Code.
    pub category: String,
    /// 入党日期
    pub joined_on: Option<Day>,
    /// 转正日期
    pub full_on: Option<Day>,
    /// 民族
    pub ethnic: Option<String>,
    /// 学历
    pub education: Option<String>,
    /// 岗位
    pub job: Option<String>,
    /// 公民身份号码, if one was typed.
    pub id_number: Option<String>,
    /// 电话, if one was typed.
    pub phone: Option<String>,
    /// Branch, for a new member.
    pub branch: Option<Id>,
    /// First day of the relation, for a new member.
    pub from: Day,
}

fn optional(
    form: &Form,
    field: &'static str,
    most: usize,
    word: &str,
    errors: &mut FieldErrors,
) -> Option<String> {
    let text = form.text(field);
    if text.chars().count() > most {
        errors.insert(field, format!("{word}最多{most}个字，请缩短"));
    }
    (!text.is_empty()).then(|| text.to_owned())
}

fn day(
    form: &Form,
    field: &'static str,
    word: &str,
    today: Day,
    errors: &mut FieldErrors,
) -> Option<Day> {
    let text = form.text(field);
    if text.is_empty() {
        return None;
    }
    match typed::day(text) {
        Some(typed) if typed.day > today => {
            errors.insert(field, format!("{word}不能晚于今天（{}）", today.chinese()));
            None
        }
        Some(typed) => Some(typed.day),
        None => {
            errors.insert(
                field,
                format!("{word}“{text}”不是有效日期，请按 1985-06-15 或 1985.6 的样子填写"),
            );
            None
        }
    }
}

impl MemberForm {
    /// Reads it; every field that is wrong is named.
    pub fn read(form: &Form, today: Day) -> Result<MemberForm, FieldErrors> {
        let mut errors = FieldErrors::new();
        let e = &mut errors;
        let name = form.text("name").to_owned();
        if name.is_empty() {
            e.insert("name", "请填写姓名".to_owned());
        } else if name.chars().count() > 40 {
            e.insert("name", "姓名最多40个字，请核对".to_owned());
        }
        let id_number = match form.text("id_number") {
            "" => None,
            text => match IdNumber::parse(text) {
                Ok(number) => Some(number),
                Err(why) => {
                    e.insert("id_number", why.words().to_owned());
                    None
                }
            },
        };
        let chosen = |field, table, word: &str, e: &mut FieldErrors| {
            let code = words::code_of(table, form.text(field));
            if code.is_none() {
                e.insert(field, format!("请选择{word}"));
            }
            code.unwrap_or_default().to_owned()
        };
        let stage = chosen("stage", words::STAGES, "党员身份", e);
        let category = chosen("category", words::CATEGORIES, "党员类别", e);
        let mut sex = words::code_of(words::SEXES, form.text("sex"))
            .unwrap_or_default()
            .to_owned();
        let mut birth = day(form, "birth", "出生日期", today, e);
        if let Some(number) = &id_number {
            if sex.is_empty() {
                number.sex().clone_into(&mut sex);
            }
            birth = birth.or(number.birth());
            if let Some(words) = contradiction(number, &sex, birth) {
                e.insert("id_number", words);
            }
        }
        if sex.is_empty() {
            e.insert("sex", "请选择性别".to_owned());
        }
        let joined_on = day(form, "joined_on", "入党日期", today, e);
        let full_on = day(form, "full_on", "转正日期", today, e);
        if let Some(words) = order(birth, joined_on, full_on) {
            e.insert("joined_on", words.to_owned());
        }
        let read = MemberForm {
            name,
            sex,
            birth,
            stage,
            category,
            joined_on,
            full_on,
            ethnic: optional(form, "ethnic", 20, "民族", e),
            education: optional(form, "education", 40, "学历", e),
            job: optional(form, "job", 60, "岗位", e),
            id_number: id_number.map(|n| n.as_str().to_owned()),
            phone: optional(form, "phone", 30, "电话", e),
            branch: form.id("branch"),
            from: org::forms::read_from(form, today, e),
        };
        if errors.is_empty() {
            Ok(read)
        } else {
            Err(errors)
        }
    }
}

/// What the number says otherwise than the fields, if anything.
pub fn contradiction(number: &IdNumber, sex: &str, birth: Option<Day>) -> Option<String> {
    if !sex.is_empty() && number.sex() != sex {
        let says = words::name_of(words::SEXES, number.sex());
        return Some(format!(
            "公民身份号码显示性别为{says}，与填写的不一致，请核对"
        ));
    }
    match (birth, number.birth()) {
        (Some(typed), Some(says)) if typed != says => Some(format!(
            "公民身份号码里的出生日期是{}，与填写的不一致，请核对",
            says.chinese()
        )),
        _ => None,
    }
}

/// Birth, joining and becoming full lie in that order.
pub fn order(birth: Option<Day>, joined: Option<Day>, full: Option<Day>) -> Option<&'static str> {
    if let (Some(joined), Some(full)) = (joined, full)
        && full < joined
    {
        return Some("转正日期早于入党日期，请核对");
    }
    if let (Some(birth), Some(joined)) = (birth, joined)
        && birth.age_on(joined) < 18
    {
        return Some("入党日期时不满18周岁，请核对出生日期和入党日期");
    }
    None
}
