//! A refusal as programs read it (RFC 9457).

use crate::failure::{Explained, Failure};
use crate::form::FieldErrors;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::Refusal;
use serde::{Deserialize, Serialize};
use store::Fail;
use utoipa::ToSchema;

/// 没有办成: status, a stable code, and words for a person. Boxed: it is what every handler may
/// return in place of its answer.
#[derive(Clone, Debug)]
pub struct Problem(Box<Told>);

/// What a program reads of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Told {
    /// 固定为 about:blank，机器请看 code
    #[serde(rename = "type")]
    pub kind: String,
    /// 一句话
    pub title: String,
    /// HTTP 状态码
    pub status: u16,
    /// 稳定的代码，如 not_found、stale、name_taken
    pub code: String,
    /// 为什么，怎么办
    pub detail: String,
    /// 依据的文件和条款
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source: Option<String>,
    /// 哪个字段
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// 字段的问题
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// 字段，嵌套的用点隔开
    pub field: String,
    /// 问题
    pub detail: String,
}

impl Problem {
    /// One of that status and code.
    pub fn new(status: StatusCode, code: &str, title: &str, detail: impl Into<String>) -> Problem {
        Problem(Box::new(Told {
            kind: "about:blank".to_owned(),
            title: title.to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            source: None,
            errors: vec![],
        }))
    }

    /// No token, or none that lives.
    pub fn unauthorized() -> Problem {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "没有可用的令牌",
            "请在请求头 Authorization 里写 Bearer 和个人令牌；令牌在“我的账号—接口令牌”里生成。",
        )
    }

    /// There is no such thing, or none they may know of.
    pub fn not_found() -> Problem {
        Failure::NotFound.into()
    }

    /// A token that only reads.
    pub fn read_only() -> Problem {
        Problem::new(
            StatusCode::FORBIDDEN,
            "read_only",
            "令牌只能读取",
            "这个令牌生成时限定为只读，请另生成可以办理的令牌。",
        )
    }

    /// A field that cannot be taken.
    pub fn field(field: &str, detail: impl Into<String>) -> Problem {
        let detail = detail.into();
        let mut problem = Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "内容不合要求",
            detail.clone(),
        );
        problem.0.errors.push(FieldError {
            field: field.to_owned(),
            detail,
        });
        problem
    }

    /// Every field that cannot be taken.
    pub fn fields(errors: FieldErrors) -> Problem {
        let words: Vec<&str> = errors.values().map(String::as_str).collect();
        let mut problem = Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "内容不合要求",
            words.join("；"),
        );
        problem.0.errors = errors
            .into_iter()
            .map(|(field, detail)| FieldError {
                field: field.to_owned(),
                detail,
            })
            .collect();
        problem
    }

    /// The request is not JSON of the shape asked for.
    pub fn unreadable(detail: impl Into<String>) -> Problem {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "unreadable",
            "没有读懂请求",
            detail,
        )
    }

    pub(crate) fn explained(explained: &Explained) -> Problem {
        let mut problem = Problem::new(
            explained.status,
            explained.code,
            &explained.title,
            explained.words.clone(),
        );
        problem.0.source.clone_from(&explained.source);
        problem
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let field = match &failure {
            Failure::Refused(refusal) => refusal.field(),
            _ => None,
        };
        let mut problem = Problem::explained(&failure.explain());
        if let Some(field) = field {
            problem.0.status = StatusCode::UNPROCESSABLE_ENTITY.as_u16();
            problem.0.errors.push(FieldError {
                field: field.to_owned(),
                detail: problem.0.detail.clone(),
            });
        }
        problem
    }
}

impl<R: Refusal + 'static> From<Fail<R>> for Problem {
    fn from(fail: Fail<R>) -> Self {
        Failure::from(fail).into()
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        Failure::Broken(error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&*self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
