//! The two pages of any import: the upload, and the preview that becomes the outcome.

use crate::import::{Change, Import, Plan, Verdict};
use askama::Template;
use web::Frame;

/// A row with its doubt.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// Number of the row.
    pub number: usize,
    /// What it is about.
    pub title: String,
    /// Why it is doubtful.
    pub why: String,
    /// Labels of the choices.
    pub choices: Vec<String>,
}

/// A row that cannot go in.
#[derive(Clone, Debug)]
pub struct Bad {
    /// Number of the row.
    pub number: usize,
    /// What it is about.
    pub title: String,
    /// Why.
    pub reason: String,
}

/// A changed field of a row.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Number of the row.
    pub number: usize,
    /// What it is about.
    pub title: String,
    /// The field.
    pub change: Change,
}

/// A row that will be made.
#[derive(Clone, Debug)]
pub struct New {
    /// Number of the row.
    pub number: usize,
    /// What it is about.
    pub title: String,
}

/// The plan as the page shows it.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Rows read.
    pub rows: usize,
    /// 新增
    pub new: Vec<New>,
    /// 更新, a line a field.
    pub changes: Vec<Changed>,
    /// Rows updated.
    pub updates: usize,
    /// 拿不准
    pub doubts: Vec<Doubt>,
    /// 不能导入
    pub bad: Vec<Bad>,
    /// 没有变化
    pub same: usize,
}

impl Shown {
    /// From the plan.
    pub fn of(plan: &Plan) -> Shown {
        let mut shown = Shown {
            rows: plan.rows.len(),
            ..Shown::default()
        };
        for row in &plan.rows {
            let (number, title) = (row.number, row.title.clone());
            match &row.verdict {
                Verdict::Create => shown.new.push(New { number, title }),
                Verdict::Update { changes, .. } => {
                    shown.updates += 1;
                    shown.changes.extend(changes.iter().map(|change| Changed {
                        number,
                        title: title.clone(),
                        change: change.clone(),
                    }));
                }
                Verdict::Same { .. } => shown.same += 1,
                Verdict::Doubt { why, choices } => shown.doubts.push(Doubt {
                    number,
                    title,
                    why: why.clone(),
                    choices: choices.iter().map(|c| c.label.clone()).collect(),
                }),
                Verdict::Bad { reason } => {
                    shown.bad.push(Bad {
                        number,
                        title,
                        reason: reason.clone(),
                    });
                }
            }
        }
        shown
    }
}

/// The upload of a sheet.
#[derive(Template)]
#[template(path = "import_upload.html")]
pub struct UploadPage {
    /// Frame.
    pub frame: Frame,
    /// 组织 or 党员.
    pub noun: &'static str,
    /// Where the section begins.
    pub section: &'static str,
    /// Where the form goes.
    pub action: String,
    /// The template's address.
    pub template: String,
    /// Hidden field that names the organisation.
    pub organisation: Option<kernel::Id>,
    /// Why the last file was not read.
    pub error: Option<String>,
    /// What the user should know before.
    pub hints: Vec<&'static str>,
    /// Imports before this one, with their addresses.
    pub latest: Vec<(crate::import::Listed, String)>,
}

/// The preview, later the outcome.
#[derive(Template)]
#[template(path = "import.html")]
pub struct ImportPage {
    /// Frame.
    pub frame: Frame,
    /// 组织 or 党员.
    pub noun: &'static str,
    /// Where the section begins.
    pub section: &'static str,
    /// This page's address.
    pub here: String,
    /// The import.
    pub import: Import,
    /// Its plan.
    pub shown: Shown,
}
