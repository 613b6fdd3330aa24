//! 对应栏目: the sheet's columns, each with sample values and the column of ours it is.

use crate::import::columns::{Head, Mapping, missing};
use crate::import::{Import, Kind, State};
use askama::Template;
use office::xlsx::SheetOut;
use web::{Form, Frame};

/// A column of the sheet.
pub struct SheetColumn {
    /// Its place.
    pub at: usize,
    /// Its title, or words for one without.
    pub title: String,
    /// Its first values.
    pub samples: String,
    /// The column of ours; empty if it is left out.
    pub is: String,
    /// What is wrong with that.
    pub error: Option<String>,
}

/// A column of ours.
pub struct Ours {
    /// Title.
    pub title: String,
    /// Whether it must be there.
    pub required: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "import_columns.html")]
pub struct ColumnsPage {
    /// Frame.
    pub frame: Frame,
    /// 组织 or 党员.
    pub noun: &'static str,
    /// Where the section begins.
    pub section: &'static str,
    /// The import's address.
    pub here: String,
    /// Name of the file.
    pub file_name: String,
    /// The sheet's columns.
    pub columns: Vec<SheetColumn>,
    /// Ours.
    pub ours: Vec<Ours>,
    /// Errors: place and sentence.
    pub errors: Vec<(String, String)>,
    /// Whether the rows have been judged with the columns as they are.
    pub is_checked: bool,
}

impl ColumnsPage {
    /// The page with the columns as they are taken now.
    pub fn of<K: Kind>(
        frame: Frame,
        import: &Import,
        template: &SheetOut,
        head: &Head,
        mapping: &Mapping,
    ) -> ColumnsPage {
        let columns = head.header.iter().enumerate().filter_map(|(at, title)| {
            let samples = head
                .samples
                .get(at)
                .map(|s| s.join("；"))
                .unwrap_or_default();
            if title.is_empty() && samples.is_empty() {
                return None;
            }
            let is = mapping.iter().find(|(_, place)| **place == at);
            Some(SheetColumn {
                at,
                title: match title.as_str() {
                    "" => format!("第 {} 列（没有列名）", at + 1),
                    title => title.to_owned(),
                },
                samples,
                is: is.map(|(title, _)| title.clone()).unwrap_or_default(),
                error: None,
            })
        });
        let ours = template.columns.iter().map(|c| Ours {
            title: c.title.clone(),
            required: c.required,
        });
        ColumnsPage {
            frame,
            noun: K::NOUN,
            section: K::SECTION,
            here: K::path(import.id),
            file_name: import.file_name.clone(),
            columns: columns.collect(),
            ours: ours.collect(),
            errors: vec![],
            is_checked: import.state() == State::Checked,
        }
    }

    /// What the form says, and what is wrong with it.
    pub fn read(form: &Form, template: &SheetOut, head: &Head) -> (Mapping, Vec<(String, String)>) {
        let mut mapping = Mapping::new();
        let mut errors = Vec::new();
        for at in 0..head.header.len() {
            let said = form.text(&format!("c{at}"));
            let known = template.columns.iter().any(|c| c.title == said);
            if said.is_empty() || !known {
                continue;
            }
            if mapping.contains_key(said) {
                let words = format!("“{said}”对应了两列，请只留一列，另一列选“不导入”。");
                errors.push((format!("c{at}"), words));
                continue;
            }
            mapping.insert(said.to_owned(), at);
        }
        let absent = missing(template, &mapping);
        if !absent.is_empty() {
            let words = format!(
                "还没有说明哪一列是“{}”，没有它不能导入。",
                absent.join("”“")
            );
            errors.push(("columns".to_owned(), words));
        }
        (mapping, errors)
    }

    /// The page again, as it was sent, with what is wrong.
    pub fn refuse(&mut self, form: &Form, errors: Vec<(String, String)>) {
        for column in &mut self.columns {
            let name = format!("c{}", column.at);
            column.is = form.text(&name).to_owned();
            let error = errors.iter().find(|(place, _)| *place == name);
            column.error = error.map(|(_, words)| words.clone());
        }
        self.errors = errors;
    }
}
