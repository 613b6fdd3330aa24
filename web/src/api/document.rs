//! The interface's own description, from the endpoints themselves.

use super::Endpoint;
use super::problem::{FieldError, Told};
use crate::rights::Right;
use axum::http::Method;
use utoipa::openapi::path::HttpMethod;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Paths, Ref,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

/// Refusals that any endpoint may answer with.
const REFUSALS: [(&str, &str); 9] = [
    ("400", "没有读懂请求"),
    ("401", "没有可用的令牌"),
    ("403", "令牌只能读取"),
    ("404", "没有，或不在管辖范围内"),
    ("409", "规则不允许，或内容已被别人改过"),
    ("413", "内容太大"),
    ("415", "内容类型不对"),
    ("422", "内容不合要求"),
    ("500", "系统出了问题"),
];

/// The OpenAPI document of those endpoints.
pub fn document(endpoints: &[Endpoint], server: &str) -> OpenApi {
    let mut paths = Paths::new();
    let mut components = ComponentsBuilder::new()
        .schema(Told::name(), Told::schema())
        .schema(FieldError::name(), FieldError::schema())
        .security_scheme(
            "token",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
    for endpoint in endpoints {
        for (name, schema) in &endpoint.schemas {
            components = components.schema(name, schema.clone());
        }
        let mut operation = endpoint.operation.clone();
        if endpoint.route.right != Right::Public {
            operation.security = Some(vec![SecurityRequirement::new("token", [""; 0])]);
        }
        for (status, words) in REFUSALS {
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name(Told::name())))
                .build();
            let refusal = ResponseBuilder::new()
                .description(words)
                .content("application/problem+json", content)
                .build();
            operation
                .responses
                .responses
                .insert(status.to_owned(), refusal.into());
        }
        paths.add_path_operation(
            endpoint.route.path,
            vec![http_method(&endpoint.route.method)],
            operation,
        );
    }
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("支部接口")
                .version("1")
                .description(Some(
                    "与页面同一套规则、同一套权限。个人令牌在“我的账号—接口令牌”里生成。",
                ))
                .build(),
        )
        .servers(Some([utoipa::openapi::Server::new(
            server.trim_end_matches('/'),
        )]))
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

fn http_method(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}
