//! 接口: the same use cases for programs, under `/api/v1`. A request carries a personal token, never
//! a cookie; an answer is JSON, a refusal `application/problem+json`. Each endpoint describes itself:
//! the document at `/api/v1/openapi.json` and the page `/api` are made from the router's registry.

mod command;
mod document;
mod pages;
mod problem;

pub use command::{Command, Key, Keys, Moment, Once, Paging, Query, Upload, act};
pub use document::document;
pub use pages::feature;
pub use problem::Problem;

use crate::app::{App, Route};
use crate::rights::Right;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::{
    Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{Object, Schema, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// Where every endpoint lies.
pub const ROOT: &str = "/api/v1";

/// What an endpoint answers.
pub type Result<T = Response> = std::result::Result<T, Problem>;

/// 接口的一个入口: a route with its description.
#[derive(Clone)]
pub struct Endpoint {
    /// The way in.
    pub route: Route,
    pub(crate) operation: Operation,
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
}

/// 一页: items and, where there are more, what to ask for next.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// 本页的条目
    pub items: Vec<T>,
    /// 下一页的起点，放进 after；没有更多时为空
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The first `limit` of the rows asked for, of which one more than that was fetched.
    pub fn of<K: Serialize>(mut items: Vec<T>, limit: usize, key: impl Fn(&T) -> K) -> Page<T> {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| cursor(&key(last)));
        Page { items, next }
    }

    /// The same page of something else.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(each).collect(),
            next: self.next,
        }
    }
}

/// The place after which a page begins, as opaque text.
pub fn cursor<K: Serialize>(key: &K) -> String {
    serde_json::to_vec(key).map_or_else(|_| String::new(), hex::encode)
}

/// An answer in JSON.
pub fn json<T: Serialize>(value: &T) -> Result {
    Ok(axum::Json(value).into_response())
}

/// Done, with nothing to tell.
pub fn no_content() -> Result {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A file.
pub fn file(name: &str, media: &'static str, bytes: Vec<u8>) -> Result {
    Ok(crate::reply::attachment(name, media, bytes)?.into_response())
}

/// Reads.
pub fn get(
    path: &'static str,
    right: Right,
    id: &'static str,
    summary: &'static str,
    handler: MethodRouter<App>,
) -> Endpoint {
    Endpoint::new(Route::get(path, right, handler), id, summary)
}

/// Does something.
pub fn post(
    path: &'static str,
    right: Right,
    id: &'static str,
    summary: &'static str,
    handler: MethodRouter<App>,
) -> Endpoint {
    Endpoint::new(Route::post(path, right, handler), id, summary).once()
}

/// Replaces something.
pub fn put(
    path: &'static str,
    right: Right,
    id: &'static str,
    summary: &'static str,
    handler: MethodRouter<App>,
) -> Endpoint {
    let route = Route {
        method: Method::PUT,
        ..Route::post(path, right, handler)
    };
    Endpoint::new(route, id, summary).once()
}

/// Takes something away.
pub fn delete(
    path: &'static str,
    right: Right,
    id: &'static str,
    summary: &'static str,
    handler: MethodRouter<App>,
) -> Endpoint {
    let route = Route {
        method: Method::DELETE,
        ..Route::post(path, right, handler)
    };
    Endpoint::new(route, id, summary).once()
}

impl Endpoint {
    fn new(route: Route, id: &'static str, summary: &'static str) -> Endpoint {
        let tag = route
            .path
            .strip_prefix(ROOT)
            .and_then(|rest| rest.split('/').nth(1))
            .unwrap_or_default();
        let keys: Vec<Parameter> = route
            .path
            .split(['{', '}'])
            .skip(1)
            .step_by(2)
            .map(path_key)
            .collect();
        let mut operation = OperationBuilder::new()
            .tag(tag)
            .operation_id(Some(id))
            .summary(Some(summary))
            .parameters(Some(keys));
        if route.right != Right::Public {
            operation = operation.description(Some(format!("权限：{}", route.right.chinese())));
        }
        Endpoint {
            operation: operation.build(),
            schemas: vec![],
            route,
        }
    }

    fn change(mut self, with: impl FnOnce(OperationBuilder) -> OperationBuilder) -> Endpoint {
        self.operation = with(self.operation.into()).build();
        self
    }

    fn learn<T: ToSchema>(&mut self) -> Ref {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(T::name())
    }

    /// May be sent again under the same key.
    fn once(self) -> Endpoint {
        let header = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("幂等键：同一个键的请求只办一次，重发得到同一个答复"))
            .schema(Some(
                Object::builder()
                    .schema_type(Type::String)
                    .pattern(Some("^[!-~]{1,60}$")),
            ))
            .build();
        self.change(|operation| operation.parameter(header))
    }

    /// Takes these in its query.
    pub fn query<T: IntoParams>(self) -> Endpoint {
        let parameters = T::into_params(|| Some(ParameterIn::Query));
        self.change(|operation| {
            parameters
                .into_iter()
                .fold(operation, OperationBuilder::parameter)
        })
    }

    /// Takes JSON of that shape.
    pub fn takes<T: ToSchema>(mut self) -> Endpoint {
        let schema = self.learn::<T>();
        let body = RequestBodyBuilder::new()
            .content(
                "application/json",
                ContentBuilder::new().schema(Some(schema)).build(),
            )
            .required(Some(Required::True))
            .build();
        self.change(|operation| operation.request_body(Some(body)))
    }

    /// Takes bytes of one of those media types.
    pub fn takes_bytes(self, media: &[&str]) -> Endpoint {
        let bytes = Object::builder()
            .schema_type(Type::String)
            .content_encoding("binary")
            .build();
        let body = media.iter().fold(RequestBodyBuilder::new(), |body, media| {
            let content = ContentBuilder::new().schema(Some(bytes.clone())).build();
            body.content(*media, content)
        });
        let body = body.required(Some(Required::True)).build();
        self.change(|operation| operation.request_body(Some(body)))
    }

    /// Answers JSON of that shape.
    pub fn answers<T: ToSchema>(mut self, status: StatusCode, words: &str) -> Endpoint {
        let schema = self.learn::<T>();
        let answer = ResponseBuilder::new().description(words).content(
            "application/json",
            ContentBuilder::new().schema(Some(schema)).build(),
        );
        self.change(|operation| operation.response(status.as_str(), answer))
    }

    /// Answers nothing but that it is done.
    pub fn answers_nothing(self) -> Endpoint {
        let answer = ResponseBuilder::new().description("已办");
        self.change(|operation| operation.response("204", answer))
    }

    /// Answers a file of that media type.
    pub fn answers_file(self, media: &str) -> Endpoint {
        let bytes = Object::builder().schema_type(Type::String);
        let answer = ResponseBuilder::new().description("文件").content(
            media,
            ContentBuilder::new().schema(Some(bytes.build())).build(),
        );
        self.change(|operation| operation.response("200", answer))
    }
}

fn path_key(name: &str) -> Parameter {
    // A duty is named by two ids.
    let schema: RefOr<Schema> = match name {
        "key" => Object::builder()
            .schema_type(Type::String)
            .pattern(Some("^[0-9]{1,19}-[0-9]{1,19}$"))
            .into(),
        _ => kernel::Id::schema(),
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(schema))
        .build()
}

/// The header that names who asks.
pub(crate) fn bearer(headers: &axum::http::HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim())
        .filter(|token| !token.is_empty())
}
