//! Two quarters: the last one closed, this one under way with every status. Each happening is done
//! by the same use case that a page calls, on the day it happened.

use super::accounts::People;
use super::county::{County, Organisation};
use super::names::Choice;
use super::on_day;
use super::sheet::{self, PREFIX, Quarter};
use anyhow::{Context as _, Result, anyhow};
use duty::Key;
use duty::use_cases::{
    Excuse, Judgement, Submission, ask_extension, excuse_duties, hand_on_duty, review_duties,
    submit_duty,
};
use kernel::{Day, Id};
use office::official::BodyBlock;
use office::plain::PlainDocument;
use record::files::{Accept, Taken, save_taken, take_file_of};
use rules::measure::{Measure, RecordFilter, RecordQuery};
use std::path::Path;
use store::{Fail, OnceKey, params};
use task::use_cases::draft_sheet::{NewDraft, Original};
use task::use_cases::issue_sheet::Issue;
use task::use_cases::save_draft::Edit;
use web::{Actor, App};

/// Lives them through and lays the next sheet ready.
pub async fn live(app: &App, county: &County, people: &People, data: &Path) -> Result<()> {
    let today = app.store.today();
    let quarter = Quarter::around(today);
    let last = quarter.before();
    let closed = issue(app, county, people, last, &sheet::last(last)?, 5)
        .await
        .context("上季度")?;
    lectures(app, county, people, last, 70).await?;
    past(app, county, people, closed, last).await?;
    close(app, people, closed, quarter.from.plus_days(3)).await?;
    let open = issue(
        app,
        county,
        people,
        quarter,
        &sheet::current(quarter, today)?,
        0,
    )
    .await
    .context("本季度")?;
    lectures(app, county, people, quarter, 45).await?;
    present(app, county, people, open, today).await?;
    let ready = data.join("下季度任务交办单（待导入）.docx");
    std::fs::write(&ready, sheet::next(quarter.after(), today)?)?;
    println!("待导入的 Word 交办单：{}", ready.display());
    Ok(())
}

fn once(actor: &Actor, what: &str, id: Id) -> OnceKey {
    OnceKey {
        account: actor.account,
        key: format!("demo-{what}-{id}"),
    }
}

pub(super) fn said<R: kernel::Refusal>(fail: Fail<R>) -> anyhow::Error {
    match fail {
        Fail::Refused(refusal) => anyhow!("{}", refusal.words()),
        Fail::Store(error) => error.into(),
        Fail::NotFound => anyhow!("not found"),
        Fail::Stale => anyhow!("stale"),
    }
}

/// From the Word file to the issued sheet, as an officer does it.
async fn issue(
    app: &App,
    county: &County,
    people: &People,
    quarter: Quarter,
    bytes: &[u8],
    first_number: i64,
) -> Result<Id> {
    let app = on_day(app, quarter.dated(), 10)?;
    let officer = &people.officer;
    let name = format!("任务交办单{}.docx", quarter.period().chinese());
    let document = crate::parse_file(&name, bytes).map_err(|words| anyhow!(words))?;
    let reading = reading::read(&document, &reading::Options::default());
    let taken = take_file_of(
        &app,
        Accept::SheetOriginal,
        Some(officer.account),
        &name,
        bytes.to_vec(),
    )
    .await
    .map_err(|refusal| anyhow!("{}", kernel::Refusal::words(&refusal)))?;
    let new = NewDraft {
        issuer: county.department,
        original: Original::Taken(taken),
        document,
        reading,
    };
    let key = once(officer, "draft", Id(i64::from(quarter.from.month())));
    task::use_cases::draft_sheet::draft_sheet(&app, officer, &key, new)
        .await
        .map_err(said)?;
    let db = app.store.db();
    let id: Id = db.scalar("SELECT MAX(id) FROM sheet", vec![]).await?;
    let mut sheet = task::store::find_sheet(db, id)
        .await?
        .context("the draft")?;
    let mut items = task::store::items(db, id).await?;
    for item in &mut items {
        item.checked = true;
        if item.title.contains("三会一课") {
            // Lectures held in the month are offered as its evidence; the school confirms them.
            let query = RecordQuery {
                record_kind: "lecture".to_owned(),
                filter: RecordFilter::default(),
            };
            item.measure = serde_json::to_string(&Measure::Review { offer: Some(query) })?;
            item.needs_file = false;
        }
        if item.due.is_none() && item.cadence.is_empty() {
            item.due = Some(quarter.period().to);
        }
    }
    sheet.prefix = PREFIX.to_owned();
    sheet.title = "清禾县教育系统党建工作任务交办单".to_owned();
    let edit = Edit {
        key: format!("demo{id}"),
        sheet: Some(sheet),
        items,
    };
    task::use_cases::save_draft::save_draft(&app, officer, id, edit, true)
        .await
        .map_err(said)?;
    let sheet = task::store::find_sheet(app.store.db(), id)
        .await?
        .context("the draft")?;
    let issue = Issue {
        changes: sheet.changes,
        first_number: (first_number > 0).then_some(first_number),
    };
    task::use_cases::issue_sheet::issue_sheet(
        &app,
        officer,
        &once(officer, "issue", id),
        id,
        issue,
    )
    .await
    .map_err(said)?;
    Ok(id)
}

async fn close(app: &App, people: &People, sheet: Id, day: Day) -> Result<()> {
    let app = on_day(app, day, 16)?;
    let officer = &people.officer;
    let why = "季度结束，任务已逐项通报。".to_owned();
    let key = once(officer, "close", sheet);
    task::use_cases::close_sheet::close_sheet(&app, officer, &key, sheet, why, false)
        .await
        .map_err(said)?;
    Ok(())
}

store::row! {
    struct Asked {
        requirement: Id,
        organisation: Id,
        rank: i64,
        due: Day,
        title: String,
        needs_file: bool,
        status: String,
        period_key: String,
    }
}

/// What the sheet asks of whom, by item.
async fn asked(app: &App, sheet: Id) -> Result<Vec<Asked>> {
    let sql =
        "SELECT d.requirement, d.organisation, d.rank, d.due, r.title, r.needs_file, d.status,
        r.period_key FROM duty d JOIN requirement r ON r.id = d.requirement
        WHERE d.sheet = $1 AND d.not_applicable IS NULL ORDER BY d.rank, r.due, d.path";
    Ok(app.store.db().all(sql, params![sheet]).await?)
}

/// What a school writes.
fn words(title: &str, choice: &mut Choice) -> String {
    let n = 8 + choice.below(40);
    let rest = [
        "已逐项登记并明确责任人。",
        "会后已整理归档。",
        "存在的问题已列入整改清单。",
        "材料已在校内公示。",
    ];
    if title.contains("意见") {
        let (a, b) = (n / 3 + 1, n / 2 + 2);
        return format!(
            "共收集意见建议 {} 条：家长 {a} 条、教师 {b} 条、其他 3 条。{}",
            a + b + 3,
            choice.of(&rest)
        );
    }
    format!("已按要求完成{title}，参加党员 {n} 人。{}", choice.of(&rest))
}

struct Deed<'a> {
    key: Key,
    by: &'a Actor,
    text: String,
    file: Option<Taken>,
}

/// What a school writes and attaches: a list in Word where a file is asked for, and for opinions.
async fn deed<'a>(app: &App, by: &'a Actor, one: &Asked, choice: &mut Choice) -> Result<Deed<'a>> {
    let key = Key {
        requirement: one.requirement,
        organisation: one.organisation,
    };
    let text = words(&one.title, choice);
    let attaches = one.needs_file || (one.title.contains("意见") && choice.chance(80));
    let file = if attaches {
        Some(paper(app, by, &one.title, &text).await?)
    } else {
        None
    };
    Ok(Deed {
        key,
        by,
        text,
        file,
    })
}

async fn paper(app: &App, by: &Actor, title: &str, text: &str) -> Result<Taken> {
    let block = |words: &str| BodyBlock::Paragraph(words.to_owned());
    let document = PlainDocument {
        title: format!("{title}情况"),
        notes: vec![],
        blocks: vec![
            block(text),
            block("1. 家长：放学时段校门口车辆多，建议错峰。责任人已明确，月底前办结。"),
            block("2. 教师：教研活动与值班时间冲突。已调整排班。"),
            block("3. 党员：学习资料发放偏晚。已改为提前一周发放。"),
        ],
        landscape: false,
    };
    let bytes = office::plain::write(&document)?;
    let name = format!("{title}.docx");
    take_file_of(app, Accept::Evidence, Some(by.account), &name, bytes)
        .await
        .map_err(|refusal| anyhow!("{}", kernel::Refusal::words(&refusal)))
}

/// Hands in many on one day, in one transaction.
async fn submit(app: &App, day: Day, deeds: &[Deed<'_>]) -> Result<()> {
    if deeds.is_empty() {
        return Ok(());
    }
    let app = on_day(app, day, 15)?;
    let done: Result<(), Fail<duty::use_cases::DutyRefusal>> = app
        .store
        .write(&deeds[0].by.by(), |tx| async move {
            for deed in deeds {
                let tx = tx.acting_as(&deed.by.by());
                let mut files = Vec::new();
                if let Some(taken) = &deed.file {
                    files.push(save_taken(&tx, taken, Some(deed.by.account)).await?);
                }
                let what = Submission {
                    text: deed.text.clone(),
                    files,
                    records: vec![],
                };
                submit_duty(&tx, deed.by, deed.key, &what).await?;
            }
            Ok(())
        })
        .await;
    done.map_err(said)
}

async fn judge(app: &App, day: Day, officer: &Actor, keys: &[Key], what: &Judgement) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let app = on_day(app, day, 17)?;
    let done = app
        .store
        .write(&officer.by(), |tx| async move {
            review_duties(&tx, officer, keys, what).await
        })
        .await;
    done.map(|_| ()).map_err(said)
}

async fn excuse(app: &App, day: Day, officer: &Actor, key: Key, what: &Excuse) -> Result<()> {
    let app = on_day(app, day, 11)?;
    let done = app
        .store
        .write(&officer.by(), |tx| async move {
            excuse_duties(&tx, officer, &[key], what).await
        })
        .await;
    done.map(|_| ()).map_err(said)
}

pub(super) fn secretary<'a>(
    county: &County,
    people: &'a People,
    organisation: Id,
) -> Result<&'a Actor> {
    let place = county
        .organisations
        .iter()
        .position(|o| o.id == organisation);
    place
        .and_then(|i| people.secretaries.get(i))
        .context("an organisation without secretary")
}

/// Last quarter: nearly everything done, a little late, a little never.
async fn past(
    app: &App,
    county: &County,
    people: &People,
    sheet: Id,
    quarter: Quarter,
) -> Result<()> {
    let mut choice = Choice::new(3);
    let end = quarter.period().to.plus_days(2);
    let mut days: std::collections::BTreeMap<Day, Vec<Deed<'_>>> =
        std::collections::BTreeMap::new();
    for one in asked(app, sheet)
        .await?
        .iter()
        .filter(|one| one.status == "not_started")
    {
        let day = match choice.below(20) {
            0 => continue,
            1 | 2 => one.due.plus_days(1 + choice.below(4) as i32),
            _ => one.due.plus_days(-1 - choice.below(9) as i32),
        };
        let by = secretary(county, people, one.organisation)?;
        days.entry(day.min(end))
            .or_default()
            .push(deed(app, by, one, &mut choice).await?);
    }
    for (day, deeds) in &days {
        submit(app, *day, deeds).await?;
        let keys: Vec<Key> = deeds.iter().map(|deed| deed.key).collect();
        judge(
            app,
            day.plus_days(2),
            &people.officer,
            &keys,
            &Judgement::Accept,
        )
        .await?;
    }
    Ok(())
}

/// This quarter, as it stands today.
async fn present(app: &App, county: &County, people: &People, sheet: Id, today: Day) -> Result<()> {
    let mut choice = Choice::new(11);
    let all = asked(app, sheet).await?;
    let yesterday = today.plus_days(-1);
    let mut deeds: std::collections::BTreeMap<Day, Vec<(Deed<'_>, Fate)>> =
        std::collections::BTreeMap::new();
    let mut place = 0usize;
    for one in all.iter().filter(|one| one.status == "not_started") {
        place += 1;
        let Some((day, fate)) = fate_of(one, place, today, &mut choice) else {
            continue;
        };
        let by = secretary(county, people, one.organisation)?;
        let mut done = deed(app, by, one, &mut choice).await?;
        let nth = county
            .organisations
            .iter()
            .position(|o| o.id == one.organisation);
        if one.due == today && nth.is_some_and(|n| n % 5 == 4) {
            // A list without a word about it: worth opening before it is accepted.
            done.file = Some(paper(app, by, &one.title, &done.text).await?);
            done.text = String::new();
        }
        deeds
            .entry(day.min(yesterday))
            .or_default()
            .push((done, fate));
    }
    for (day, of_day) in deeds {
        let (today_deeds, fates): (Vec<_>, Vec<_>) = of_day.into_iter().unzip();
        submit(app, day, &today_deeds).await?;
        let with = |wanted: Fate| -> Vec<Key> {
            let pairs = today_deeds.iter().zip(&fates);
            pairs
                .filter(|(_, fate)| **fate == wanted)
                .map(|(deed, _)| deed.key)
                .collect()
        };
        let next = day.plus_days(1).min(today);
        judge(
            app,
            next,
            &people.officer,
            &with(Fate::Accepted),
            &Judgement::Accept,
        )
        .await?;
        for key in with(Fate::Returned) {
            judge(app, next, &people.officer, &[key], &returned(&all, key)).await?;
        }
    }
    the_rest(app, county, people, &all, today).await
}

/// Why it is returned, in words that fit what was asked.
fn returned(all: &[Asked], key: Key) -> Judgement {
    let one = all.iter().find(|one| one.requirement == key.requirement);
    let (reason, field) = match one {
        Some(one) if one.needs_file => ("材料缺审议时间和落款，请补齐后再报。", "file"),
        Some(one) if one.title.contains("课") => ("没有写明听课人数，请补上。", "text"),
        _ => ("没有写明完成时间和责任人，请补上。", "text"),
    };
    Judgement::Return {
        reason: reason.to_owned(),
        field: Some(field.to_owned()),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Accepted,
    Returned,
    Waiting,
}

/// When somebody hands an item in, and what becomes of it; none if not yet.
fn fate_of(one: &Asked, place: usize, today: Day, choice: &mut Choice) -> Option<(Day, Fate)> {
    if one.due == today {
        // The one that everybody has handed in and nobody has looked at.
        return Some((today.plus_days(-1 - (place % 4) as i32), Fate::Waiting));
    }
    let early = |choice: &mut Choice| one.due.plus_days(-1 - choice.below(8) as i32);
    if one.due < today {
        return match choice.below(20) {
            0 => None,
            1 | 2 => Some((
                one.due.plus_days(1 + choice.below(6) as i32),
                Fate::Accepted,
            )),
            3 => Some((early(choice), Fate::Returned)),
            _ => Some((early(choice), Fate::Accepted)),
        };
    }
    let soon = today.days_until(one.due) < 15;
    match choice.below(20) {
        n if soon && n < 6 => Some((today.plus_days(-2 - n as i32), Fate::Accepted)),
        n if soon && n < 9 => Some((today.plus_days(-3), Fate::Returned)),
        1 => Some((today.plus_days(-2), Fate::Waiting)),
        2 => Some((today.plus_days(-6), Fate::Accepted)),
        _ => None,
    }
}

/// An extension, an exemption, something asked for, something handed on, a draft.
async fn the_rest(
    app: &App,
    county: &County,
    people: &People,
    all: &[Asked],
    today: Day,
) -> Result<()> {
    let ahead: Vec<&Asked> = {
        let done = asked_again(app, all).await?;
        all.iter()
            .filter(|one| one.due > today && done.contains(&(one.requirement, one.organisation)))
            .collect()
    };
    let Some(first) = ahead.first() else {
        return Ok(());
    };
    let of = |nth: usize| {
        let one = ahead.get(nth * 7).copied().unwrap_or(first);
        Key {
            requirement: one.requirement,
            organisation: one.organisation,
        }
    };
    let officer = &people.officer;
    let reason = |words: &str| words.to_owned();
    let exempt = Excuse::Exempt {
        reason: reason("本学期正在撤并，由接收学校一并办理。"),
    };
    excuse(app, today.plus_days(-4), officer, of(1), &exempt).await?;
    let due = ahead.get(14).map_or(today, |one| one.due);
    let extend = Excuse::Extend {
        to: due.plus_days(10),
        reason: reason("校舍搬迁，同意延期。"),
    };
    excuse(app, today.plus_days(-3), officer, of(2), &extend).await?;
    let asking = of(3);
    let by = secretary(county, people, asking.organisation)?.clone();
    let due = ahead.get(21).map_or(today, |one| one.due);
    let then = on_day(app, today.plus_days(-1), 16)?;
    let done = then
        .store
        .write(&by.by(), |tx| {
            let by = by.clone();
            async move {
                ask_extension(&tx, &by, asking, due.plus_days(5), "组织委员外出培训。").await
            }
        })
        .await;
    done.map_err(said)?;
    hand_on_one(app, county, people, &ahead, today).await
}

/// Keys of what is still open.
async fn asked_again(app: &App, all: &[Asked]) -> Result<std::collections::BTreeSet<(Id, Id)>> {
    let sheet: Id = app
        .store
        .db()
        .scalar(
            "SELECT source FROM requirement WHERE id = $1",
            params![all.first().map(|a| a.requirement).unwrap_or_default()],
        )
        .await?;
    let open = asked(app, sheet).await?;
    let open = open.iter().filter(|one| one.status == "not_started");
    Ok(open
        .map(|one| (one.requirement, one.organisation))
        .collect())
}

async fn hand_on_one(
    app: &App,
    county: &County,
    people: &People,
    ahead: &[&Asked],
    today: Day,
) -> Result<()> {
    let sql = "SELECT g.account FROM role_grant g JOIN node n ON n.id = g.node
               WHERE n.path >= $1 AND n.path < $2 AND g.role = 'committee_member' ORDER BY g.id LIMIT 1";
    for one in ahead.iter().skip(1) {
        let organisation = county
            .organisations
            .iter()
            .find(|o| o.id == one.organisation);
        let Some(Organisation { path, .. }) = organisation else {
            continue;
        };
        let colleague: Option<(Id,)> = app.store.db().find(sql, params![path, path.end()]).await?;
        let Some((to,)) = colleague else { continue };
        let key = Key {
            requirement: one.requirement,
            organisation: one.organisation,
        };
        let by = secretary(county, people, one.organisation)?.clone();
        let then = on_day(app, today.plus_days(-2), 9)?;
        let done = then
            .store
            .write(&by.by(), |tx| {
                let by = by.clone();
                async move { hand_on_duty(&tx, &by, key, to, "请先起草，周五前给我。").await }
            })
            .await;
        return done.map_err(said);
    }
    Ok(())
}

/// Lectures and lessons that some have recorded: they answer their items by themselves.
async fn lectures(
    app: &App,
    county: &County,
    people: &People,
    quarter: Quarter,
    percent: usize,
) -> Result<()> {
    super::life::keep_lectures(app, county, people, quarter, percent).await
}
