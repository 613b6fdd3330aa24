//! What the forms about nodes send.

use kernel::{Day, Id};
use web::{FieldErrors, Form};

/// 新建、修改 of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeForm {
    /// Code of the kind.
    pub kind: String,
    /// 全称
    pub name: String,
    /// 简称; the name where none was typed.
    pub short_name: String,
    /// 组织代码
    pub issued_code: Option<String>,
    /// 上级, for a new node.
    pub parent: Option<Id>,
    /// 片区
    pub zone: Option<Id>,
    /// 教育集团
    pub group: Option<Id>,
    /// 联系点
    pub contact: Option<Id>,
    /// Codes of tags.
    pub tags: Vec<String>,
    /// 所属单位
    pub units: Vec<Id>,
    /// Day the change holds from.
    pub from: Day,
    /// 年度数据, by code.
    pub figures: Vec<(String, i64)>,
}

impl NodeForm {
    /// Reads it; every field that is wrong is named.
    pub fn read(form: &Form, today: Day) -> Result<NodeForm, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = form.text("name").to_owned();
        let short = form.text("short_name").to_owned();
        if name.is_empty() {
            errors.insert("name", "请填写名称".to_owned());
        } else if name.chars().count() > 80 {
            errors.insert("name", "名称最多80个字，请缩短".to_owned());
        }
        if short.chars().count() > 30 {
            errors.insert("short_name", "简称最多30个字，请缩短".to_owned());
        }
        if form.text("kind").is_empty() {
            errors.insert("kind", "请选择类别".to_owned());
        }
        let code = form.text("issued_code");
        if code.chars().count() > 40 {
            errors.insert("issued_code", "组织代码最多40个字，请核对".to_owned());
        }
        let from = read_from(form, today, &mut errors);
        let mut figures = Vec::new();
        for (field, text) in form.fields() {
            let Some(code) = field.strip_prefix("figure_") else {
                continue;
            };
            if text.trim().is_empty() {
                continue;
            }
            match text
                .trim()
                .parse::<i64>()
                .ok()
                .filter(|n| (0..10_000_000).contains(n))
            {
                Some(value) => figures.push((code.to_owned(), value)),
                None => {
                    errors.insert("figures", format!("人数“{}”不是整数，请改正", text.trim()));
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(NodeForm {
            kind: form.text("kind").to_owned(),
            short_name: if short.is_empty() {
                name.chars().take(30).collect()
            } else {
                short
            },
            name,
            issued_code: (!code.is_empty()).then(|| code.to_owned()),
            parent: form.id("parent"),
            zone: form.id("zone"),
            group: form.id("group"),
            contact: form.id("contact"),
            tags: form.all("tag").map(str::to_owned).collect(),
            units: form.ids("unit"),
            from,
            figures,
        })
    }
}

/// 生效日期: today unless the form says another day, which lies not ahead.
pub fn read_from(form: &Form, today: Day, errors: &mut FieldErrors) -> Day {
    if form.text("from").is_empty() {
        return today;
    }
    match crate::typed::day(form.text("from")) {
        Some(typed) if typed.day > today => {
            errors.insert(
                "from",
                format!("生效日期不能晚于今天（{}）", today.chinese()),
            );
            today
        }
        Some(typed) => typed.day,
        None => {
            errors.insert(
                "from",
                "生效日期不是有效日期，请按 2026-11-20 的样子填写".to_owned(),
            );
            today
        }
    }
}
