//! 通知学校: a sheet issued; a return, an extension, an exemption.

use crate::store::{NewNotice, add_notices, find_sheet, workers};
use crate::working_time;
use ::store::{Error, Tx, params};
use duty::store::{FACT_COLUMNS, FactRow, facts_of, find_duty, find_requirement};
use duty::{DutyRow, Key};
use futures_util::future::BoxFuture;
use kernel::Id;
use rules::calendar::WorkingCalendar;
use web::App;

/// An id in a job's payload, as text or number.
fn id_in(payload: &serde_json::Value, name: &str) -> Id {
    serde_json::from_value(payload[name].clone()).unwrap_or_default()
}

/// Job `sheet_issued` {sheet}: everybody who works for an organisation it concerns.
pub fn sheet_issued(app: App, payload: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let sheet = id_in(&payload, "sheet");
        app.store
            .housekeeping(|tx| async move { Ok(tell_of_sheet(&tx, sheet).await?) })
            .await
    })
}

async fn tell_of_sheet(tx: &Tx, id: Id) -> Result<(), Error> {
    let Some(sheet) = find_sheet(tx, id).await? else {
        return Ok(());
    };
    let sql = "SELECT t.organisation, COUNT(*) AS n FROM target t JOIN requirement r ON r.id = t.requirement
               WHERE r.source_kind = 'sheet' AND r.source = $1 AND t.applies = TRUE
               GROUP BY t.organisation ORDER BY t.organisation";
    let asked: Vec<(Id, i64)> = tx.all(sql, params![id]).await?;
    let workers = workers(tx, tx.today()).await?;
    let since = sheet.issued_at.unwrap_or(tx.now());
    let show_at = working_time::next(&WorkingCalendar::national(), since);
    let mut notices = Vec::new();
    for (organisation, n) in asked {
        let words = format!(
            "新下发：{}\n{}，涉及本组织 {n} 件。",
            sheet.title,
            sheet.label()
        );
        for account in workers.get(&organisation).into_iter().flatten() {
            notices.push(NewNotice {
                account: *account,
                kind: "sheet",
                words: words.clone(),
                link: format!("/sheets/{id}"),
                dedupe: format!("sheet:{id}"),
                show_at,
            });
        }
    }
    add_notices(tx, &notices).await?;
    Ok(())
}

/// Job `duty_fact` {fact}: what the office decided about a duty, if it still stands.
pub fn duty_fact(app: App, payload: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let fact = id_in(&payload, "fact");
        app.store
            .housekeeping(|tx| async move { Ok(tell_of_fact(&tx, fact).await?) })
            .await
    })
}

async fn tell_of_fact(tx: &Tx, id: Id) -> Result<(), Error> {
    let sql = format!("SELECT {FACT_COLUMNS} FROM fact WHERE id = $1");
    let Some(fact) = tx.find::<FactRow>(&sql, params![id]).await? else {
        return Ok(());
    };
    let key = Key {
        requirement: fact.requirement,
        organisation: fact.organisation,
    };
    let (Some(duty), Some(requirement)) = (
        find_duty(tx, key).await?,
        find_requirement(tx, key.requirement).await?,
    ) else {
        return Ok(());
    };
    if fact.kind == "returned" && was_undone(tx, &fact, key).await? {
        return Ok(());
    }
    let Some(words) = words(&fact, &requirement.title) else {
        return Ok(());
    };
    // A return waits until it can no longer be undone; the notice is dated by the deed.
    let show_at = working_time::next(&WorkingCalendar::national(), fact.at);
    let notices = concerned(tx, &duty)
        .await?
        .into_iter()
        .map(|account| NewNotice {
            account,
            kind: "duty",
            words: words.clone(),
            link: duty::paths::duty(key),
            dedupe: format!("fact:{id}"),
            show_at,
        });
    add_notices(tx, &notices.collect::<Vec<_>>()).await?;
    Ok(())
}

/// Whether the judgement was taken back, or something newer has taken its place.
async fn was_undone(tx: &Tx, fact: &FactRow, key: Key) -> Result<bool, Error> {
    const TURNS: [&str; 5] = [
        "submitted",
        "withdrawn",
        "accepted",
        "returned",
        "review_undone",
    ];
    let facts = facts_of(tx, key).await?;
    let last = facts
        .iter()
        .rev()
        .find(|f| TURNS.contains(&f.kind.as_str()));
    Ok(last.is_none_or(|last| last.id != fact.id))
}

fn words(fact: &FactRow, title: &str) -> Option<String> {
    let day = fact.day.map(|day| day.chinese()).unwrap_or_default();
    let reason = fact.reason.trim_end_matches('。');
    let title = title.replace('“', "‘").replace('”', "’");
    Some(match fact.kind.as_str() {
        "returned" => {
            let field = match fact.field.as_deref() {
                Some("file") => "材料",
                Some("record") => "记录",
                _ => "情况说明",
            };
            format!("“{title}”被退回\n要补的是{field}：{reason}。按期补正，仍按首次报送的日期计。")
        }
        "extended" => format!("“{title}”延期至{day}\n{reason}。"),
        "extension_refused" => format!("“{title}”没有同意延期\n{reason}。"),
        "exempted" => format!("“{title}”已免除，不用再办\n{reason}。"),
        "exemption_lifted" => format!("“{title}”取消免除，请继续办理\n{reason}。"),
        _ => return None,
    })
}

/// The organisation's own people, and whoever it was handed on to.
async fn concerned(tx: &Tx, duty: &DutyRow) -> Result<Vec<Id>, Error> {
    let mut accounts = workers(tx, tx.today())
        .await?
        .remove(&duty.organisation)
        .unwrap_or_default();
    accounts.extend(duty.handed_to.filter(|to| !accounts.contains(to)));
    Ok(accounts)
}
