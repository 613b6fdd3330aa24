//! 安排送达: who is written to today. Runs whenever notices become visible.

use crate::entities::{Hours, Kind};
use crate::store::{self as rows, ChannelRow};
use ::store::{Db, Error, Tx};
use futures_util::future::BoxFuture;
use kernel::{Id, Instant};
use rules::calendar::WorkingCalendar;
use supervision::store::{OwedRow, carry, owed};
use supervision::working_time;
use web::{App, Reach};

/// Days after which a settled message is forgotten.
const KEPT_DAYS: i32 = 60;

/// Job `plan_deliveries` {}.
pub fn plan_deliveries(app: App, _: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        app.store
            .housekeeping(|tx| async move { Ok(plan(&tx).await?) })
            .await
    })
}

async fn plan(tx: &Tx) -> Result<(), Error> {
    let calendar = WorkingCalendar::national();
    let now = tx.now();
    // Stopped over night, started again: not before working time.
    let opens = working_time::next(&calendar, now);
    if opens > now {
        return carry(tx, opens).await;
    }
    rows::forget_old(tx, now.day().plus_days(-KEPT_DAYS)).await?;
    let channels = rows::channels(tx).await?;
    for channel in channels.iter().filter(|channel| channel.enabled) {
        match channel.kind() {
            Kind::Email => letters(tx, &calendar, channel.id, now).await?,
            Kind::Wecom | Kind::Dingtalk => post(tx, &calendar, channel, now).await?,
        }
    }
    Ok(())
}

/// A letter to each who has something unread and has had none today, at their hour. Whose hours
/// are over is told on the next working day.
async fn letters(
    tx: &Tx,
    calendar: &WorkingCalendar,
    channel: Id,
    now: Instant,
) -> Result<(), Error> {
    for told in rows::to_be_told(tx, channel, now).await? {
        let hours = Hours::within_widest(told.from_hour, told.to_hour);
        if let Some(at) = hours.today(calendar, now) {
            rows::open_delivery(tx, channel, told.account, at).await?;
        }
    }
    Ok(())
}

/// A message to a group on a day when something in its range is reminded of.
async fn post(
    tx: &Tx,
    calendar: &WorkingCalendar,
    channel: &ChannelRow,
    now: Instant,
) -> Result<(), Error> {
    const GROUP: Id = Id(0);
    let today = now.day();
    if rows::delivery_of_day(tx, channel.id, GROUP, today).await? {
        return Ok(());
    }
    let owed = owed_in_range(tx, channel.node, today.plus_days(14)).await?;
    let reminded = |row: &OwedRow| working_time::is_reminding_day(calendar, row.due, today);
    if owed.iter().any(reminded) {
        rows::open_delivery(tx, channel.id, GROUP, now).await?;
    }
    Ok(())
}

/// What is owed in a robot's range up to a day, where its node lies now.
pub(crate) async fn owed_in_range(
    db: &Db,
    node: Option<Id>,
    due_to: kernel::Day,
) -> Result<Vec<OwedRow>, Error> {
    let Some(node) = node else {
        return owed(db, None, None, Some(due_to)).await;
    };
    let Some(found) = rows::range_of(db, node).await? else {
        return Ok(Vec::new());
    };
    let mut reach = Reach::default();
    if found.category == "zone" {
        reach.zones.push(node);
    } else {
        reach.subtrees.push(found.path);
    }
    owed(db, Some(&reach), None, Some(due_to)).await
}
