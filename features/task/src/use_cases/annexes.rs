//! Annexes of a draft: uploaded under their number, or taken out.

use crate::entities::plan::Obstacle;
use crate::entities::sheet::Annex;
use crate::{paths, store};
use ::store::{Fail, OnceKey};
use kernel::Id;
use record::files::Offered;
use web::{Actor, App, Right};

/// Keeps the files as annexes: the first under `rank`, where a number is named, the others after
/// the last.
pub async fn add_annexes(
    app: &App,
    actor: &Actor,
    once: &OnceKey,
    id: Id,
    rank: Option<i64>,
    offered: Offered,
) -> Result<String, Fail<Obstacle>> {
    let who = actor.clone();
    app.store
        .write_once(&actor.by(), once, |tx| async move {
            let sheet = store::find_sheet(&tx, id).await?.ok_or(Fail::NotFound)?;
            if !who.can(Right::IssueSheets, &sheet.place()) {
                return Err(Fail::NotFound);
            }
            if sheet.issued_at.is_some() {
                return Err(Fail::Refused(Obstacle::NotADraft));
            }
            let known = store::annexes(&tx, id).await?;
            let mut wanted = rank;
            let mut last = known.iter().map(|a| a.rank).max().unwrap_or(0);
            let files = offered.save(&tx).await?;
            for file in &files {
                let rank = wanted.take().unwrap_or_else(|| {
                    last += 1;
                    last
                });
                last = last.max(rank);
                let name = record::files::find_file(&tx, *file)
                    .await?
                    .ok_or(Fail::NotFound)?
                    .name;
                let stem = name
                    .rsplit_once('.')
                    .map_or(name.as_str(), |(stem, _)| stem);
                let listed = known
                    .iter()
                    .find(|a| a.rank == rank)
                    .map(|a| a.title.clone());
                let title = listed
                    .filter(|t| !t.is_empty())
                    .unwrap_or_else(|| stem.to_owned());
                store::put_annex(
                    &tx,
                    id,
                    &Annex {
                        rank,
                        title,
                        file: Some(*file),
                    },
                )
                .await?;
                record::files::attach(&tx, *file, "sheet", id, rank, sheet.issuer, &sheet.place())
                    .await?;
            }
            store::touch(&tx, id).await?;
            let detail = serde_json::json!({ "files": files.len() });
            tx.audit("add_annexes", ("sheet", id), &sheet.path, detail)
                .await?;
            Ok(format!(
                "{}#annexes",
                web::reply::with_flash(&paths::draft(id), "已存附件")
            ))
        })
        .await
}

/// Takes an annex out of the draft.
pub async fn remove_annex(
    app: &App,
    actor: &Actor,
    once: &OnceKey,
    id: Id,
    rank: i64,
) -> Result<String, Fail<Obstacle>> {
    let who = actor.clone();
    app.store
        .write_once(&actor.by(), once, |tx| async move {
            let sheet = store::find_sheet(&tx, id).await?.ok_or(Fail::NotFound)?;
            if !who.can(Right::IssueSheets, &sheet.place()) {
                return Err(Fail::NotFound);
            }
            if sheet.issued_at.is_some() {
                return Err(Fail::Refused(Obstacle::NotADraft));
            }
            let annexes = store::annexes(&tx, id).await?;
            let annex = annexes
                .iter()
                .find(|a| a.rank == rank)
                .ok_or(Fail::NotFound)?;
            if let Some(file) = annex.file {
                record::files::detach(&tx, file, "sheet", id).await?;
            }
            store::drop_annex(&tx, id, rank).await?;
            store::touch(&tx, id).await?;
            tx.audit(
                "remove_annex",
                ("sheet", id),
                &sheet.path,
                serde_json::json!({}),
            )
            .await?;
            Ok(format!(
                "{}#annexes",
                web::reply::with_flash(&paths::draft(id), "已去掉附件")
            ))
        })
        .await
}
