//! 催办: only those who still owe, one digest an account, once a day.

use crate::store::{NewNotice, OwedRow, SheetRow, active, add_notices, carry, owed, workers};
use crate::working_time;
use ::store::{By, Db, Error, Fail, Tx};
use futures_util::future::BoxFuture;
use kernel::{Day, Id, Instant, TreePath};
use rules::calendar::WorkingCalendar;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use web::{Actor, App, Right};

/// What became of reminding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reminded {
    /// Organisations with something owed.
    pub organisations: usize,
    /// Duties.
    pub duties: usize,
    /// Accounts that got a notice.
    pub notices: u64,
    /// Accounts that had one for that day already.
    pub had: u64,
}

/// Reminds the organisations ticked, of a sheet, as far as they still owe.
pub async fn remind_owing(
    tx: &Tx,
    actor: &Actor,
    sheet: &SheetRow,
    organisations: &[Id],
) -> Result<Reminded, Fail<Infallible>> {
    let reach = actor.reach(Right::SendReminders);
    let rows = owed(tx, Some(&reach), Some(sheet.id), None).await?;
    let rows: Vec<OwedRow> = rows
        .into_iter()
        .filter(|row| organisations.contains(&row.organisation))
        .collect();
    let reminded = send(tx, &rows).await?;
    let detail = json!({ "organisations": reminded.organisations, "notices": reminded.notices });
    tx.audit("send_reminders", ("sheet", sheet.id), &sheet.path, detail)
        .await?;
    Ok(reminded)
}

async fn send(tx: &Tx, rows: &[OwedRow]) -> Result<Reminded, Error> {
    let show_at = working_time::next(&WorkingCalendar::national(), tx.now());
    let by_account = digests(tx, rows, tx.today()).await?;
    let notices: Vec<NewNotice> = by_account
        .iter()
        .map(|(account, rows)| digest(*account, rows, show_at))
        .collect();
    let added = add_notices(tx, &notices).await?;
    let organisations: BTreeSet<Id> = rows.iter().map(|row| row.organisation).collect();
    Ok(Reminded {
        organisations: organisations.len(),
        duties: rows.len(),
        notices: added,
        had: notices.len() as u64 - added,
    })
}

/// Who is told of what: whoever it was handed on to, else the organisation's own people.
async fn digests<'r>(
    db: &Db,
    rows: &'r [OwedRow],
    today: Day,
) -> Result<BTreeMap<Id, Vec<&'r OwedRow>>, Error> {
    let workers = workers(db, today).await?;
    let handed: BTreeSet<Id> = rows.iter().filter_map(|row| row.handed_to).collect();
    let handed: Vec<Id> = handed.into_iter().collect();
    let active = active(db, &handed).await?;
    let mut by_account: BTreeMap<Id, Vec<&OwedRow>> = BTreeMap::new();
    for row in rows {
        let own = workers
            .get(&row.organisation)
            .map_or(&[][..], Vec::as_slice);
        let to = match row.handed_to.filter(|account| active.contains(account)) {
            Some(account) => vec![account],
            None => own.to_vec(),
        };
        for account in to {
            by_account.entry(account).or_default().push(row);
        }
    }
    Ok(by_account)
}

fn digest(account: Id, rows: &[&OwedRow], show_at: Instant) -> NewNotice {
    let link = match rows {
        [one] => format!("/duties/{}-{}", one.requirement, one.organisation),
        _ => "/duties".to_owned(),
    };
    NewNotice {
        account,
        kind: "reminder",
        words: digest_words(rows, show_at.day()),
        link,
        dedupe: format!("remind:{}", show_at.day()),
        show_at,
    }
}

/// `意见征集等 3 件待办,1 件已逾期`, then each with its deadline.
pub fn digest_words(rows: &[&OwedRow], today: Day) -> String {
    const MOST_NAMED: usize = 6;
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| (row.due, row.requirement));
    let late = rows.iter().filter(|row| row.due < today).count();
    let mut words = match rows[..] {
        [] => String::new(),
        [one] => format!("提醒：“{}”还没有办", inner(&one.title)),
        [one, ..] => format!("提醒：“{}”等 {} 件还没有办", inner(&one.title), rows.len()),
    };
    if late > 0 {
        words.push_str(&format!("，其中 {late} 件已逾期"));
    }
    words.push('\n');
    let several = rows
        .iter()
        .any(|row| row.organisation != rows[0].organisation);
    let named = rows.iter().take(MOST_NAMED).map(|row| {
        let whose = if several {
            format!("{}：", row.name)
        } else {
            String::new()
        };
        format!(
            "{whose}{}（{}，{}）",
            row.title,
            row.due.short(),
            row.due.distance_words(today)
        )
    });
    words.push_str(&named.collect::<Vec<_>>().join("；"));
    if rows.len() > MOST_NAMED {
        words.push_str(&format!("等 {} 件", rows.len()));
    }
    words.push_str("。办不了可以申请延期。");
    words
}

/// Job `remind`: each working day, what falls due in three days, today, or has been late for whole
/// weeks. Queues itself for the next day first, so that a failure ends no chain.
pub fn daily(app: App, _: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        const EIGHT: i64 = 8 * 3_600_000;
        let tomorrow = app.store.today().plus_days(1);
        app.store
            .housekeeping(|tx| async move {
                let at = Instant::at(tomorrow, EIGHT);
                Ok(tx
                    .enqueue("remind", &json!({}), at, Some(&tomorrow.to_string()))
                    .await?)
            })
            .await?;
        if working_time::is_over(app.store.now()) {
            return Ok(());
        }
        duty::maintain::advance(&app.store).await?;
        remind_today(&app).await?;
        // Also on a day without a new notice: what found nobody's working hours yesterday.
        app.store
            .housekeeping(|tx| async move {
                let at = working_time::next(&WorkingCalendar::national(), tx.now());
                Ok(carry(&tx, at).await?)
            })
            .await
    })
}

/// Today's automatic reminders.
pub async fn remind_today(app: &App) -> Result<Reminded, Error> {
    let calendar = WorkingCalendar::national();
    let today = app.store.today();
    if !calendar.is_workday(today) {
        return Ok(Reminded::default());
    }
    // Three days before, moved back over the longest holiday.
    let rows = owed(app.store.db(), None, None, Some(today.plus_days(14))).await?;
    let rows: Vec<OwedRow> = rows
        .into_iter()
        .filter(|row| working_time::is_reminding_day(&calendar, row.due, today))
        .collect();
    if rows.is_empty() {
        return Ok(Reminded::default());
    }
    let outcome: Result<Reminded, Fail<Infallible>> = app
        .store
        .write(&By::system(), |tx| async move {
            let reminded = send(&tx, &rows).await?;
            let detail =
                json!({ "organisations": reminded.organisations, "notices": reminded.notices });
            let nowhere = TreePath::default();
            tx.audit("send_reminders", ("day", Id(0)), &nowhere, detail)
                .await?;
            Ok(reminded)
        })
        .await;
    outcome.map_err(only_store)
}

fn only_store(fail: Fail<Infallible>) -> Error {
    match fail {
        Fail::Store(error) => error,
        _ => Error::Schema("reminding found nothing".to_owned()),
    }
}

/// A title inside quotation marks: its own become single ones.
fn inner(title: &str) -> String {
    title.replace('“', "‘").replace('”', "’")
}
