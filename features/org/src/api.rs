//! Organisations for programs.

use crate::forms::{NodeForm, read_from};
use crate::pages::edit::editable;
use crate::store::{self as rows, Node};
use crate::use_cases::{NotMoved, create_organisation, edit_organisation, move_organisation};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use kernel::{Day, Id};
use serde::{Deserialize, Serialize};
use store::{Fail, Tx};
use utoipa::{IntoParams, ToSchema};
use web::api::{self, Command, Endpoint, Key, Page, Paging, Problem, Query, act};
use web::{Actor, App, FieldErrors, Right};

/// Ways in for programs.
pub fn endpoints() -> Vec<Endpoint> {
    const SEE: Right = Right::SeeOrganisations;
    const EDIT: Right = Right::EditOrganisations;
    const ALL: &str = "/api/v1/organisations";
    const ONE: &str = "/api/v1/organisations/{id}";
    vec![
        api::get(
            ALL,
            SEE,
            "list_organisations",
            "管辖范围内的党组织、单位、片区和其他机构",
            get(list),
        )
        .query::<Wanted>()
        .query::<Paging>()
        .answers::<Page<Organisation>>(StatusCode::OK, "按隶属排列的一页"),
        api::post(
            ALL,
            EDIT,
            "create_organisation",
            "新建组织、单位、片区或其他机构",
            post(create),
        )
        .takes::<NewOrganisation>()
        .answers::<Organisation>(StatusCode::CREATED, "新建的组织"),
        api::get(ONE, SEE, "get_organisation", "一个组织", get(one))
            .answers::<Organisation>(StatusCode::OK, "组织"),
        api::put(
            ONE,
            EDIT,
            "edit_organisation",
            "修改组织",
            axum::routing::put(edit),
        )
        .takes::<EditedOrganisation>()
        .answers::<Organisation>(StatusCode::OK, "修改后的组织"),
        api::post(
            "/api/v1/organisations/{id}/move",
            EDIT,
            "move_organisation",
            "调整隶属",
            post(relocate),
        )
        .takes::<Relocation>()
        .answers::<Organisation>(StatusCode::OK, "调整后的组织"),
    ]
}

/// 组织、单位、片区或其他机构
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Organisation {
    /// 标识
    id: Id,
    /// organisation 党组织，unit 单位，zone 片区等，body 其他机构
    category: String,
    /// 类别代码
    kind: String,
    /// 全称
    name: String,
    /// 简称
    short_name: String,
    /// 组织代码
    issued_code: Option<String>,
    /// 隶属路径，下级以上级的路径开头
    path: String,
    /// 所在片区
    zone: Option<Id>,
    /// 设立日期
    from: Day,
    /// 撤并前的最后一天
    to: Option<Day>,
    /// 版本，修改时带回
    version: i64,
}

impl From<Node> for Organisation {
    fn from(node: Node) -> Self {
        Organisation {
            id: node.id,
            category: node.category,
            kind: node.kind,
            name: node.name,
            short_name: node.short_name,
            issued_code: node.issued_code,
            path: node.path.as_str().to_owned(),
            zone: node.zone,
            from: node.from_day,
            to: node.to_day,
            version: node.version,
        }
    }
}

/// 新建组织
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganisation {
    /// organisation、unit、zone 或 body
    #[schema(pattern = "^(organisation|unit|zone|body)$")]
    category: String,
    /// 类别代码
    kind: String,
    /// 全称
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// 简称
    #[serde(default)]
    #[schema(max_length = 30)]
    short_name: Option<String>,
    /// 组织代码
    #[serde(default)]
    #[schema(max_length = 40)]
    issued_code: Option<String>,
    /// 上级
    parent: Id,
    /// 片区
    #[serde(default)]
    zone: Option<Id>,
    /// 教育集团
    #[serde(default)]
    group: Option<Id>,
    /// 联系点
    #[serde(default)]
    contact: Option<Id>,
    /// 标签代码
    #[serde(default)]
    tag: Vec<String>,
    /// 所属单位
    #[serde(default)]
    unit: Vec<Id>,
    /// 生效日期，默认今天
    #[serde(default)]
    from: Option<Day>,
}

/// 修改组织：没有写的片区、集团、联系点、标签、单位视为没有
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditedOrganisation {
    /// 类别代码
    kind: String,
    /// 全称
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// 简称
    #[serde(default)]
    #[schema(max_length = 30)]
    short_name: Option<String>,
    /// 组织代码
    #[serde(default)]
    #[schema(max_length = 40)]
    issued_code: Option<String>,
    /// 片区
    #[serde(default)]
    zone: Option<Id>,
    /// 教育集团
    #[serde(default)]
    group: Option<Id>,
    /// 联系点
    #[serde(default)]
    contact: Option<Id>,
    /// 标签代码
    #[serde(default)]
    tag: Vec<String>,
    /// 所属单位
    #[serde(default)]
    unit: Vec<Id>,
    /// 生效日期，默认今天
    #[serde(default)]
    from: Option<Day>,
    /// 读到的版本
    version: i64,
}

/// 调整隶属
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Relocation {
    /// 新的上级
    parent: Id,
    /// 生效日期，默认今天
    #[serde(default)]
    from: Option<Day>,
    /// 读到的版本
    version: i64,
}

/// 筛选
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
struct Wanted {
    /// organisation、unit、zone 或 body；不写为全部
    category: Option<String>,
    /// 只要它和它的下级
    #[param(value_type = Option<Id>)]
    under: Option<String>,
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> api::Result {
    let (db, limit) = (app.store.db(), paging.limit()?);
    let reach = actor.reach(Right::SeeOrganisations);
    let under = match wanted.under.as_deref() {
        Some(text) => {
            let id = text.parse().map_err(|_| Problem::not_found())?;
            Some(visible(&app, &actor, id).await?.path)
        }
        None => None,
    };
    let after: Option<(kernel::TreePath, Id)> = paging.after()?;
    let category = wanted.category.as_deref();
    let found = rows::page(
        db,
        &reach,
        category,
        under.as_ref(),
        after.as_ref(),
        limit + 1,
    )
    .await?;
    api::json(&Page::of(found, limit, |n| (n.path.clone(), n.id)).map(Organisation::from))
}

async fn visible(app: &App, actor: &Actor, id: Id) -> api::Result<Node> {
    let found = rows::find_node(app.store.db(), id).await?;
    found
        .filter(|node| actor.can(Right::SeeOrganisations, &node.place()))
        .ok_or_else(Problem::not_found)
}

async fn one(State(app): State<App>, actor: Actor, Key(id): Key) -> api::Result {
    api::json(&Organisation::from(visible(&app, &actor, id).await?))
}

async fn create(
    State(app): State<App>,
    actor: Actor,
    command: Command<NewOrganisation>,
) -> api::Result {
    let form = NodeForm::read(&command.form(), app.store.today()).map_err(Problem::fields)?;
    let (who, category) = (actor.clone(), command.input.category.clone());
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::CREATED,
        |tx| async move {
            let node =
                create_organisation::create_organisation(&tx, &who, &category, &form).await?;
            Ok(Organisation::from(node))
        },
    )
    .await
}

async fn edit(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<EditedOrganisation>,
) -> api::Result {
    let node = editable(&app, &actor, id).await?;
    let form = NodeForm::read(&command.form(), app.store.today()).map_err(Problem::fields)?;
    let (who, version) = (actor.clone(), command.input.version);
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            edit_organisation::edit_organisation(&tx, &who, &node, version, &form).await?;
            as_it_stands(&tx, id).await
        },
    )
    .await
}

async fn relocate(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    command: Command<Relocation>,
) -> api::Result {
    let node = editable(&app, &actor, id).await?;
    let mut errors = FieldErrors::new();
    let from = read_from(&command.form(), app.store.today(), &mut errors);
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    if node.category != "organisation" {
        return Err(Problem::not_found());
    }
    let (who, input) = (actor.clone(), command.input);
    act(
        &app,
        &actor,
        &command.once,
        StatusCode::OK,
        |tx| async move {
            let parent = Some(input.parent);
            move_organisation::move_organisation(&tx, &who, &node, input.version, parent, from)
                .await?;
            as_it_stands::<NotMoved>(&tx, id).await
        },
    )
    .await
}

async fn as_it_stands<R>(tx: &Tx, id: Id) -> Result<Organisation, Fail<R>> {
    let node = rows::find_node(tx, id).await?.ok_or(Fail::NotFound)?;
    Ok(Organisation::from(node))
}
