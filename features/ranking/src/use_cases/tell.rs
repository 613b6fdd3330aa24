//! 通知: each organisation of its own line, of the answer to its objection, of the publication.

use crate::entities::{Edition, Line, Ranking};
use crate::{paths, store};
use ::store::{Error, Tx};
use futures_util::future::BoxFuture;
use kernel::{Id, Instant};
use rules::calendar::WorkingCalendar;
use supervision::store::{NewNotice, add_notices, workers};
use supervision::working_time;
use web::App;

/// An id in a job's payload, as text or number.
fn id_in(payload: &serde_json::Value, name: &str) -> Id {
    serde_json::from_value(payload[name].clone()).unwrap_or_default()
}

fn shown(from: Instant) -> Instant {
    working_time::next(&WorkingCalendar::national(), from)
}

/// Job `ranking_sent` {ranking}: everybody who works for an organisation in it, of its own line.
pub fn ranking_sent(app: App, payload: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let id = id_in(&payload, "ranking");
        app.store
            .housekeeping(|tx| async move { Ok(tell_of_lines(&tx, id).await?) })
            .await
    })
}

async fn tell_of_lines(tx: &Tx, id: Id) -> Result<(), Error> {
    let (Some(ranking), Some(edition)) = (
        store::find_ranking(tx, id).await?,
        store::edition(tx, id, Some(1)).await?,
    ) else {
        return Ok(());
    };
    let (Some(until), Some(sent)) = (ranking.objections_until, ranking.sent_at) else {
        return Ok(());
    };
    let show_at = shown(sent);
    let words = |line: &Line| {
        format!(
            "排名送核：请核对本组织的成绩\n{}。{}{}前可提异议。",
            ranking.title,
            own_words(line),
            until.chinese()
        )
    };
    tell_each(tx, &ranking, &edition, ("sent", show_at), words).await
}

/// `得分 95.83，第 3 名（共 44 个）。`
fn own_words(line: &Line) -> String {
    match (line.ranks, &line.unranked) {
        (Some(ranks), _) => format!(
            "得分 {}，第 {} 名（共 {} 个）。",
            line.score_words(),
            ranks.whole.place,
            ranks.whole.of
        ),
        (None, Some(why)) => format!("本次列入但不排名：{}。", why.words()),
        (None, None) => String::new(),
    }
}

async fn tell_each(
    tx: &Tx,
    ranking: &Ranking,
    edition: &Edition,
    (what, show_at): (&str, Instant),
    words: impl Fn(&Line) -> String,
) -> Result<(), Error> {
    let workers = workers(tx, tx.today()).await?;
    let mut notices = Vec::new();
    for line in &edition.lines {
        for account in workers.get(&line.organisation).into_iter().flatten() {
            notices.push(NewNotice {
                account: *account,
                kind: "ranking",
                words: words(line),
                link: paths::ranking(ranking.id),
                dedupe: format!("ranking:{}:{what}:{}", ranking.id, line.organisation),
                show_at,
            });
        }
    }
    add_notices(tx, &notices).await?;
    Ok(())
}

/// Job `objection_answered` {objection}: the organisation that objected.
pub fn objection_answered(
    app: App,
    payload: serde_json::Value,
) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let id = id_in(&payload, "objection");
        app.store
            .housekeeping(|tx| async move { Ok(tell_of_answer(&tx, id).await?) })
            .await
    })
}

async fn tell_of_answer(tx: &Tx, id: Id) -> Result<(), Error> {
    let Some(objection) = store::find_objection(tx, id).await? else {
        return Ok(());
    };
    let answer = objection.answer.clone().unwrap_or_default();
    let words = format!(
        "对排名的异议有了答复：{}\n{}。",
        objection.outcome(),
        answer.trim_end_matches('。')
    );
    let workers = workers(tx, tx.today()).await?;
    let show_at = shown(objection.answered_at.unwrap_or(tx.now()));
    let own = workers.get(&objection.organisation).into_iter().flatten();
    let notices = own.map(|account| NewNotice {
        account: *account,
        kind: "ranking",
        words: words.clone(),
        link: paths::objection(objection.ranking, id),
        dedupe: format!("objection:{id}"),
        show_at,
    });
    add_notices(tx, &notices.collect::<Vec<_>>()).await?;
    Ok(())
}

/// Job `ranking_published` {ranking, edition}: the organisations in it.
pub fn ranking_published(
    app: App,
    payload: serde_json::Value,
) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let id = id_in(&payload, "ranking");
        let number = payload["edition"].as_i64();
        app.store
            .housekeeping(|tx| async move { Ok(tell_of_publication(&tx, id, number).await?) })
            .await
    })
}

async fn tell_of_publication(tx: &Tx, id: Id, number: Option<i64>) -> Result<(), Error> {
    let (Some(ranking), Some(edition)) = (
        store::find_ranking(tx, id).await?,
        store::edition(tx, id, number).await?,
    ) else {
        return Ok(());
    };
    let Some(published) = edition.published.clone() else {
        return Ok(());
    };
    // Before this edition another one was public: then it is a correction.
    let earlier = store::editions(tx, id).await?;
    let again = earlier
        .iter()
        .any(|e| e.number < edition.number && e.published.is_some());
    let head = if again {
        "排名更正"
    } else {
        "排名公布"
    };
    let words = |line: &Line| {
        let tail = if line.tail {
            "请在季度例会上作情况说明。"
        } else {
            ""
        };
        format!("{head}：{}\n{}{tail}", ranking.title, own_words(line))
    };
    let what = format!("published{}", edition.number);
    tell_each(tx, &ranking, &edition, (&what, shown(published.at)), words).await
}
