//! 导出: a list as a workbook, under one form of name, row by row.

use crate::failure::{Failure, Result};
use crate::{Actor, App, reply};
use kernel::{Day, Id, TreePath};
use office::OfficeError;
use office::xlsx::{SheetOut, Value, Workbook, write, write_rows};
use std::convert::Infallible;
use store::Fail;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Rows that an export asks its list for at once.
pub const CHUNK: usize = 2_000;
/// Chunks that may wait for the writer; with [`CHUNK`] this bounds what an export holds in memory.
const WAITING: usize = 2;

/// 文件名: `单位_内容_日期.xlsx`, without the characters that Windows refuses.
pub fn file_name(unit: &str, content: &str, day: Day, ending: &str) -> String {
    let clean = |text: &str| -> String {
        let refused = |c: char| r#"\/:*?"<>|"#.contains(c) || c.is_control();
        text.trim()
            .chars()
            .map(|c| if refused(c) { '_' } else { c })
            .collect()
    };
    let day = day.to_string().replace('-', "");
    format!("{}_{}_{day}.{ending}", clean(unit), clean(content))
}

/// 单位: whose name a file carries that shows what somebody sees.
pub fn unit(app: &App, actor: &Actor) -> String {
    actor
        .home()
        .map_or_else(|| app.county.clone(), |grant| grant.node_name.clone())
}

/// `…（截至2026年11月20日）`: the heading of an exported list.
pub fn title(app: &App, words: &str) -> Option<String> {
    Some(format!("{words}（截至{}）", app.store.today().chinese()))
}

/// A workbook that is here in full, as a file: templates, and tables that are no longer than a page.
pub fn file(app: &App, unit: &str, content: &str, sheets: Vec<SheetOut>) -> Result {
    let name = file_name(unit, content, app.store.today(), "xlsx");
    let bytes = write(&Workbook { sheets }).map_err(|_| unwritten())?;
    reply::attachment(&name, reply::XLSX, bytes)
}

/// 导出留痕: that members' data left the system, how much of it and why; never what it was.
pub async fn tell(
    app: &App,
    actor: &Actor,
    action: &'static str,
    place: (&'static str, Id, &TreePath),
    detail: serde_json::Value,
) -> Result<()> {
    let (kind, id, path) = place;
    app.store
        .write::<_, Infallible, _, _>(&actor.by(), |tx| async move {
            tx.audit(action, (kind, id), path, detail).await?;
            Ok(())
        })
        .await
        .map_err(|fail| match fail {
            Fail::Refused(never) => match never {},
            Fail::NotFound | Fail::Stale => unwritten(),
            Fail::Store(error) => Failure::Broken(error),
        })
}

/// 导出中: a sheet being written while its rows are still read. Memory does not grow with the rows;
/// there is no most.
pub struct Export {
    name: String,
    rows: mpsc::Sender<Vec<Vec<Value>>>,
    made: JoinHandle<std::result::Result<Vec<u8>, OfficeError>>,
}

impl Export {
    /// Begins the file; the rows of `sheet` itself are not written.
    pub fn begin(app: &App, unit: &str, content: &str, sheet: SheetOut) -> Export {
        let (rows, mut taken) = mpsc::channel::<Vec<Vec<Value>>>(WAITING);
        let made = tokio::task::spawn_blocking(move || {
            let chunks = std::iter::from_fn(|| taken.blocking_recv());
            write_rows(&sheet, chunks.flatten())
        });
        Export {
            name: file_name(unit, content, app.store.today(), "xlsx"),
            rows,
            made,
        }
    }

    /// The next rows, as many as the columns have cells.
    pub async fn rows(&self, rows: Vec<Vec<Value>>) -> Result<()> {
        self.rows.send(rows).await.map_err(|_| unwritten())
    }

    /// The file, once every row was given.
    pub async fn reply(self) -> Result {
        drop(self.rows);
        let bytes = self.made.await.map_err(|_| unwritten())?;
        reply::attachment(&self.name, reply::XLSX, bytes.map_err(|_| unwritten())?)
    }
}

fn unwritten() -> Failure {
    Failure::Broken(store::Error::Schema(
        "a workbook was not written".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_unit_content_and_day() {
        let day: Day = "2026-11-20".parse().unwrap();
        assert_eq!(
            file_name("第一中学党支部", "待办", day, "xlsx"),
            "第一中学党支部_待办_20261120.xlsx"
        );
        assert_eq!(
            file_name("甲/乙", " 进度:“三会一课” ", day, "csv"),
            "甲_乙_进度_“三会一课”_20261120.csv"
        );
    }
}
