//! Telling those concerned that a sheet was issued: a job, so that issuing to many does not wait.

use crate::{paths, store};
use ::store::{Error, params};
use futures_util::future::BoxFuture;
use kernel::{Id, Instant};
use web::App;

/// By night nobody is told anything: from 21:00 on it waits until 7:00.
fn not_by_night(now: Instant) -> Instant {
    const HOUR: i64 = 3_600_000;
    match now.clock().0 {
        0..7 => Instant::at(now.day(), 7 * HOUR),
        21.. => Instant::at(now.day().plus_days(1), 7 * HOUR),
        _ => now,
    }
}

/// The job's handler: a notice for everybody who works for an organisation that the sheet concerns.
pub fn tell(app: App, payload: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let Some(id) = payload["sheet"].as_str().and_then(|id| id.parse::<Id>().ok()) else {
            return Ok(());
        };
        let db = app.store.db();
        let Some(sheet) = store::find_sheet(db, id).await?.filter(|s| !s.voided) else {
            return Ok(());
        };
        let concerned = store::concerned(db, id).await?;
        let accounts = store::workers(db, &concerned, app.store.today()).await?;
        let words = format!("新交办单:{}({})", sheet.title, sheet.number_words());
        app.store
            .housekeeping(|tx| async move {
                for account in accounts {
                    tx.exec(
                        "INSERT INTO notice (id, account, kind, words, link, dedupe, at, show_at)
                         VALUES ($1, $2, 'sheet_issued', $3, $4, $5, $6, $7)
                         ON CONFLICT (account, dedupe) DO NOTHING",
                        params![
                            tx.new_id(), account, &words, paths::sheet(id), format!("sheet-{id}"),
                            tx.now(), not_by_night(tx.now())
                        ],
                    )
                    .await?;
                }
                Ok(())
            })
            .await
    })
}
