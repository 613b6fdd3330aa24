//! Members for programs. Numbers are masked; one in clear is asked for by itself, with a reason.

use crate::forms::MemberForm;
use crate::id_number::mask;
use crate::pages::member::{editable, visible};
use crate::store::{self as rows, After, Filter, Member};
use crate::use_cases::close_organisation::close_organisation;
use crate::use_cases::save_member::{self, NotSaved};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use kernel::{Day, Id};
use serde::{Deserialize, Serialize};
use store::{Fail, Keys, Tx};
use utoipa::{IntoParams, ToSchema};
use web::api::{self, Command, Endpoint, Key, Page, Paging, Problem, Query, act};
use web::{Actor, App, FieldErrors, Right};

/// Ways in for programs.
pub fn endpoints() -> Vec<Endpoint> {
    const EDIT: Right = Right::EditMembers;
    const ALL: &str = "/api/v1/members";
    const ONE: &str = "/api/v1/members/{id}";
    let saved = |endpoint: Endpoint, status| endpoint.answers::<MemberOut>(status, "党员");
    vec![
        api::get(
            ALL,
            Right::SeeMembers,
            "list_members",
            "管辖范围内的党员",
            get(list),
        )
        .query::<Wanted>()
        .query::<Paging>()
        .answers::<Page<MemberOut>>(StatusCode::OK, "按支部、职务、姓名排列的一页"),
        saved(
            api::post(ALL, EDIT, "register_member", "登记党员", post(register))
                .takes::<NewMemberIn>(),
            StatusCode::CREATED,
        ),
        saved(
            api::get(ONE, Right::SeeMembers, "get_member", "一名党员", get(one)),
            StatusCode::OK,
        ),
        saved(
            api::put(
                ONE,
                EDIT,
                "edit_member",
                "修改党员信息",
                axum::routing::put(edit),
            )
            .takes::<EditedMember>(),
            StatusCode::OK,
        ),
        saved(
            api::post(
                "/api/v1/members/{id}/transfer",
                EDIT,
                "transfer_member",
                "转接组织关系",
                post(transfer),
            )
            .takes::<Transfer>(),
            StatusCode::OK,
        ),
        api::post(
            "/api/v1/members/{id}/unmask",
            Right::UnmaskMembers,
            "unmask_id_number",
            "查看公民身份号码原文，理由记入审计日志",
            post(unmask),
        )
        .takes::<Reason>()
        .answers::<IdNumberOut>(StatusCode::OK, "号码"),
        api::post(
            "/api/v1/organisations/{id}/close",
            Right::EditOrganisations,
            "close_organisation",
            "撤并组织，党员随之转入并入的组织",
            post(close),
        )
        .takes::<Closing>()
        .answers_nothing(),
    ]
}

/// 党员
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberOut {
    /// 标识
    id: Id,
    /// 姓名
    name: String,
    /// 性别：male 男，female 女
    sex: String,
    /// 出生日期
    birth: Option<Day>,
    /// 党员身份：full 正式，probationary 预备
    stage: String,
    /// 党员类别代码
    category: String,
    /// 入党日期
    joined_on: Option<Day>,
    /// 转正日期
    full_on: Option<Day>,
    /// 民族
    ethnic: Option<String>,
    /// 学历
    education: Option<String>,
    /// 岗位
    job: Option<String>,
    /// 公民身份号码，遮盖中间
    id_number: Option<String>,
    /// 电话，遮盖中间
    phone: Option<String>,
    /// 所在党支部
    branch: Id,
    /// 离开名册的日期
    ended_on: Option<Day>,
    /// 版本，修改时带回
    version: i64,
}

impl MemberOut {
    fn of(keys: &Keys, member: &Member) -> Result<MemberOut, store::Error> {
        let number = member.open_id_number(keys)?.map(|n| mask(&n, 6, 4));
        let phone = member.open_phone(keys)?.map(|p| mask(&p, 3, 4));
        Ok(MemberOut {
            id: member.id,
            name: member.name.clone(),
            sex: member.sex.clone(),
            birth: member.birth,
            stage: member.stage.clone(),
            category: member.category.clone(),
            joined_on: member.joined_on,
            full_on: member.full_on,
            ethnic: member.ethnic.clone(),
            education: member.education.clone(),
            job: member.job.clone(),
            id_number: number,
            phone,
            branch: member.branch,
            ended_on: member.ended_on,
            version: member.version,
        })
    }
}

/// 登记党员
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMemberIn {
    /// 姓名
    #[schema(min_length = 1, max_length = 40)]
    name: String,
    /// male 或 female；写了公民身份号码可不写
    #[serde(default)]
    sex: Option<String>,
    /// 出生日期；写了公民身份号码可不写
    #[serde(default)]
    birth: Option<Day>,
    /// full 或 probationary
    stage: String,
    /// 党员类别代码
    category: String,
    /// 入党日期
    #[serde(default)]
    joined_on: Option<Day>,
    /// 转正日期
    #[serde(default)]
    full_on: Option<Day>,
    /// 民族
    #[serde(default)]
    ethnic: Option<String>,
    /// 学历
    #[serde(default)]
    education: Option<String>,
    /// 岗位
    #[serde(default)]
    job: Option<String>,
    /// 公民身份号码
    #[serde(default)]
    id_number: Option<String>,
    /// 电话
    #[serde(default)]
    phone: Option<String>,
    /// 所在党支部
    branch: Id,
    /// 组织关系起始日期，默认今天
    #[serde(default)]
    from: Option<Day>,
}

/// 修改党员信息：号码和电话不写表示不改，其余不写表示没有
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditedMember {
    /// 姓名
    #[schema(min_length = 1, max_length = 40)]
    name: String,
    /// male 或 female
    #[serde(default)]
    sex: Option<String>,
    /// 出生日期
    #[serde(default)]
    birth: Option<Day>,
    /// full 或 probationary
    stage: String,
    /// 党员类别代码
    category: String,
    /// 入党日期
    #[serde(default)]
    joined_on: Option<Day>,
    /// 转正日期
    #[serde(default)]
    full_on: Option<Day>,
    /// 民族
    #[serde(default)]
    ethnic: Option<String>,
    /// 学历
    #[serde(default)]
    education: Option<String>,
    /// 岗位
    #[serde(default)]
    job: Option<String>,
    /// 公民身份号码
    #[serde(default)]
    id_number: Option<String>,
    /// 电话
    #[serde(default)]
    phone: Option<String>,
    /// 读到的版本
    version: i64,
}

/// 转接组织关系
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// 转入的党支部
    branch: Id,
    /// 生效日期，默认今天
    #[serde(default)]
    from: Option<Day>,
    /// 读到的版本
    version: i64,
}

/// 理由
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// 为什么要看
    #[schema(min_length = 2, max_length = 200)]
    reason: String,
}

/// 公民身份号码
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IdNumberOut {
    /// 原文；没有登记时为空
    id_number: Option<String>,
}

/// 撤并
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// 并入的党组织；名册上没有党员时可不写
    #[serde(default)]
    successor: Option<Id>,
    /// 从哪天起撤并，默认今天
    #[serde(default)]
    from: Option<Day>,
    /// 读到的版本
    version: i64,
}

/// 筛选
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
struct Wanted {
    /// 只要这个组织和它的下级
    #[param(value_type = Option<Id>)]
    under: Option<String>,
    /// full 或 probationary
    stage: Option<String>,
    /// 党员类别代码
    category: Option<String>,
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
            Some(crate::pages::roster::visible(&app, &actor, id).await?.path)
        }
        None => None,
    };
    let filter = Filter {
        under,
        stage: wanted.stage,
        category: wanted.category,
        ..Filter::default()
    };
    let after: Option<After> = paging.after()?;
    let reach = actor.reach(Right::SeeMembers);
    let found = rows::roster(db, &reach, &filter, after.as_ref(), limit as i64 + 1).await?;
    let page = Page::of(found, limit, |m| {
        (m.path.clone(), m.rank, m.pinyin.clone(), m.id)
    });
    let items = page.items.iter().map(|m| MemberOut::of(&app.store.keys, m));
    let items = items.collect::<Result<Vec<_>, _>>()?;
    api::json(&Page {
        items,
        next: page.next,
    })
}

async fn one(State(app): State<App>, actor: Actor, Key(id): Key) -> api::Result {
    let member = visible(&app, &actor, id).await?;
    api::json(&MemberOut::of(&app.store.keys, &member)?)
}

async fn register(
    State(app): State<App>,
    actor: Actor,
    command: Command<NewMemberIn>,
) -> api::Result {
    let form = MemberForm::read(&command.form(), app.store.today()).map_err(Problem::fields)?;
    let who = actor.clone();
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::CREATED,
        |tx| async move {
            let id = save_member::register_member(&tx, &who, form).await?;
            as_it_stands(&tx, id).await
        },
    )
    .await
}

async fn edit(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<EditedMember>,
) -> api::Result {
    let member = editable(&app, &actor, id).await?;
    let form = MemberForm::read(&command.form(), app.store.today()).map_err(Problem::fields)?;
    let version = command.input.version;
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            save_member::edit_member(&tx, &member, version, &form).await?;
            as_it_stands(&tx, id).await
        },
    )
    .await
}

async fn transfer(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<Transfer>,
) -> api::Result {
    let member = editable(&app, &actor, id).await?;
    let from = day_of(&app, &command)?;
    let (who, input) = (actor.clone(), command.input);
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            let branch = Some(input.branch);
            save_member::transfer_member(&tx, &who, &member, input.version, branch, from).await?;
            as_it_stands::<NotSaved>(&tx, id).await
        },
    )
    .await
}

async fn unmask(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<Reason>,
) -> api::Result {
    let member = visible(&app, &actor, id).await?;
    if !actor.can(Right::UnmaskMembers, &member.place()) {
        return Err(Problem::not_found());
    }
    let reason = command.input.reason.trim().to_owned();
    if reason.chars().count() < 2 {
        return Err(Problem::field(
            "reason",
            "请写明查看全号的理由，会记入审计日志。",
        ));
    }
    // Not kept with the receipt: a number in clear stands in no table.
    let number = app
        .store
        .write::<_, std::convert::Infallible, _, _>(&actor.by(), |tx| async move {
            Ok(save_member::unmask_number(&tx, &member, &reason).await?)
        })
        .await
        .map_err(org::pages::exchange::never)?;
    api::json(&IdNumberOut { id_number: number })
}

async fn close(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<Closing>,
) -> api::Result {
    let node = org::store::find_node(app.store.db(), id)
        .await?
        .filter(|node| actor.can(Right::EditOrganisations, &node.place()))
        .ok_or_else(Problem::not_found)?;
    let from = day_of(&app, &command)?;
    let (who, input) = (actor.clone(), command.input);
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::NO_CONTENT,
        |tx| async move {
            close_organisation(&tx, &who, &node, input.version, input.successor, from).await
        },
    )
    .await
}

fn day_of<T: Serialize>(app: &App, command: &Command<T>) -> api::Result<Day> {
    let mut errors = FieldErrors::new();
    let from = org::forms::read_from(&command.form(), app.store.today(), &mut errors);
    if errors.is_empty() {
        Ok(from)
    } else {
        Err(Problem::fields(errors))
    }
}

async fn as_it_stands<R>(tx: &Tx, id: Id) -> Result<MemberOut, Fail<R>> {
    let member = rows::find(tx, id).await?.ok_or(Fail::NotFound)?;
    Ok(MemberOut::of(&tx.store().keys, &member)?)
}
