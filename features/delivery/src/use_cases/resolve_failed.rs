//! 未送达的处理: a person tries again, or leaves it.

use crate::entities::Hours;
use crate::store as rows;
use ::store::{Error, Tx};
use kernel::{Id, TreePath};
use rules::calendar::WorkingCalendar;
use serde_json::json;
use supervision::working_time;

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Messages and jobs queued again, or left.
    pub done: usize,
    /// Messages whose recipients have had one that day already.
    pub had: usize,
}

/// Queues them again, in working time; a day has one message however often it is tried.
pub async fn retry(tx: &Tx, deliveries: &[Id], jobs: &[Id]) -> Result<Resolved, Error> {
    let calendar = WorkingCalendar::national();
    let now = tx.now();
    let at = Hours::WIDEST
        .today(&calendar, now)
        .unwrap_or_else(|| working_time::next(&calendar, now));
    let mut resolved = Resolved::default();
    for id in deliveries {
        let Some(row) = rows::find_delivery(tx, *id).await? else {
            continue;
        };
        if rows::has_other_on(tx, &row, at.day()).await? {
            let left = rows::abandon(tx, *id, "当天已另有一封。").await?;
            resolved.had += usize::from(left);
        } else {
            resolved.done += usize::from(rows::retry(tx, &row, at).await?);
        }
    }
    for id in jobs {
        resolved.done += usize::from(tx.revive_job(*id).await?);
    }
    note(tx, "retry_delivery", deliveries, jobs).await?;
    Ok(resolved)
}

/// Leaves them.
pub async fn abandon(tx: &Tx, deliveries: &[Id], jobs: &[Id]) -> Result<Resolved, Error> {
    let mut resolved = Resolved::default();
    for id in deliveries {
        resolved.done += usize::from(rows::abandon(tx, *id, "已放弃。").await?);
    }
    for id in jobs {
        resolved.done += usize::from(tx.drop_job(*id).await?);
    }
    note(tx, "abandon_delivery", deliveries, jobs).await?;
    Ok(resolved)
}

async fn note(tx: &Tx, deed: &'static str, deliveries: &[Id], jobs: &[Id]) -> Result<(), Error> {
    let first = deliveries.first().or(jobs.first()).copied();
    let detail = json!({ "deliveries": deliveries, "jobs": jobs });
    let object = ("delivery", first.unwrap_or_default());
    tx.audit(deed, object, &TreePath::default(), detail).await
}
