//! Duties for programs: what is owed and why, handing in, judging, excusing.

use crate::store::{
    self, FactRow, Key as DutyKey, ListedDuty, facts_of, find_duty, find_requirement,
};
use crate::use_cases::{
    DutyRefusal, Excuse, Judgement, Submission, ask_extension, excuse_duties, hand_on_duty,
    may_see, review_duties, submit_duty, undo_review, withdraw_submission,
};
use ::store::Fail;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use kernel::{Day, Id, TreePath};
use rules::duty::Line;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::api::{self, Command, Endpoint, Key, Moment, Page, Paging, Problem, Query, act};
use web::{Actor, App, Right};

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

/// 事项的一行
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DutyLine {
    /// 事项键：要求-组织
    key: String,
    /// 交办单
    sheet: Id,
    /// 党组织
    organisation: Id,
    /// 党组织名称
    organisation_name: String,
    /// 序号
    outline: String,
    /// 事项
    title: String,
    /// 期限
    due: Day,
    /// 状态：not_started、under_way、returned、awaiting_review、done、done_late、exempt
    status: String,
    /// 逾期
    overdue: bool,
    /// 不适用的原因
    not_applicable: Option<String>,
    /// 计入的报送日期
    submitted_on: Option<Day>,
    /// 是否按时
    on_time: Option<bool>,
}

impl From<ListedDuty> for DutyLine {
    fn from(row: ListedDuty) -> Self {
        DutyLine {
            key: format!("{}-{}", row.requirement, row.organisation),
            sheet: row.sheet,
            organisation: row.organisation,
            organisation_name: row.organisation_name,
            outline: row.outline,
            title: row.title,
            due: row.due,
            status: row.status,
            overdue: row.overdue,
            not_applicable: row.not_applicable,
            submitted_on: row.submitted_on,
            on_time: row.on_time,
        }
    }
}

/// 事项
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DutyOut {
    /// 事项键：要求-组织
    key: String,
    /// 交办单
    sheet: Id,
    /// 党组织
    organisation: Id,
    /// 序号
    outline: String,
    /// 事项
    title: String,
    /// 要求原文
    demand: String,
    /// 出处
    source: String,
    /// 期限
    due: Day,
    /// 状态
    status: String,
    /// 逾期
    overdue: bool,
    /// 不适用的原因
    not_applicable: Option<String>,
    /// 还差什么
    missing: Vec<String>,
    /// 为什么是这个状态
    because: Vec<Because>,
    /// 计入的报送日期
    submitted_on: Option<Day>,
    /// 是否按时
    on_time: Option<bool>,
    /// 最近一次报送
    submission: Option<Id>,
    /// 转交给谁
    handed_to: Option<String>,
    /// 经过
    facts: Vec<FactOut>,
}

/// 一句解释
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Because {
    /// 说到的日期
    day: Option<Day>,
    /// 怎么说
    words: String,
}

/// 经过的一步
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FactOut {
    /// 做了什么，如 submitted、returned、accepted
    kind: String,
    /// 什么时候
    at: Moment,
    /// 谁
    by: String,
    /// 理由
    reason: String,
    /// 说到的日期
    day: Option<Day>,
}

impl From<FactRow> for FactOut {
    fn from(fact: FactRow) -> Self {
        FactOut {
            kind: fact.kind,
            at: fact.at.into(),
            by: fact.by_name,
            reason: fact.reason,
            day: fact.day,
        }
    }
}

/// 报送
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmissionIn {
    /// 完成情况
    #[serde(default)]
    #[schema(max_length = 2000)]
    text: Option<String>,
    /// 材料，先上传
    #[serde(default)]
    files: Vec<Id>,
    /// 作为佐证的工作纪实
    #[serde(default)]
    records: Vec<Id>,
}

/// 转交
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOn {
    /// 同事的账号
    to: Id,
    /// 说明
    #[serde(default)]
    #[schema(max_length = 200)]
    words: Option<String>,
}

/// 申请延期
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// 延到哪一天
    day: Day,
    /// 理由
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// 宽免的种类
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// 延期
    Extend,
    /// 不同意延期
    Refuse,
    /// 免除
    Exempt,
    /// 取消免除
    Lift,
}

/// 延期、答复、免除
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExcuseIn {
    /// 做什么
    what: What,
    /// 延到哪一天；延期时必填
    #[serde(default)]
    day: Option<Day>,
    /// 理由
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// 结论
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 通过
    Accept,
    /// 退回
    Return,
}

/// 审核
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// 事项键，最多 500 件
    #[schema(min_items = 1, max_items = 500)]
    keys: Vec<String>,
    /// 结论
    verdict: Verdict,
    /// 退回的理由
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// 要补的一栏：text、file 或 record
    #[serde(default)]
    field: Option<String>,
}

/// 审核结果
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReviewOut {
    /// 已下结论的
    done: Vec<String>,
    /// 已被撤回或由别人处理、没有动的
    skipped: Vec<String>,
}

/// 撤销审核
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// 事项键，最多 500 件
    #[schema(min_items = 1, max_items = 500)]
    keys: Vec<String>,
}

/// 撤销了几份
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UndoOut {
    /// 份数
    undone: usize,
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
