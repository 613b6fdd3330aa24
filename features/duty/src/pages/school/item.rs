//! One duty: the demand and its source, evidence already held, what was handed in, what happened.

use super::rows::{self, Colleague, HeldRecord};
use crate::store::{DutyRow, FactRow, Key, RequirementRow, facts_of, find_duty, find_requirement};
use crate::use_cases::{Draft, find_draft, may_review, may_see, may_work};
use crate::{pages::tag_class, paths};
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::{Day, Id};
use record::files::FileRow;
use rules::burden::minutes_words;
use rules::duty::{Line, NextStep, Status};
use rules::measure::{Measure, Speaker};
use serde::Deserialize;
use web::{Actor, App, Failure, FieldErrors, Frame, Right};

/// What the address may say.
#[derive(Deserialize)]
pub struct ItemQuery {
    said: Option<String>,
}

/// Everything about one duty that its page shows.
pub struct Shown {
    pub key: Key,
    pub duty: DutyRow,
    pub requirement: RequirementRow,
    pub status: Status,
    pub organisation: String,
    pub reviewer: String,
    pub draft: Draft,
    pub ticked: Vec<Id>,
    pub records: Vec<HeldRecord>,
    pub files: Vec<FileRow>,
    pub facts: Vec<FactRow>,
    pub evidence: Vec<String>,
    pub missing: Vec<String>,
    pub because: Vec<Line>,
    pub colleagues: Vec<Colleague>,
}

#[derive(Template)]
#[template(path = "item.html")]
struct ItemPage {
    frame: Frame,
    shown: Shown,
    errors: FieldErrors,
    sentence: String,
    steps: Vec<Step>,
    can_edit: bool,
    can_withdraw: bool,
    can_excuse: bool,
    can_review: bool,
    sees_records: bool,
    sees_sheet: bool,
    new_record: Option<String>,
    back: &'static str,
}

/// A step of what happened.
pub struct Step {
    words: String,
    when: String,
}

/// `GET /duties/{key}`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Path(key): Path<String>,
    Query(query): Query<ItemQuery>,
) -> web::Result {
    let key = key.parse().map_err(|_| Failure::NotFound)?;
    let shown = load(&app, &actor, key).await?;
    web::page(&page(&app, &actor, shown, FieldErrors::new(), query.said).await?)
}

/// The page again, with what was typed (or, for a form beside it, what was saved) and why it did not
/// go through.
pub async fn again(
    app: &App,
    actor: &Actor,
    key: Key,
    draft: Option<Draft>,
    errors: FieldErrors,
) -> web::Result {
    let mut shown = load(app, actor, key).await?;
    if let Some(draft) = draft {
        shown.ticked = draft.records.clone().unwrap_or_default();
        shown.files = rows::files_by_id(app.store.db(), &draft.files).await?;
        shown.draft = draft;
    }
    web::reply::invalid(&page(app, actor, shown, errors, None).await?)
}

async fn page(
    app: &App,
    actor: &Actor,
    shown: Shown,
    errors: FieldErrors,
    said: Option<String>,
) -> web::Result<ItemPage> {
    let works = may_work(actor, &shown.duty);
    let open = shown.requirement.closed_at.is_none() && shown.duty.not_applicable.is_none();
    let section = if works { paths::TODO } else { "" };
    let place = web::Place::new(&shown.duty.path, shown.duty.zone);
    let records = actor.can(Right::KeepRecords, &place);
    Ok(ItemPage {
        sentence: sentence(&shown, app.store.today()),
        steps: steps(&shown),
        can_edit: works && open && is_editable(shown.status),
        can_withdraw: works && open && shown.status == Status::AwaitingReview,
        can_excuse: open && actor.can(Right::ExcuseDuties, &place),
        can_review: open
            && shown.status == Status::AwaitingReview
            && may_review(actor, &shown.duty),
        sees_sheet: actor.can_anywhere(Right::SeeSheets),
        sees_records: actor.can(Right::SeeRecords, &place),
        new_record: (records && shown.duty.next == NextStep::Record.code())
            .then(|| new_record(&shown)),
        back: if works { paths::TODO } else { "/progress" },
        frame: Frame::new(app, actor, section, &shown.requirement.title)
            .await?
            .saying(said),
        shown,
        errors,
    })
}

/// The record form with what the duty asks for already chosen.
fn new_record(shown: &Shown) -> String {
    let mut href = format!("/records/new?for={}", shown.key);
    let measure: Measure = serde_json::from_str(&shown.requirement.measure).unwrap_or_default();
    if let Some(query) = measure.query() {
        href.push_str(&format!("&kind={}", query.record_kind));
        let of_secretary = query.filter.speaker == Speaker::Secretary;
        let subkind = query.filter.subkind.as_deref();
        if let Some(subkind) = subkind.or(of_secretary.then_some("secretary_lecture")) {
            href.push_str(&format!("&subkind={subkind}"));
        }
    }
    href
}

fn is_editable(status: Status) -> bool {
    matches!(
        status,
        Status::NotStarted | Status::UnderWay | Status::Returned
    )
}

async fn load(app: &App, actor: &Actor, key: Key) -> web::Result<Shown> {
    let db = app.store.db();
    let duty = find_duty(db, key).await?.ok_or(Failure::NotFound)?;
    if !may_see(actor, &duty) {
        return Err(Failure::NotFound);
    }
    let requirement = find_requirement(db, key.requirement)
        .await?
        .ok_or(Failure::NotFound)?;
    let status = Status::from_code(&duty.status).unwrap_or(Status::NotStarted);
    let draft = match find_draft(db, key).await? {
        Some(draft) => draft,
        None => rows::handed_in(db, &duty, status).await?,
    };
    let counted: Vec<Id> = serde_json::from_str(&duty.counted)?;
    let ticked = draft.records.clone().unwrap_or_else(|| counted.clone());
    let mut offered = counted;
    offered.extend(ticked.iter().copied());
    let names = rows::names(db, key.organisation, requirement.reviewer).await?;
    let name = |id: Id| {
        names
            .iter()
            .find(|(n, _)| *n == id)
            .map(|(_, s)| s.clone())
            .unwrap_or_default()
    };
    Ok(Shown {
        organisation: name(key.organisation),
        reviewer: name(requirement.reviewer),
        records: rows::records_by_id(db, &offered).await?,
        files: rows::files_by_id(db, &draft.files).await?,
        facts: facts_of(db, key).await?,
        evidence: serde_json::from_str(&requirement.evidence)?,
        missing: serde_json::from_str(&duty.missing)?,
        because: serde_json::from_str(&duty.because)?,
        colleagues: rows::colleagues(db, actor, &duty, app.store.today()).await?,
        ticked,
        draft,
        key,
        duty,
        requirement,
        status,
    })
}

fn sentence(shown: &Shown, today: Day) -> String {
    let duty = &shown.duty;
    let effort = minutes_words(u64::try_from(shown.requirement.effort_seconds).unwrap_or(0));
    let due = format!("{}前", duty.due.chinese());
    match shown.status {
        _ if duty.not_applicable.is_some() => "这一项对本组织不适用，不需要办理。".to_owned(),
        _ if shown.requirement.closed_at.is_some() => "交办单已经结束，不再办理。".to_owned(),
        Status::AwaitingReview => {
            let on = duty.submitted_on.map_or(String::new(), |d| d.short());
            let timely = if duty.on_time == Some(false) {
                "逾期"
            } else {
                "按时"
            };
            format!("{on}报送，{timely}。审核之前可以撤回。")
        }
        Status::Done | Status::DoneLate | Status::Exempt => shown
            .because
            .last()
            .map(|line| line.words.clone())
            .unwrap_or_default(),
        _ => format!(
            "{}（{due}）。系统内操作{effort}。",
            duty.due.distance_words(today)
        ),
    }
}

fn steps(shown: &Shown) -> Vec<Step> {
    let issued = Step {
        words: "下发".to_owned(),
        when: shown.requirement.issued_at.chinese(),
    };
    let of = |fact: &FactRow| {
        let because = if fact.reason.is_empty() {
            String::new()
        } else {
            format!("：{}", fact.reason)
        };
        let day = fact
            .day
            .map(|d| format!("至 {}", d.short()))
            .unwrap_or_default();
        let words = match fact.kind.as_str() {
            "started" => "开始填写".to_owned(),
            "handed_on" => {
                format!(
                    "转交 {}{because}",
                    fact.handed_name.clone().unwrap_or_default()
                )
            }
            "submitted" => "报送".to_owned(),
            "withdrawn" => "撤回".to_owned(),
            "returned" => format!("退回{because}"),
            "accepted" => "审核通过".to_owned(),
            "extension_asked" => format!("申请延期{day}{because}"),
            "extension_refused" => format!("不同意延期{because}"),
            "extended" => format!("延期{day}{because}"),
            "exempted" => format!("免除{because}"),
            "exemption_lifted" => format!("取消免除{because}"),
            "review_undone" => "撤销审核".to_owned(),
            other => other.to_owned(),
        };
        Step {
            words,
            when: format!("{} · {}", fact.at.chinese(), fact.by_name),
        }
    };
    shown
        .facts
        .iter()
        .rev()
        .map(of)
        .chain(std::iter::once(issued))
        .collect()
}

impl ItemPage {
    /// Why it was returned, if that is what the field is about.
    fn returned(&self, field: &str) -> Option<String> {
        if self.shown.status != Status::Returned {
            return None;
        }
        let about = self.shown.duty.returned_field.as_deref().unwrap_or("text");
        let last = self
            .shown
            .facts
            .iter()
            .rev()
            .find(|fact| fact.kind == "returned")?;
        (about == field).then(|| {
            format!(
                "退回原因：{}（{}，{}）",
                last.reason,
                last.by_name,
                last.at.day().short()
            )
        })
    }

    fn error(&self, field: &str) -> Option<&str> {
        self.errors.get(field).map(String::as_str)
    }

    fn is_ticked(&self, record: &Id) -> bool {
        self.shown.ticked.contains(record)
    }

    fn photo_words(&self) -> String {
        match &self.shown.requirement.photo_why {
            Some(why) => format!("需要照片：{why}"),
            None => "照片不必交".to_owned(),
        }
    }

    fn tag(&self) -> (&'static str, &'static str) {
        (tag_class(self.shown.status), self.shown.status.chinese())
    }
}
