//! The pages of any import: the upload; the preview, which becomes the progress and the outcome;
//! and its rows, a page at a time.

use crate::import::columns::{Head, Mapping};
use crate::import::rows::{self, KeptRow, List, Listed};
use crate::import::{Change, Import, Kind, State, Verdict};
use askama::Template;
use web::{App, Frame};

/// Rows of each kind the preview shows itself.
const SHOWN: usize = 50;
/// Rows a page of a list has.
const PAGE: usize = 100;

/// A row as a list shows it.
#[derive(Clone, Debug)]
pub struct Line {
    /// Number of the row.
    pub number: usize,
    /// What it is about.
    pub title: String,
    /// Why it is doubtful, bad or late.
    pub why: String,
    /// Labels of the choices.
    pub choices: Vec<String>,
    /// Which one was chosen.
    pub choice: Option<usize>,
    /// What changes.
    pub changes: Vec<Change>,
}

impl Line {
    fn of(kept: KeptRow, list: List) -> Line {
        let (mut why, mut choices, mut changes) = (String::new(), vec![], vec![]);
        match kept.row.verdict {
            Verdict::Bad { reason } => why = reason,
            Verdict::Doubt {
                why: doubt,
                choices: offered,
            } => {
                why = doubt;
                choices = offered.into_iter().map(|c| c.label).collect();
            }
            Verdict::Update { changes: all, .. } => changes = all,
            Verdict::Create | Verdict::Same { .. } => {}
        }
        if list == List::Late {
            why = kept.result.unwrap_or_default();
        }
        Line {
            number: kept.row.number,
            title: kept.row.title,
            why,
            choices,
            choice: kept.choice,
            changes,
        }
    }

    /// Whether that choice is the one made.
    pub fn is_chosen(&self, at: &usize) -> bool {
        self.choice == Some(*at)
    }
}

async fn lines(
    app: &App,
    import: &Import,
    list: List,
    after: i64,
    most: usize,
) -> web::Result<Vec<Line>> {
    let (db, keys) = (app.store.db(), &app.store.keys);
    let some = rows::page(db, keys, import.id, list, after, most).await?;
    Ok(some.into_iter().map(|row| Line::of(row, list)).collect())
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
    pub hint: &'static str,
    /// Rows one file may have.
    pub most_rows: usize,
    /// Imports before this one, with their addresses.
    pub latest: Vec<(String, Listed)>,
}

/// 进度
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is going on.
    pub words: &'static str,
    /// Rows done.
    pub done: i64,
    /// Of so many; none if nobody knows.
    pub of: Option<i64>,
    /// Whether it can be cancelled, and what that means.
    pub cancel: Option<&'static str>,
}

impl Progress {
    fn of(import: &Import) -> Option<Progress> {
        let (words, done, of, cancel) = match import.state() {
            State::Checking => (
                "已核对",
                import.read(),
                import.about,
                Some("还没有写入任何内容，取消后可以重新上传。"),
            ),
            State::Applying => (
                "已写入",
                import.done(),
                import.todo,
                Some("取消后停在这里：已写入的留着，可以整批撤销，也可以继续。"),
            ),
            State::Undoing => (
                "已撤回",
                import.undone + import.kept,
                import.in_force(),
                None,
            ),
            _ => return None,
        };
        Some(Progress {
            words,
            done,
            of: (of > 0).then_some(of.max(done)),
            cancel,
        })
    }
}

/// The preview, later the progress and the outcome.
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
    /// Its state.
    pub state: State,
    /// How far a job is.
    pub progress: Option<Progress>,
    /// Rows that will go in as things stand.
    pub sure: i64,
    /// Columns nothing is made of.
    pub ignored: String,
    /// Whether the columns can still be changed.
    pub has_columns: bool,
    /// 新增
    pub new: Vec<Line>,
    /// 更新
    pub updates: Vec<Line>,
    /// 拿不准
    pub doubts: Vec<Line>,
    /// 不能导入
    pub bad: Vec<Line>,
    /// 最后没有写入
    pub late: Vec<Line>,
    /// 没有撤回
    pub kept: Vec<Line>,
}

impl ImportPage {
    /// The page of an import in whatever state.
    pub async fn of<K: Kind>(app: &App, frame: Frame, import: Import) -> web::Result<ImportPage> {
        let state = import.state();
        let seen = state == State::Checked;
        let part = async |list: List, count: i64, shown: bool| match shown && count > 0 {
            true => lines(app, &import, list, 0, SHOWN).await,
            false => Ok(vec![]),
        };
        let mapping: Mapping = serde_json::from_str(&import.mapping)?;
        let head = Head::open(&app.store.keys, &import)?;
        let chosen = match seen && import.doubts > 0 {
            true => rows::chosen(app.store.db(), import.id).await?,
            false => 0,
        };
        Ok(ImportPage {
            frame,
            noun: K::NOUN,
            section: K::SECTION,
            here: K::path(import.id),
            state,
            progress: Progress::of(&import),
            sure: import.creates + import.updates + chosen,
            ignored: head.ignored(&mapping).join("、"),
            has_columns: import.file.is_some(),
            new: part(List::Create, import.creates, seen).await?,
            updates: part(List::Update, import.updates, seen).await?,
            doubts: part(List::Doubt, import.doubts, seen).await?,
            bad: part(List::Bad, import.bads, !state.is_under_way()).await?,
            late: part(List::Late, import.late, true).await?,
            kept: part(List::Kept, import.kept, true).await?,
            import,
        })
    }

    /// Rows that a job has yet to write.
    pub fn left(&self) -> i64 {
        (self.import.todo - self.import.done()).max(0)
    }

    /// Whether rows can come back as a file.
    pub fn has_returned(&self) -> bool {
        self.import.bads + self.import.doubts + self.import.late > 0 && !self.state.is_under_way()
    }
}

/// Rows of one kind.
#[derive(Template)]
#[template(path = "import_rows.html")]
pub struct ListPage {
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
    /// Name of the list in addresses.
    pub kind: &'static str,
    /// Its words.
    pub words: &'static str,
    /// How many there are.
    pub count: i64,
    /// Whether choices can still be made.
    pub may_choose: bool,
    /// The rows.
    pub lines: Vec<Line>,
    /// After which row this page begins.
    pub after: i64,
    /// After which row the next page begins.
    pub next: Option<usize>,
}

impl ListPage {
    /// One page of a list.
    pub async fn of<K: Kind>(
        app: &App,
        frame: Frame,
        import: Import,
        list: List,
        after: i64,
    ) -> web::Result<ListPage> {
        let mut lines = lines(app, &import, list, after, PAGE + 1).await?;
        let more = lines.len() > PAGE;
        lines.truncate(PAGE);
        let count = match list {
            List::Create => import.creates,
            List::Update => import.updates,
            List::Same => import.sames,
            List::Doubt => import.doubts,
            List::Bad => import.bads,
            List::Late => import.late,
            List::Kept => import.kept,
        };
        Ok(ListPage {
            frame,
            noun: K::NOUN,
            section: K::SECTION,
            here: K::path(import.id),
            file_name: import.file_name.clone(),
            kind: list.code(),
            words: list.words(),
            count,
            may_choose: list == List::Doubt && import.state() == State::Checked,
            next: lines.last().filter(|_| more).map(|line| line.number),
            lines,
            after,
        })
    }
}
