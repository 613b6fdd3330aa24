//! The interface's document, for programs and for people.

use super::{Endpoint, document, json};
use crate::app::{App, Feature, Route};
use crate::{Actor, Frame, Right, reply};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The routes of the interface's own description, and who one is.
pub fn feature() -> Feature {
    Feature {
        name: "api",
        routes: vec![
            Route::get("/api", Right::SignedIn, routing::get(page)),
            Route::get("/api/v1/openapi.json", Right::Public, routing::get(openapi)),
        ],
        api: vec![
            super::get(
                "/api/v1/me",
                Right::SignedIn,
                "me",
                "令牌代表谁，有哪些角色",
                routing::get(me),
            )
            .answers::<Me>(axum::http::StatusCode::OK, "令牌的主人"),
        ],
        ..Feature::default()
    }
}

async fn openapi(State(app): State<App>) -> Response {
    axum::Json(document(&app.endpoints, &app.public_url)).into_response()
}

/// 令牌的主人
#[derive(Serialize, ToSchema)]
struct Me {
    /// 账号标识
    account: kernel::Id,
    /// 姓名
    name: String,
    /// 令牌所及的角色
    roles: Vec<HeldRole>,
}

/// 任职
#[derive(Serialize, ToSchema)]
struct HeldRole {
    /// 角色代码
    role: String,
    /// 角色名称
    role_name: String,
    /// 在哪个组织或片区
    node: kernel::Id,
    /// 它的名称
    node_name: String,
}

async fn me(actor: Actor) -> super::Result {
    let held = |grant: &crate::Grant| HeldRole {
        role: grant.role.code().to_owned(),
        role_name: grant.role.chinese().to_owned(),
        node: grant.node,
        node_name: grant.node_name.clone(),
    };
    json(&Me {
        account: actor.account,
        name: actor.name.clone(),
        roles: actor.grants.iter().map(held).collect(),
    })
}

/// One endpoint as the page shows it.
struct Line {
    id: String,
    method: String,
    path: String,
    summary: String,
    right: &'static str,
    parameters: Vec<Field>,
    body: Option<Shape>,
    answer: Option<(String, String, Option<Shape>)>,
}

/// A parameter or a property.
struct Field {
    name: String,
    kind: String,
    required: bool,
    words: String,
}

/// The shape of a body.
struct Shape {
    name: String,
    fields: Vec<Field>,
}

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage {
    frame: Frame,
    groups: Vec<(&'static str, Vec<Line>)>,
    count: usize,
    address: String,
}

async fn page(State(app): State<App>, actor: Actor) -> crate::Result {
    let whole = serde_json::to_value(document(&app.endpoints, &app.public_url))?;
    let mut groups: Vec<(&'static str, Vec<Line>)> = Vec::new();
    for endpoint in app.endpoints.iter() {
        let tag = endpoint.operation.tags.iter().flatten().next().cloned();
        let tag = tag.unwrap_or_default();
        let tag = group(&tag);
        let line = line(endpoint, &whole);
        match groups.iter_mut().find(|(name, _)| *name == tag) {
            Some((_, lines)) => lines.push(line),
            None => groups.push((tag, vec![line])),
        }
    }
    reply::page(&ApiPage {
        frame: Frame::new(&app, &actor, "", "接口").await?,
        groups,
        count: app.endpoints.len(),
        address: app.public_url.trim_end_matches('/').to_owned(),
    })
}

/// The heading over the endpoints of one tag.
fn group(tag: &str) -> &'static str {
    const NAMES: [(&str, &str); 14] = [
        ("me", "令牌"),
        ("organisations", "组织"),
        ("members", "党员"),
        ("records", "工作纪实"),
        ("files", "文件"),
        ("sheets", "交办单"),
        ("duties", "履职事项"),
        ("progress", "进度"),
        ("rankings", "排名"),
        ("notices", "通知"),
        ("feedback", "意见反馈"),
        ("accounts", "账号"),
        ("grants", "任职"),
        ("audit", "审计"),
    ];
    let found = NAMES.iter().find(|(name, _)| *name == tag);
    found.map_or("其他", |(_, words)| words)
}

fn line(endpoint: &Endpoint, whole: &Value) -> Line {
    let method = endpoint.route.method.as_str().to_lowercase();
    let operation = &whole["paths"][endpoint.route.path][&method];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parameters = operation["parameters"].as_array();
    let success = operation["responses"]
        .as_object()
        .and_then(|all| all.iter().find(|(status, _)| status.starts_with('2')));
    Line {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: endpoint.route.path.to_owned(),
        summary: text(&operation["summary"]),
        right: endpoint.route.right.chinese(),
        parameters: parameters
            .into_iter()
            .flatten()
            .map(|p| Field {
                name: text(&p["name"]),
                kind: kind(&p["schema"]),
                required: p["required"].as_bool().unwrap_or(false),
                words: text(&p["description"]),
            })
            .collect(),
        body: content(&operation["requestBody"]).and_then(|schema| shape(schema, whole)),
        answer: success.map(|(status, answer)| {
            let shape = content(answer).and_then(|schema| shape(schema, whole));
            (status.clone(), text(&answer["description"]), shape)
        }),
    }
}

fn content(part: &Value) -> Option<&Value> {
    let by_media = part["content"].as_object()?;
    by_media.values().next().map(|media| &media["schema"])
}

/// A named shape with its fields; of a page of things, the things.
fn shape(schema: &Value, whole: &Value) -> Option<Shape> {
    let name = named(schema)?;
    let of = &whole["components"]["schemas"][&name];
    let properties = of["properties"].as_object()?;
    let required: Vec<&str> = of["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if let Some(items) = properties
        .get("items")
        .filter(|_| properties.contains_key("next"))
    {
        let one = shape(&items["items"], whole)?;
        return Some(Shape {
            name: format!("一页 {}：items 里每条为", one.name),
            ..one
        });
    }
    let fields = properties.iter().map(|(name, property)| Field {
        name: name.clone(),
        kind: kind(property),
        required: required.contains(&name.as_str()),
        words: description(property),
    });
    Some(Shape {
        name,
        fields: fields.collect(),
    })
}

/// What a property means; of one that may be null, what the other choice means.
fn description(property: &Value) -> String {
    let choices = property["oneOf"].as_array();
    let all = std::iter::once(property).chain(choices.into_iter().flatten());
    all.filter_map(|one| one["description"].as_str())
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn named(schema: &Value) -> Option<String> {
    let reference = schema["$ref"].as_str()?;
    reference.rsplit('/').next().map(str::to_owned)
}

/// A schema in a word or two.
fn kind(schema: &Value) -> String {
    if let Some(name) = named(schema) {
        return match name.as_str() {
            "Id" => "标识".to_owned(),
            "Day" => "日期".to_owned(),
            "Moment" => "时刻".to_owned(),
            _ => name,
        };
    }
    if let Some(choices) = schema["enum"].as_array() {
        let words: Vec<&str> = choices.iter().filter_map(Value::as_str).collect();
        return words.join(" | ");
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(of) = schema[several].as_array() {
            let kinds: Vec<String> = of
                .iter()
                .filter(|one| one["type"] != "null")
                .map(kind)
                .collect();
            return kinds.join(" 或 ");
        }
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    let word = |name: &&str| match *name {
        "string" => "文字".to_owned(),
        "integer" | "number" => "数".to_owned(),
        "boolean" => "是否".to_owned(),
        "array" => format!("若干 {}", kind(&schema["items"])),
        other => other.to_owned(),
    };
    let known: Vec<String> = types.iter().filter(|t| **t != "null").map(word).collect();
    known.join(" 或 ")
}
