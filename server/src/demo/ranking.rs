//! Last quarter ranked: sent to be checked, objected to twice, corrected once, published. Each step
//! only if its day has come.

use super::accounts::People;
use super::county::County;
use super::on_day;
use super::quarter::{said, secretary};
use super::sheet::{PREFIX, Quarter};
use anyhow::{Context as _, Result};
use kernel::{Day, Id};
use ranking::entities::{Audience, Edition, ItemLine, Line};
use ranking::figures::period_words;
use ranking::store::{edition, find_ranking, objections};
use ranking::use_cases::{
    Answer, Draft, answer_objection, draft_ranking, object_to_ranking, publish_ranking,
    send_ranking,
};
use rules::calendar::WorkingCalendar;
use rules::score::{Scoring, Standing};
use web::{Actor, App};

/// Lives it through as far as today.
pub async fn live(app: &App, county: &County, people: &People) -> Result<()> {
    let today = app.store.today();
    let quarter = Quarter::around(today).before();
    // After the quarter's sheet is closed, on working days.
    let begins = workday(quarter.after().from.plus_days(4), 1);
    if begins > today {
        return Ok(());
    }
    let id = send(app, county, &people.officer, quarter, begins).await?;
    let first = edition(app.store.db(), id, None)
        .await?
        .context("the first edition")?;
    let objected = workday(begins, 2);
    let answered = workday(begins, 3);
    if answered > today {
        return Ok(());
    }
    for (standing, words) in [
        (
            Standing::Late,
            "期限当天乡镇停电断网，第二天一早补报，请核实。",
        ),
        (Standing::Owed, "这一项已经交过纸质材料，请核实。"),
    ] {
        object(app, county, people, (&first, objected), standing, words).await?;
    }
    answer(app, &people.officer, id, answered).await?;
    publish(app, &people.officer, id, today).await
}

/// The n-th working day after that day.
fn workday(day: Day, n: u32) -> Day {
    WorkingCalendar::national().add_workdays(day, n).day
}

async fn send(
    app: &App,
    county: &County,
    officer: &Actor,
    quarter: Quarter,
    day: Day,
) -> Result<Id> {
    let draft = Draft {
        issuer: Some(county.department),
        title: format!("{}党建工作排名", period_words(quarter.period())),
        from: Some(quarter.period().from),
        to: Some(quarter.period().to),
        sheets: Vec::new(),
        audience: Audience::Meeting,
        objection_days: i64::from(Scoring::shipped().on(day).objection_workdays),
        prefix: PREFIX.to_owned(),
        recipients: "各基层党组织".to_owned(),
        signer: String::new(),
    };
    let then = on_day(app, day, 10)?;
    let done = then
        .store
        .write(&officer.by(), |tx| {
            let draft = draft.clone();
            async move {
                let id = draft_ranking(&tx, officer, &draft).await?;
                send_ranking(&tx, officer, id, 1).await?;
                Ok(id)
            }
        })
        .await;
    done.map_err(said)
}

/// The first organisation with an item that stands so objects to it.
async fn object(
    app: &App,
    county: &County,
    people: &People,
    (edition, day): (&Edition, Day),
    standing: Standing,
    words: &str,
) -> Result<()> {
    let wanted = |item: &&ItemLine| item.standing == standing;
    let found = edition.lines.iter().find_map(|line: &Line| {
        let by = secretary(county, people, line.organisation).ok()?;
        let item = line.substantive().find(wanted)?;
        Some((by, line.organisation, item.requirement))
    });
    let Some((by, organisation, item)) = found else {
        return Ok(());
    };
    let then = on_day(app, day, 15)?;
    let done = then
        .store
        .write(&by.by(), |tx| async move {
            let at = (edition.ranking, organisation);
            object_to_ranking(&tx, by, at, Some(item), words).await
        })
        .await;
    done.map(|_| ()).map_err(said)
}

/// The one about a late item is upheld, the other is not.
async fn answer(app: &App, officer: &Actor, id: Id, day: Day) -> Result<()> {
    let db = app.store.db();
    let then = on_day(app, day, 16)?;
    for objection in objections(db, id, None).await? {
        let standing = edition(db, id, None).await?.and_then(|edition| {
            let line = edition.line(objection.organisation)?.clone();
            let of_it = |item: &ItemLine| Some(item.requirement) == objection.requirement;
            line.items.into_iter().find(of_it).map(|item| item.standing)
        });
        let upheld = standing == Some(Standing::Late);
        let words = match upheld {
            true => "经向供电部门核实，期限当日确因停电无法报送，按按时计。",
            false => "经核对，期限内没有收到纸质材料，也没有在系统报送，维持原结果。",
        };
        let answer = Answer {
            upheld: Some(upheld),
            item: objection.requirement,
            standing: upheld.then_some(Standing::OnTime),
            words: words.to_owned(),
        };
        let done = then
            .store
            .write(&officer.by(), |tx| {
                let answer = answer.clone();
                async move {
                    let ranking = find_ranking(&tx, id).await?;
                    let version = ranking.map_or(0, |ranking| ranking.version);
                    answer_objection(&tx, officer, (id, objection.id), (version, &answer)).await
                }
            })
            .await;
        done.map_err(said)?;
    }
    Ok(())
}

/// On the first working day after the days to object.
async fn publish(app: &App, officer: &Actor, id: Id, today: Day) -> Result<()> {
    let ranking = find_ranking(app.store.db(), id)
        .await?
        .context("the ranking")?;
    let until = ranking.objections_until.context("its last day")?;
    let day = workday(until, 1);
    if day > today {
        return Ok(());
    }
    let then = on_day(app, day, 9)?;
    let done = then
        .store
        .write(&officer.by(), |tx| async move {
            publish_ranking(&tx, officer, (id, ranking.version), None).await
        })
        .await;
    done.map(|_| ()).map_err(said)
}
