//! Duties for programs: what is owed and why, handing in, judging, excusing.

mod shapes;

use crate::store::{self, Key as DutyKey, facts_of, find_duty, find_requirement};
use crate::use_cases::{
    DutyRefusal, Excuse, Judgement, Submission, ask_extension, excuse_duties, hand_on_duty,
    may_see, review_duties, submit_duty, undo_review, withdraw_submission,
};
use ::store::Fail;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use kernel::{Id, TreePath};
use rules::duty::Line;
use serde::Deserialize;
use shapes::{
    Because, DutyLine, DutyOut, ExcuseIn, Extension, FactOut, HandOn, Review, ReviewOut,
    SubmissionIn, Undo, UndoOut, Verdict, What,
};
use utoipa::IntoParams;
use web::api::{self, Command, Endpoint, Key, Page, Paging, Problem, Query, act};
use web::{Actor, App, Place, Right};

/// Ways in for programs.
pub fn endpoints() -> Vec<Endpoint> {
    const OWN: Right = Right::SignedIn;
    const ONE: &str = "/api/v1/duties/{key}";
    let done = |endpoint: Endpoint| endpoint.answers::<DutyOut>(StatusCode::OK, "办过之后的事项");
    vec![
        api::get(
            "/api/v1/duties",
            Right::SeeDuties,
            "list_duties",
            "管辖范围内的履职事项",
            get(list),
        )
        .query::<Wanted>()
        .query::<Paging>()
        .answers::<Page<DutyLine>>(StatusCode::OK, "按组织、事项排列的一页"),
        api::get(
            ONE,
            OWN,
            "get_duty",
            "一件事项：要求、状态、为什么、经过",
            get(one),
        )
        .answers::<DutyOut>(StatusCode::OK, "事项"),
        done(
            api::post(
                "/api/v1/duties/{key}/submit",
                OWN,
                "submit_duty",
                "报送",
                post(submit),
            )
            .takes::<SubmissionIn>(),
        ),
        done(api::post(
            "/api/v1/duties/{key}/withdraw",
            OWN,
            "withdraw_submission",
            "撤回报送",
            post(withdraw),
        )),
        done(
            api::post(
                "/api/v1/duties/{key}/hand-on",
                OWN,
                "hand_on_duty",
                "转交同事",
                post(hand_on),
            )
            .takes::<HandOn>(),
        ),
        done(
            api::post(
                "/api/v1/duties/{key}/extension",
                OWN,
                "ask_extension",
                "申请延期",
                post(extension),
            )
            .takes::<Extension>(),
        ),
        done(
            api::post(
                "/api/v1/duties/{key}/excuse",
                Right::ExcuseDuties,
                "excuse_duty",
                "延期、答复延期、免除、取消免除",
                post(excuse),
            )
            .takes::<ExcuseIn>(),
        ),
        api::post(
            "/api/v1/duties/review",
            Right::ReviewDuties,
            "review_duties",
            "审核：成批通过或退回",
            post(review),
        )
        .takes::<Review>()
        .answers::<ReviewOut>(StatusCode::OK, "审核结果"),
        api::post(
            "/api/v1/duties/review/undo",
            Right::ReviewDuties,
            "undo_review",
            "十分钟内撤销审核结论",
            post(undo),
        )
        .takes::<Undo>()
        .answers::<UndoOut>(StatusCode::OK, "撤销的份数"),
    ]
}

/// 筛选
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
struct Wanted {
    /// 只要这张交办单
    #[param(value_type = Option<Id>)]
    sheet: Option<String>,
    /// 只要这个组织和它的下级
    #[param(value_type = Option<Id>)]
    under: Option<String>,
    /// 只要这个状态
    status: Option<String>,
    /// 只要逾期的
    #[param(value_type = Option<bool>)]
    overdue: Option<String>,
}

const MOST_KEYS: usize = 500;

async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> api::Result {
    let (db, limit) = (app.store.db(), paging.limit()?);
    let under = match wanted.under.as_deref() {
        Some(text) => {
            let id = text.parse().map_err(|_| Problem::not_found())?;
            let node = org::store::find_node(db, id).await?;
            let seen = node.filter(|n| actor.can(Right::SeeDuties, &n.place()));
            Some(seen.ok_or_else(Problem::not_found)?.path)
        }
        None => None,
    };
    let overdue = match wanted.overdue.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Problem::field("overdue", "overdue 应为 true 或 false。")),
    };
    let sheet = wanted.sheet.as_deref().map(str::parse).transpose();
    let filter = store::Listing {
        sheet: sheet.map_err(|_| Problem::not_found())?,
        under,
        status: wanted.status.clone(),
        overdue,
        after: paging.after::<(TreePath, Id)>()?,
    };
    let reach = actor.reach(Right::SeeDuties);
    let found = store::list_duties(db, &reach, &filter, limit + 1).await?;
    api::json(&Page::of(found, limit, |d| (d.path.clone(), d.requirement)).map(DutyLine::from))
}

async fn one(State(app): State<App>, actor: Actor, Key(key): Key<DutyKey>) -> api::Result {
    let duty = find_duty(app.store.db(), key).await?;
    if !duty.is_some_and(|duty| may_see(&actor, &duty)) {
        return Err(Problem::not_found());
    }
    api::json(&out(app.store.db(), key).await?)
}

async fn out(db: &::store::Db, key: DutyKey) -> Result<DutyOut, Fail<DutyRefusal>> {
    let duty = find_duty(db, key).await?.ok_or(Fail::NotFound)?;
    let requirement = find_requirement(db, key.requirement)
        .await?
        .ok_or(Fail::NotFound)?;
    let because: Vec<Line> = serde_json::from_str(&duty.because)?;
    Ok(DutyOut {
        key: key.to_string(),
        sheet: duty.sheet,
        organisation: key.organisation,
        outline: requirement.outline,
        title: requirement.title,
        demand: requirement.demand,
        source: requirement.source_words,
        due: duty.due,
        status: duty.status,
        overdue: duty.overdue,
        not_applicable: duty.not_applicable,
        missing: serde_json::from_str(&duty.missing)?,
        because: because
            .into_iter()
            .map(|line| Because {
                day: line.day,
                words: line.words,
            })
            .collect(),
        submitted_on: duty.submitted_on,
        on_time: duty.on_time,
        submission: duty.submission,
        handed_to: duty.handed_name,
        facts: facts_of(db, key)
            .await?
            .into_iter()
            .map(FactOut::from)
            .collect(),
    })
}

async fn submit(
    State(app): State<App>,
    actor: Actor,
    Key(key): Key<DutyKey>,
    command: Command<SubmissionIn>,
) -> api::Result {
    let input = command.input;
    let what = Submission {
        text: input.text.unwrap_or_default().trim().to_owned(),
        files: input.files,
        records: input.records,
    };
    let who = actor.clone();
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            submit_duty(&tx, &who, key, &what).await?;
            out(&tx, key).await
        },
    )
    .await
}

async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    Key(key): Key<DutyKey>,
    command: Command<()>,
) -> api::Result {
    let who = actor.clone();
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            withdraw_submission(&tx, &who, key).await?;
            out(&tx, key).await
        },
    )
    .await
}

async fn hand_on(
    State(app): State<App>,
    actor: Actor,
    Key(key): Key<DutyKey>,
    command: Command<HandOn>,
) -> api::Result {
    let (who, input) = (actor.clone(), command.input);
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            let words = input.words.unwrap_or_default();
            hand_on_duty(&tx, &who, key, input.to, &words).await?;
            out(&tx, key).await
        },
    )
    .await
}

async fn extension(
    State(app): State<App>,
    actor: Actor,
    Key(key): Key<DutyKey>,
    command: Command<Extension>,
) -> api::Result {
    let (who, input) = (actor.clone(), command.input);
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            ask_extension(&tx, &who, key, input.day, &input.reason).await?;
            out(&tx, key).await
        },
    )
    .await
}

async fn excuse(
    State(app): State<App>,
    actor: Actor,
    Key(key): Key<DutyKey>,
    command: Command<ExcuseIn>,
) -> api::Result {
    let duty = find_duty(app.store.db(), key).await?;
    let place = duty.map(|duty| Place::new(&duty.path, duty.zone));
    place
        .filter(|place| actor.can(Right::ExcuseDuties, place))
        .ok_or_else(Problem::not_found)?;
    let (who, input) = (actor.clone(), command.input);
    let reason = input.reason;
    let what = match input.what {
        What::Extend => {
            let to = input.day;
            let to = to.ok_or_else(|| Problem::field("day", "请写明延到哪一天。"))?;
            Excuse::Extend { to, reason }
        }
        What::Refuse => Excuse::RefuseExtension { reason },
        What::Exempt => Excuse::Exempt { reason },
        What::Lift => Excuse::LiftExemption { reason },
    };
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            excuse_duties(&tx, &who, &[key], &what).await?;
            out(&tx, key).await
        },
    )
    .await
}

fn keys_of(texts: &[String]) -> api::Result<Vec<DutyKey>> {
    if texts.is_empty() || texts.len() > MOST_KEYS {
        let words = format!("一次应为 1 到 {MOST_KEYS} 件事项。");
        return Err(Problem::field("keys", words));
    }
    let mut keys = Vec::with_capacity(texts.len());
    for text in texts {
        keys.push(text.parse().map_err(|_| Problem::not_found())?);
    }
    keys.sort();
    keys.dedup();
    Ok(keys)
}

async fn review(State(app): State<App>, actor: Actor, command: Command<Review>) -> api::Result {
    let (who, input) = (actor.clone(), command.input);
    let keys = keys_of(&input.keys)?;
    let judgement = match input.verdict {
        Verdict::Accept => Judgement::Accept,
        Verdict::Return => Judgement::Return {
            reason: input.reason.unwrap_or_default(),
            field: input
                .field
                .filter(|f| ["text", "file", "record"].contains(&f.as_str())),
        },
    };
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            let reviewed = review_duties(&tx, &who, &keys, &judgement).await?;
            let words = |keys: Vec<DutyKey>| keys.iter().map(ToString::to_string).collect();
            Ok::<_, Fail<DutyRefusal>>(ReviewOut {
                done: words(reviewed.done),
                skipped: words(reviewed.skipped),
            })
        },
    )
    .await
}

async fn undo(State(app): State<App>, actor: Actor, command: Command<Undo>) -> api::Result {
    let (who, keys) = (actor.clone(), keys_of(&command.input.keys)?);
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            let undone = undo_review(&tx, &who, &keys).await?;
            Ok(UndoOut { undone })
        },
    )
    .await
}
