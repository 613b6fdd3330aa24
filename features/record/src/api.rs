//! Records and files for programs.

use crate::files::{self, find_file, may_see, save_taken, take_file};
use crate::forms::{GUEST, Typed};
use crate::pages::files::bytes_of;
use crate::pages::keep::own;
use crate::store::{self, After, Filter, Line, Record};
use crate::use_cases::{RecordRefusal, Removal, change_record, keep_record, remove_record};
use ::store::{Fail, Tx};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use kernel::{Day, Id};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::api::{self, Command, Endpoint, Key, Moment, Page, Paging, Problem, Query, Upload, act};
use web::{Actor, App, Right};

/// Ways in for programs.
pub fn endpoints() -> Vec<Endpoint> {
    const KEEP: Right = Right::KeepRecords;
    const SEE: Right = Right::SeeRecords;
    const ALL: &str = "/api/v1/records";
    const ONE: &str = "/api/v1/records/{id}";
    vec![
        api::get(
            ALL,
            SEE,
            "list_records",
            "工作纪实台账，最近的在前",
            get(list),
        )
        .query::<Wanted>()
        .query::<Paging>()
        .answers::<Page<RecordLine>>(StatusCode::OK, "台账的一页"),
        api::post(
            ALL,
            KEEP,
            "keep_record",
            "记一次；有关的事项随即办结",
            post(keep),
        )
        .takes::<RecordIn>()
        .answers::<RecordOut>(StatusCode::CREATED, "记下的纪实"),
        api::get(ONE, SEE, "get_record", "一条工作纪实", get(one))
            .answers::<RecordOut>(StatusCode::OK, "工作纪实"),
        api::put(
            ONE,
            KEEP,
            "change_record",
            "修改工作纪实",
            axum::routing::put(change),
        )
        .takes::<RecordIn>()
        .answers::<RecordOut>(StatusCode::OK, "修改后的纪实"),
        api::delete(
            ONE,
            KEEP,
            "remove_record",
            "撤销工作纪实；十分钟后须写明理由",
            delete(remove),
        )
        .takes::<Withdrawal>()
        .answers_nothing(),
        api::post(
            "/api/v1/files",
            Right::SignedIn,
            "upload_file",
            "上传佐证文件，随后在报送或纪实里写上它的标识",
            post(upload),
        )
        .query::<FileName>()
        .takes_bytes(&["application/octet-stream"])
        .answers::<FileOut>(StatusCode::CREATED, "收下的文件"),
        api::get(
            "/api/v1/files/{id}",
            Right::SignedIn,
            "get_file",
            "文件原件",
            get(file),
        )
        .answers_file("application/octet-stream"),
    ]
}

/// 台账的一行
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordLine {
    /// 标识
    id: Id,
    /// 种类代码
    subkind: String,
    /// 种类
    kind_name: String,
    /// 党组织
    organisation_name: String,
    /// 日期
    day: Day,
    /// 题目
    title: String,
    /// 主讲人
    speaker_name: String,
    /// 到场党员
    attended: i64,
    /// 应到党员
    expected: i64,
    /// 其他听众
    audience: i64,
    /// 佐证份数
    evidence: i64,
}

impl From<Line> for RecordLine {
    fn from(line: Line) -> Self {
        RecordLine {
            id: line.id,
            kind_name: line.kind_words(),
            subkind: line.subkind,
            organisation_name: line.organisation_name,
            day: line.day,
            title: line.title,
            speaker_name: line.speaker_name,
            attended: line.attended,
            expected: line.expected,
            audience: line.audience,
            evidence: line.evidence,
        }
    }
}

/// 工作纪实
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordOut {
    /// 标识
    id: Id,
    /// 种类代码
    subkind: String,
    /// 种类
    kind_name: String,
    /// 党组织
    organisation: Id,
    /// 日期
    day: Day,
    /// 题目
    title: String,
    /// 要点
    content: String,
    /// 主讲的党员；校外人员为空
    speaker: Option<Id>,
    /// 主讲人
    speaker_name: String,
    /// 到场党员
    attended: i64,
    /// 应到党员
    expected: i64,
    /// 其他听众
    audience: i64,
    /// 佐证文件
    files: Vec<FileOut>,
    /// 记录人
    created_by: String,
    /// 记录时间
    created_at: Moment,
    /// 版本，修改时带回
    version: i64,
}

/// 文件
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileOut {
    /// 标识
    id: Id,
    /// 文件名
    name: String,
    /// 种类：docx、xlsx、pdf、jpg、png
    kind: String,
    /// 字节数
    bytes: i64,
}

/// 记一次，或改一次
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordIn {
    /// 党组织；不写为自己的，修改时不变
    #[serde(default)]
    organisation: Option<Id>,
    /// 读到的版本，修改时必填
    #[serde(default)]
    version: Option<i64>,
    /// 种类代码，如 party_lecture
    subkind: String,
    /// 日期
    day: Day,
    /// 题目
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// 要点
    #[serde(default)]
    #[schema(max_length = 5000)]
    content: Option<String>,
    /// 主讲的党员；校外人员不写，改写 guest
    #[serde(default)]
    speaker: Option<Id>,
    /// 校外主讲人的姓名
    #[serde(default)]
    guest: Option<String>,
    /// 应到党员的名单；不写时写人数
    #[serde(default)]
    listed: Vec<Id>,
    /// 其中到场的
    #[serde(default)]
    present: Vec<Id>,
    /// 到场人数
    #[serde(default)]
    #[schema(minimum = 0, maximum = 99999)]
    attended: Option<i64>,
    /// 应到人数
    #[serde(default)]
    #[schema(minimum = 0, maximum = 99999)]
    expected: Option<i64>,
    /// 其他听众
    #[serde(default)]
    #[schema(minimum = 0, maximum = 99999)]
    audience: Option<i64>,
    /// 佐证文件的标识，先上传
    #[serde(default)]
    files: Vec<Id>,
}

/// 撤销
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// 理由；十分钟内可不写
    #[serde(default)]
    #[schema(max_length = 200)]
    reason: Option<String>,
    /// 读到的版本
    version: i64,
}

/// 筛选
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
struct Wanted {
    /// 只要这个组织和它的下级
    #[param(value_type = Option<Id>)]
    under: Option<String>,
    /// 种类代码
    subkind: Option<String>,
    /// 从哪天起
    #[param(value_type = Option<Day>)]
    from: Option<String>,
    /// 到哪天止
    #[param(value_type = Option<Day>)]
    to: Option<String>,
}

/// 文件名
#[derive(Clone, Debug, Deserialize, IntoParams)]
struct FileName {
    /// 文件名，带扩展名
    #[param(min_length = 1, max_length = 200)]
    name: String,
}

fn day(field: &'static str, text: Option<&str>) -> api::Result<Option<Day>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let read = text.parse().map(Some);
    read.map_err(|_| Problem::field(field, format!("{field} 应写成 2026-11-20 的样子。")))
}

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
            let seen = node.filter(|n| actor.can(Right::SeeRecords, &n.place()));
            Some(seen.ok_or_else(Problem::not_found)?.path)
        }
        None => None,
    };
    let filter = Filter {
        subkind: wanted.subkind.clone(),
        from: day("from", wanted.from.as_deref())?,
        to: day("to", wanted.to.as_deref())?,
        under,
        ..Filter::default()
    };
    let after: Option<After> = paging.after()?;
    let reach = actor.reach(Right::SeeRecords);
    let lines = store::ledger(db, &reach, &filter, after, limit as i64 + 1).await?;
    api::json(&Page::of(lines, limit, |l| (l.day, l.id)).map(RecordLine::from))
}

async fn one(State(app): State<App>, actor: Actor, Key(id): Key) -> api::Result {
    let record = store::find(app.store.db(), id).await?;
    let record = record
        .filter(|r| r.removed_at.is_none() && actor.can(Right::SeeRecords, &r.place()))
        .ok_or_else(Problem::not_found)?;
    api::json(&out(app.store.db(), record).await?)
}

async fn out(db: &::store::Db, record: Record) -> Result<RecordOut, ::store::Error> {
    let files = files::files_of(db, "record", &[record.id]).await?;
    Ok(RecordOut {
        kind_name: record.kind_words(),
        files: files
            .into_iter()
            .map(|f| FileOut {
                id: f.file,
                name: f.name,
                kind: f.kind,
                bytes: f.bytes,
            })
            .collect(),
        id: record.id,
        subkind: record.subkind,
        organisation: record.organisation,
        day: record.day,
        title: record.title,
        content: record.content,
        speaker: record.speaker,
        speaker_name: record.speaker_name,
        attended: record.attended,
        expected: record.expected,
        audience: record.audience,
        created_by: record.created_by_name,
        created_at: record.created_at.into(),
        version: record.version,
    })
}

/// As the browser's form would say it.
fn typed(told: &RecordIn, organisation: Option<Id>) -> Typed {
    let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let text = |t: &Option<String>| t.as_deref().unwrap_or_default().trim().to_owned();
    Typed {
        organisation,
        subkind: told.subkind.clone(),
        day: told.day.to_string(),
        title: told.title.trim().to_owned(),
        content: text(&told.content),
        speaker: told
            .speaker
            .map_or_else(|| GUEST.to_owned(), |id| id.to_string()),
        guest: text(&told.guest),
        listed: told.listed.clone(),
        present: told.present.clone(),
        attended: number(told.attended),
        expected: number(told.expected),
        audience: number(told.audience),
        kept: vec![],
    }
}

/// The files named, which the sender has sent.
async fn sent(app: &App, actor: &Actor, ids: &[Id], had: &[Id]) -> api::Result<Vec<Id>> {
    let own = files::own_files(app.store.db(), actor.account, ids).await?;
    let known = |id: &&Id| had.contains(id) || own.iter().any(|f| f.id == **id);
    match ids.iter().find(|id| !known(id)) {
        Some(id) => Err(Problem::field(
            "files",
            format!("没有您上传的文件 {id}，请先上传。"),
        )),
        None => Ok(ids.to_vec()),
    }
}

async fn keep(State(app): State<App>, actor: Actor, command: Command<RecordIn>) -> api::Result {
    let wanted = command.input.organisation.or(actor.home().map(|g| g.node));
    let node = match wanted {
        Some(id) => org::store::find_node(app.store.db(), id).await?,
        None => None,
    };
    let node = node
        .filter(|n| actor.can(Right::KeepRecords, &n.place()))
        .ok_or_else(|| Problem::field("organisation", "只能为自己任职的党组织记工作纪实。"))?;
    let told = &command.input;
    let files = sent(&app, &actor, &told.files, &[]).await?;
    let new = typed(told, Some(node.id))
        .command(node.id, files)
        .map_err(Problem::fields)?;
    let inner = app.clone();
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::CREATED,
        |tx| async move {
            let id = keep_record(&inner, &tx, new).await?;
            as_it_stands(&tx, id).await
        },
    )
    .await
}

async fn change(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<RecordIn>,
) -> api::Result {
    let (record, node) = own(&app, &actor, id).await?;
    let had = files::files_of(app.store.db(), "record", &[record.id]).await?;
    let had: Vec<Id> = had.iter().map(|f| f.file).collect();
    let told = &command.input;
    let files = sent(&app, &actor, &told.files, &had).await?;
    let new = typed(told, Some(node.id))
        .command(node.id, files)
        .map_err(Problem::fields)?;
    let version = told.version;
    let version = version.ok_or_else(|| Problem::field("version", "请带回读到的版本。"))?;
    let inner = app.clone();
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            change_record(&inner, &tx, id, version, new).await?;
            as_it_stands(&tx, id).await
        },
    )
    .await
}

async fn remove(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<Withdrawal>,
) -> api::Result {
    own(&app, &actor, id).await?;
    let (inner, input) = (app.clone(), command.input);
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::NO_CONTENT,
        |tx| async move {
            let removal = Removal {
                record: id,
                version: input.version,
                reason: input.reason.as_deref().unwrap_or_default(),
            };
            remove_record(&inner, &tx, removal).await
        },
    )
    .await
}

async fn as_it_stands(tx: &Tx, id: Id) -> Result<RecordOut, Fail<RecordRefusal>> {
    let record = store::find(tx, id).await?.ok_or(Fail::NotFound)?;
    Ok(out(tx, record).await?)
}

async fn upload(
    State(app): State<App>,
    actor: Actor,
    Query(named): Query<FileName>,
    upload: Upload,
) -> api::Result {
    let by = Some(actor.account);
    let taken = take_file(&app, by, &named.name, upload.bytes.to_vec()).await;
    let taken = taken.map_err(|refusal| Problem::from(Fail::Refused(refusal)))?;
    act::<_, RecordRefusal, _, _>(
        &app,
        &actor,
        &upload.once,
        StatusCode::CREATED,
        |tx| async move {
            let id = save_taken(&tx, &taken, by).await?;
            let detail = serde_json::json!({ "kind": taken.kind.code(), "bytes": taken.bytes });
            tx.audit(
                "upload_file",
                ("file", id),
                &kernel::TreePath::default(),
                detail,
            )
            .await?;
            Ok(FileOut {
                id,
                name: taken.name.clone(),
                kind: taken.kind.code().to_owned(),
                bytes: taken.bytes,
            })
        },
    )
    .await
}

async fn file(State(app): State<App>, actor: Actor, Key(id): Key) -> api::Result {
    if !may_see(app.store.db(), &actor, id).await? {
        return Err(Problem::not_found());
    }
    let file = find_file(app.store.db(), id)
        .await?
        .ok_or_else(Problem::not_found)?;
    let bytes = bytes_of(&app, file.digest).await?;
    api::file(&file.name, "application/octet-stream", bytes)
}
