//! Lectures and lessons that some organisations recorded: they answer their items by themselves.

use super::accounts::People;
use super::county::{County, Organisation};
use super::names::Choice;
use super::on_day;
use super::sheet::Quarter;
use anyhow::{Result, anyhow};
use kernel::{Day, Id};
use record::kinds::Subkind;
use record::use_cases::{Attendance, NewRecord, RecordRefusal, Speaker, keep_record};
use std::collections::BTreeMap;
use store::{Fail, params};
use web::{Actor, App};

const TOPICS: [&str; 6] = [
    "以党建引领课堂改革",
    "教育强县我们怎么干",
    "学习身边的好老师",
    "守住师德底线",
    "读懂学生这本书",
    "从一节好课说起",
];
const LESSONS: [&str; 6] = [
    "《草船借箭》",
    "《分数的意义》",
    "《背影》",
    "《光的折射》",
    "《我的家乡》",
    "《平移与旋转》",
];

struct Planned<'a> {
    organisation: &'a Organisation,
    by: &'a Actor,
    subkind: Subkind,
    title: String,
    young: bool,
}

/// So many of a hundred organisations record what they held in the quarter, each on its own day.
pub async fn keep_lectures(
    app: &App,
    county: &County,
    people: &People,
    quarter: Quarter,
    percent: usize,
) -> Result<()> {
    let mut choice = Choice::new(u64::from(quarter.from.month().unsigned_abs()) + 40);
    let last = quarter.period().to.min(app.store.today().plus_days(-1));
    let span = usize::try_from(quarter.from.plus_days(10).days_until(last))
        .unwrap_or(1)
        .max(1);
    let mut days: BTreeMap<Day, Vec<Planned<'_>>> = BTreeMap::new();
    for (i, (organisation, by)) in county
        .organisations
        .iter()
        .zip(&people.secretaries)
        .enumerate()
    {
        for subkind in [
            Subkind::SecretaryLecture,
            Subkind::ReportLesson,
            Subkind::DemonstrationLesson,
            Subkind::PartyLecture,
            Subkind::YouthLecture,
        ] {
            let wanted = match subkind {
                Subkind::DemonstrationLesson => percent / 2,
                Subkind::YouthLecture if i >= 20 => 0,
                _ => percent,
            };
            if !choice.chance(wanted) {
                continue;
            }
            let day = quarter
                .from
                .plus_days(10 + choice.below(span) as i32)
                .min(last);
            let lesson = matches!(
                subkind,
                Subkind::ReportLesson | Subkind::DemonstrationLesson
            );
            let title = if lesson {
                choice.of(&LESSONS)
            } else {
                choice.of(&TOPICS)
            }
            .to_owned();
            let young = subkind == Subkind::ReportLesson;
            days.entry(day).or_default().push(Planned {
                organisation,
                by,
                subkind,
                title,
                young,
            });
        }
    }
    for (day, planned) in days {
        keep(app, day, &planned).await?;
    }
    Ok(())
}

async fn keep(app: &App, day: Day, planned: &[Planned<'_>]) -> Result<()> {
    let then = on_day(app, day, 18)?;
    let speakers = speakers(app, day, planned).await?;
    let (then, speakers) = (&then, &speakers);
    let kept: Result<(), Fail<RecordRefusal>> = then
        .store
        .write(&planned[0].by.by(), |tx| async move {
            for (one, speaker) in planned.iter().zip(speakers) {
                let Some(speaker) = speaker else { continue };
                let new = NewRecord {
                    organisation: one.organisation.id,
                    subkind: one.subkind,
                    day,
                    title: one.title.clone(),
                    content: String::new(),
                    speaker: Speaker::Member(*speaker),
                    attendance: Attendance::Counted {
                        attended: 18,
                        expected: 20,
                    },
                    audience: if one.subkind == Subkind::YouthLecture {
                        120
                    } else {
                        0
                    },
                    files: vec![],
                };
                keep_record(then, &tx.acting_as(&one.by.by()), new).await?;
            }
            Ok(())
        })
        .await;
    kept.map_err(|fail| match fail {
        Fail::Refused(refusal) => anyhow!("{}", kernel::Refusal::words(&refusal)),
        other => anyhow!("{other:?}"),
    })
}

/// The secretary of that day; for a young teacher's lesson somebody of at most 35, where there is one.
async fn speakers(app: &App, day: Day, planned: &[Planned<'_>]) -> Result<Vec<Option<Id>>> {
    let youngest = "SELECT id FROM member WHERE path >= $1 AND path < $2 AND birth > $3
                    AND ended_on IS NULL ORDER BY birth DESC, id LIMIT 1";
    let secretary = "SELECT member FROM post WHERE node = $1 AND kind = 'secretary'
        AND member IS NOT NULL AND from_day <= $2 AND (to_day IS NULL OR to_day >= $2) ORDER BY id LIMIT 1";
    let limit = day.plus_months(-12 * 36);
    let mut speakers = Vec::new();
    for one in planned {
        let path = &one.organisation.path;
        let found: Option<(Id,)> = if one.young {
            app.store
                .db()
                .find(youngest, params![path, path.end(), limit])
                .await?
        } else {
            app.store
                .db()
                .find(secretary, params![one.organisation.id, day])
                .await?
        };
        speakers.push(found.map(|(id,)| id));
    }
    Ok(speakers)
}
