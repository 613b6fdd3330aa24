//! 为什么: one duty explained: what counted, what is missing, until when, by which source.

use crate::paths;
use crate::store;
use crate::tally::{Look, look_of};
use askama::Template;
use axum::extract::{Path, Query, State};
use duty::store::{FactRow, facts_of, find_duty, find_requirement};
use duty::use_cases::{may_review, may_see};
use duty::{DutyRow, Key};
use kernel::{Day, Id};
use rules::duty::{Line, Status};
use web::{Actor, App, Failure, Frame, Place, Right};

#[derive(Template)]
#[template(path = "why.html")]
struct WhyPage {
    frame: Frame,
    key: Key,
    here: String,
    board: Option<String>,
    look: Look,
    organisation: String,
    title: String,
    due: Day,
    grounds: Vec<Ground>,
    records: Vec<Counted>,
    missing: Vec<String>,
    history: Vec<(String, String)>,
    demand: String,
    source: String,
    extension_asked: Option<Day>,
    exempt: bool,
    excuses: bool,
    reviews: bool,
    reminds: Option<String>,
}

/// One ground of the answer.
struct Ground {
    holds: bool,
    words: String,
    small: String,
}

/// A record that counts.
struct Counted {
    id: Id,
    words: String,
}

/// `GET /progress/{sheet}/{key}`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Path((sheet, key)): Path<(String, String)>,
    Query(query): super::Said,
) -> web::Result {
    let db = app.store.db();
    let (sheet, key) = (
        super::id(&sheet)?,
        key.parse::<Key>().map_err(|_| Failure::NotFound)?,
    );
    let duty = find_duty(db, key)
        .await?
        .filter(|d| d.sheet == sheet)
        .ok_or(Failure::NotFound)?;
    if !may_see(&actor, &duty) {
        return Err(Failure::NotFound);
    }
    let requirement = find_requirement(db, key.requirement)
        .await?
        .ok_or(Failure::NotFound)?;
    let facts = facts_of(db, key).await?;
    let target = store::target_words(db, key).await?;
    let (organisation, because) = target.ok_or(Failure::NotFound)?;
    let counted: Vec<Id> = serde_json::from_str(&duty.counted)?;
    let look = look_of(&duty.status, duty.overdue, duty.not_applicable.is_none());
    let place = Place::new(&duty.path, duty.zone);
    let open = requirement.closed_at.is_none() && duty.not_applicable.is_none();
    let sees_board = actor.can(Right::SeeProgress, &place);
    let owed = is_owed(&duty);
    web::page(&WhyPage {
        frame: Frame::new(
            &app,
            &actor,
            paths::PROGRESS,
            &format!("为什么是“{}”", look.words),
        )
        .await?
        .saying(query.get("said").cloned()),
        here: paths::cell(sheet, key),
        board: sees_board.then(|| paths::board(sheet)),
        grounds: grounds(&duty, &requirement, &because)?,
        records: records(db, &counted).await?,
        missing: serde_json::from_str(&duty.missing)?,
        history: history(&facts, &requirement),
        source: requirement.source_words,
        demand: requirement.demand,
        title: requirement.title,
        due: duty.due,
        extension_asked: duty.extension_asked,
        exempt: duty.status == Status::Exempt.code(),
        excuses: open && actor.can(Right::ExcuseDuties, &place),
        reviews: open && duty.status == Status::AwaitingReview.code() && may_review(&actor, &duty),
        reminds: (open && owed && actor.can(Right::SendReminders, &place))
            .then(|| format!("{}?organisation={}", paths::remind(sheet), key.organisation)),
        organisation,
        look,
        key,
    })
}

/// 是否尚欠, of a kept row.
fn is_owed(duty: &DutyRow) -> bool {
    duty.not_applicable.is_none()
        && Status::from_code(&duty.status)
            .is_some_and(|s| !s.is_settled() && s != Status::AwaitingReview)
}

fn grounds(
    duty: &DutyRow,
    requirement: &duty::store::RequirementRow,
    because: &str,
) -> web::Result<Vec<Ground>> {
    let issued = requirement.issued_at.day().short();
    let mut grounds = vec![match &duty.not_applicable {
        None => Ground {
            holds: true,
            words: "适用于本组织".to_owned(),
            small: format!(
                "条件“{}”，{because}；下发时（{issued}）固定",
                requirement.who_words
            ),
        },
        Some(why) => Ground {
            holds: false,
            words: format!("不适用：{why}"),
            small: format!("条件“{}”；下发时（{issued}）固定", requirement.who_words),
        },
    }];
    grounds.push(Ground {
        holds: !duty.overdue && duty.on_time != Some(false),
        words: format!("期限 {}", duty.due.chinese()),
        small: match duty.due == requirement.due {
            true if requirement.due_words.is_empty() => "没有延期".to_owned(),
            true => format!("原文“{}”；没有延期", requirement.due_words),
            false => format!("原为 {}", requirement.due.chinese()),
        },
    });
    if let Some(day) = duty.submitted_on {
        let timely = if duty.on_time == Some(false) {
            "逾期"
        } else {
            "按时"
        };
        grounds.push(Ground {
            holds: duty.on_time != Some(false),
            words: format!("{}报送，{timely}", day.chinese()),
            small: String::new(),
        });
    }
    let settled = Status::from_code(&duty.status).is_some_and(Status::is_settled);
    for line in serde_json::from_str::<Vec<Line>>(&duty.because)? {
        // The deadline and what does not apply were said above, what is missing is said below.
        let said = ["期限", "不适用：", "尚缺："]
            .iter()
            .any(|head| line.words.starts_with(head));
        if !said {
            grounds.push(Ground {
                holds: settled || !line.words.contains("退回"),
                small: line.day.map(|day| day.chinese()).unwrap_or_default(),
                words: line.words,
            });
        }
    }
    Ok(grounds)
}

async fn records(db: &::store::Db, ids: &[Id]) -> web::Result<Vec<Counted>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = store::record_titles(db, ids).await?;
    let words = |(id, day, title): (Id, Day, String)| Counted {
        id,
        words: format!("{}“{title}”", day.short()),
    };
    Ok(rows.into_iter().map(words).collect())
}

fn history(facts: &[FactRow], requirement: &duty::store::RequirementRow) -> Vec<(String, String)> {
    let of = |fact: &FactRow| {
        let reason = if fact.reason.is_empty() {
            String::new()
        } else {
            format!("：{}", fact.reason)
        };
        let day = fact
            .day
            .map(|day| format!("至 {}", day.short()))
            .unwrap_or_default();
        let words = match fact.kind.as_str() {
            "started" => "开始填写".to_owned(),
            "handed_on" => format!("转交 {}", fact.handed_name.clone().unwrap_or_default()),
            "submitted" => "报送".to_owned(),
            "withdrawn" => "撤回".to_owned(),
            "returned" => format!("退回{reason}"),
            "accepted" => "审核通过".to_owned(),
            "review_undone" => "撤销审核".to_owned(),
            "extension_asked" => format!("申请延期{day}{reason}"),
            "extension_refused" => format!("不同意延期{reason}"),
            "extended" => format!("延期{day}{reason}"),
            "exempted" => format!("免除{reason}"),
            "exemption_lifted" => format!("取消免除{reason}"),
            other => other.to_owned(),
        };
        (words, format!("{} · {}", fact.at.chinese(), fact.by_name))
    };
    let issued = ("下发".to_owned(), requirement.issued_at.chinese());
    facts
        .iter()
        .rev()
        .map(of)
        .chain(std::iter::once(issued))
        .collect()
}
