//! Task sheets for programs: reading a document into a draft, correcting it, issuing, ending.

use crate::entities::item::Item;
use crate::entities::sheet::Sheet;
use crate::pages::new::{parsed, understand};
use crate::pages::{draft_of, paper, seen};
use crate::store;
use crate::use_cases::close_sheet::{close_sheet, discard_draft};
use crate::use_cases::draft_sheet::{Original, draft_sheet};
use crate::use_cases::intake::json;
use crate::use_cases::issue_sheet::{Issue, issue_sheet};
use crate::use_cases::save_draft::{Edit, Saved, save_draft};
use ::store::Fail;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, get, post, put};
use kernel::{Day, Id};
use record::files::{Accept, take_file_of};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::api::{self, Command, Endpoint, Key, Keys, Moment, Page, Paging, Problem, Query, Upload};
use web::{Actor, App, Failure, Place, Right};

/// Ways in for programs.
pub fn endpoints() -> Vec<Endpoint> {
    const SEE: Right = Right::SeeSheets;
    const ISSUE: Right = Right::IssueSheets;
    const ALL: &str = "/api/v1/sheets";
    const ONE: &str = "/api/v1/sheets/{id}";
    let sheet = |endpoint: Endpoint, status| endpoint.answers::<SheetOut>(status, "交办单");
    vec![
        api::get(
            ALL,
            SEE,
            "list_sheets",
            "看得到的交办单，最近的在前",
            get(list),
        )
        .query::<Paging>()
        .answers::<Page<SheetLine>>(StatusCode::OK, "一页"),
        sheet(
            api::post(
                ALL,
                ISSUE,
                "draft_sheet",
                "上传文件（docx、xlsx、txt），读成草稿",
                post(draft),
            )
            .query::<DraftFrom>()
            .takes_bytes(&["application/octet-stream"]),
            StatusCode::CREATED,
        ),
        sheet(
            api::get(ONE, SEE, "get_sheet", "一张交办单和它的事项", get(one)),
            StatusCode::OK,
        ),
        api::delete(ONE, ISSUE, "discard_draft", "放弃草稿", delete(discard)).answers_nothing(),
        sheet(
            api::put(
                "/api/v1/sheets/{id}/items/{item}",
                ISSUE,
                "edit_item",
                "修改草稿里的一件事项",
                put(edit_item),
            )
            .takes::<ItemIn>(),
            StatusCode::OK,
        ),
        sheet(
            api::post(
                "/api/v1/sheets/{id}/issue",
                ISSUE,
                "issue_sheet",
                "下发：名单与内容固定，编号，通知",
                post(issue),
            )
            .takes::<IssueIn>(),
            StatusCode::OK,
        ),
        sheet(
            api::post(
                "/api/v1/sheets/{id}/close",
                ISSUE,
                "close_sheet",
                "结束或作废",
                post(close),
            )
            .takes::<CloseIn>(),
            StatusCode::OK,
        ),
        api::get(
            "/api/v1/sheets/{id}/document",
            SEE,
            "get_sheet_document",
            "下发的公文（Word）",
            get(document),
        )
        .answers_file(web::reply::DOCX),
    ]
}

/// 交办单的一行
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SheetLine {
    /// 标识
    id: Id,
    /// 标题
    title: String,
    /// 文号；草稿为空
    number: Option<String>,
    /// draft 草稿，issued 在办，closed 已结束，void 已作废
    stage: String,
    /// 期间起
    period_from: Day,
    /// 期间止
    period_to: Day,
}

/// 交办单
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SheetOut {
    /// 标识
    id: Id,
    /// 下发单位
    issuer: Id,
    /// 标题
    title: String,
    /// 文号；草稿为空
    number: Option<String>,
    /// draft 草稿，issued 在办，closed 已结束，void 已作废
    stage: String,
    /// 主送
    recipients: String,
    /// 期间起
    period_from: Day,
    /// 期间止
    period_to: Day,
    /// 成文日期
    doc_date: Day,
    /// 下发时间
    issued_at: Option<Moment>,
    /// 下发人
    issued_by: Option<String>,
    /// 改动次数，下发时带回
    changes: i64,
    /// 事项
    items: Vec<ItemOut>,
}

/// 事项
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemOut {
    /// 标识
    id: Id,
    /// 序号
    outline: String,
    /// 做什么
    title: String,
    /// 原文
    text: String,
    /// 期限
    due: Option<Day>,
    /// 原文的期限
    due_words: String,
    /// 原文的对象
    targets_words: String,
    /// 适用条件
    #[schema(value_type = Object)]
    who: serde_json::Value,
    /// 佐证
    evidence: Vec<String>,
    /// 最多几份材料
    max_files: i64,
    /// 必须交材料
    needs_file: bool,
    /// 权重
    weight: i64,
    /// 实质事项
    substantive: bool,
    /// 只是标题，不下发
    container: bool,
    /// 拿不准的地方
    doubts: Vec<String>,
    /// 不得要求的字样
    forbidden: Vec<String>,
    /// 已核对
    checked: bool,
    /// 不下发
    dropped: bool,
    /// 版本，修改时带回
    version: i64,
}

/// 修改事项：不写的不变
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemIn {
    /// 做什么
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    /// 期限
    #[serde(default)]
    due: Option<Day>,
    /// 适用条件
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    who: Option<serde_json::Value>,
    /// 佐证
    #[serde(default)]
    evidence: Option<Vec<String>>,
    /// 最多几份材料
    #[serde(default)]
    #[schema(minimum = 0, maximum = 20)]
    max_files: Option<i64>,
    /// 必须交材料
    #[serde(default)]
    needs_file: Option<bool>,
    /// 权重
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100)]
    weight: Option<i64>,
    /// 实质事项
    #[serde(default)]
    substantive: Option<bool>,
    /// 已核对
    #[serde(default)]
    checked: Option<bool>,
    /// 读到的版本
    version: i64,
}

/// 下发
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueIn {
    /// 读到的改动次数
    changes: i64,
    /// 本年度这个代字还没有编过号时，从几号起
    #[serde(default)]
    #[schema(minimum = 1, maximum = 99999)]
    first_number: Option<i64>,
}

/// 结束或作废
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseIn {
    /// 作废
    #[serde(default)]
    void: bool,
    /// 理由；作废时必填
    #[serde(default)]
    #[schema(max_length = 500)]
    why: Option<String>,
}

/// 读哪个文件
#[derive(Clone, Debug, Deserialize, IntoParams)]
struct DraftFrom {
    /// 文件名，带扩展名
    #[param(min_length = 1, max_length = 200)]
    name: String,
    /// 下发单位；不写为自己的
    #[param(value_type = Option<Id>)]
    issuer: Option<String>,
    /// 文件所属年份
    #[param(value_type = Option<i16>, minimum = 2000, maximum = 2100)]
    year: Option<String>,
}

fn stage(sheet: &Sheet) -> &'static str {
    use crate::entities::sheet::Stage;
    match sheet.stage() {
        Stage::Draft => "draft",
        Stage::Issued => "issued",
        Stage::Closed => "closed",
        Stage::Void => "void",
    }
}

fn out(sheet: Sheet, items: Vec<Item>) -> SheetOut {
    SheetOut {
        stage: stage(&sheet).to_owned(),
        number: sheet.number.map(|_| sheet.number_words()),
        id: sheet.id,
        issuer: sheet.issuer,
        title: sheet.title,
        recipients: sheet.recipients,
        period_from: sheet.period_from,
        period_to: sheet.period_to,
        doc_date: sheet.doc_date,
        issued_at: sheet.issued_at.map(Moment),
        issued_by: sheet.issued_by,
        changes: sheet.changes,
        items: items.into_iter().map(item).collect(),
    }
}

fn item(item: Item) -> ItemOut {
    ItemOut {
        who: serde_json::from_str(&item.who).unwrap_or_default(),
        evidence: item.evidence(),
        doubts: item.doubts(),
        forbidden: item.forbidden(),
        id: item.id,
        outline: item.outline,
        title: item.title,
        text: item.text,
        due: item.due,
        due_words: item.due_words,
        targets_words: item.targets_words,
        max_files: item.max_files,
        needs_file: item.needs_file,
        weight: item.weight,
        substantive: item.substantive,
        container: item.container,
        checked: item.checked,
        dropped: item.dropped,
        version: item.version,
    }
}

async fn as_it_stands(app: &App, id: Id, status: StatusCode) -> api::Result {
    let db = app.store.db();
    let sheet = store::find_sheet(db, id)
        .await?
        .ok_or_else(Problem::not_found)?;
    let items = store::items(db, id).await?;
    let mut response = api::json(&out(sheet, items))?;
    *response.status_mut() = status;
    Ok(response)
}

async fn list(State(app): State<App>, actor: Actor, Query(paging): Query<Paging>) -> api::Result {
    let limit = paging.limit()?;
    let found = store::page(app.store.db(), &actor, paging.after()?, limit + 1).await?;
    let line = |sheet: Sheet| SheetLine {
        stage: stage(&sheet).to_owned(),
        number: sheet.number.map(|_| sheet.number_words()),
        id: sheet.id,
        title: sheet.title,
        period_from: sheet.period_from,
        period_to: sheet.period_to,
    };
    api::json(&Page::of(found, limit, |s| s.id).map(line))
}

async fn one(State(app): State<App>, actor: Actor, Key(id): Key) -> api::Result {
    seen(&app, &actor, id).await?;
    as_it_stands(&app, id, StatusCode::OK).await
}

async fn draft(
    State(app): State<App>,
    actor: Actor,
    Query(from): Query<DraftFrom>,
    upload: Upload,
) -> api::Result {
    let issuer = match from.issuer.as_deref() {
        Some(text) => text.parse().map_err(|_| Problem::not_found())?,
        None => actor.home().ok_or_else(Problem::not_found)?.node,
    };
    let node = org::store::find_node(app.store.db(), issuer).await?;
    node.filter(|n| actor.can(Right::IssueSheets, &Place::new(&n.path, None)))
        .ok_or_else(Problem::not_found)?;
    let by = Some(actor.account);
    let bytes = upload.bytes.to_vec();
    let taken = take_file_of(&app, Accept::SheetOriginal, by, &from.name, bytes).await;
    let taken = taken.map_err(|refusal| Problem::from(Fail::Refused(refusal)))?;
    let read = parsed(&app, Original::Taken(taken)).await?;
    let (original, document) = read.map_err(|(field, words)| Problem::field(field, words))?;
    let year = from.year.as_deref().and_then(|text| text.parse().ok());
    let new = understand(issuer, original, document, year, app.store.today()).await?;
    let receipt = draft_sheet(&app, &actor, upload.once.key(), new).await?;
    as_it_stands(&app, id_in(&receipt)?, StatusCode::CREATED).await
}

/// The sheet that a receipt leads to.
fn id_in(receipt: &str) -> api::Result<Id> {
    receipt
        .split(['/', '?'])
        .find_map(|part| part.parse().ok())
        .ok_or_else(Problem::not_found)
}

async fn discard(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<()>,
) -> api::Result {
    discard_draft(&app, &actor, command.once.key(), id).await?;
    api::no_content()
}

async fn edit_item(
    State(app): State<App>,
    actor: Actor,
    keys: Keys,
    command: Command<ItemIn>,
) -> api::Result {
    let (id, wanted): (Id, Id) = (keys.get(0)?, keys.get(1)?);
    let (_, items) = draft_of(&app, &actor, id).await?;
    let stored = items.into_iter().find(|i| i.id == wanted);
    let edited = edited(stored.ok_or_else(Problem::not_found)?, command.input)?;
    let edit = Edit {
        key: String::new(),
        sheet: None,
        items: vec![edited],
    };
    match save_draft(&app, &actor, id, edit, true).await? {
        Saved::Done => as_it_stands(&app, id, StatusCode::OK).await,
        Saved::Stale(conflict) => Err(Failure::Stale {
            yours: conflict.yours,
            theirs: conflict.theirs,
        }
        .into()),
    }
}

fn edited(mut item: Item, input: ItemIn) -> api::Result<Item> {
    item.version = input.version;
    if let Some(title) = input.title {
        let title = title.trim().to_owned();
        if title.is_empty() || title.chars().count() > 200 {
            return Err(Problem::field("title", "请写明做什么，不超过 200 个字。"));
        }
        item.title = title;
    }
    if let Some(due) = input.due {
        item.due = Some(due);
        item.due_words = format!("{}前", due.short());
    }
    if let Some(who) = input.who {
        let read: rules::who::Who = serde_json::from_value(who)
            .map_err(|error| Problem::field("who", format!("适用条件没有读懂：{error}")))?;
        item.who = serde_json::to_string(&read).map_err(::store::Error::from)?;
    }
    if let Some(evidence) = input.evidence {
        item.evidence = json(&evidence);
    }
    let bounded = |field: &'static str, value: i64, most: i64| {
        if (0..=most).contains(&value) {
            Ok(value)
        } else {
            Err(Problem::field(
                field,
                format!("{field} 应在 0 到 {most} 之间。"),
            ))
        }
    };
    if let Some(most) = input.max_files {
        item.max_files = bounded("max_files", most, 20)?;
    }
    if let Some(weight) = input.weight {
        item.weight = bounded("weight", weight, 100)?;
    }
    item.needs_file = input.needs_file.unwrap_or(item.needs_file);
    item.substantive = input.substantive.unwrap_or(item.substantive);
    item.checked = input.checked.unwrap_or(item.checked);
    Ok(item)
}

async fn issue(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<IssueIn>,
) -> api::Result {
    let issue = Issue {
        changes: command.input.changes,
        first_number: command.input.first_number,
    };
    issue_sheet(&app, &actor, command.once.key(), id, issue).await?;
    as_it_stands(&app, id, StatusCode::OK).await
}

async fn close(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<CloseIn>,
) -> api::Result {
    let why = command.input.why.as_deref().unwrap_or_default();
    let why = why.trim().chars().take(500).collect();
    close_sheet(
        &app,
        &actor,
        command.once.key(),
        id,
        why,
        command.input.void,
    )
    .await?;
    as_it_stands(&app, id, StatusCode::OK).await
}

async fn document(State(app): State<App>, actor: Actor, Key(id): Key) -> api::Result {
    let (name, bytes) = paper::official(&app, &actor, id).await?;
    api::file(&name, web::reply::DOCX, bytes)
}
