//! How a request fails, and what the person sees then.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::Refusal;
use store::Fail;

/// Why a handler gives no page.
#[derive(Debug)]
pub enum Failure {
    /// There is no such thing, or none this person may know of: the same answer for both.
    NotFound,
    /// A rule said no.
    Refused(Box<dyn Refusal>),
    /// Somebody changed it in the meantime. What was typed, and what stands now, field by field.
    Stale {
        yours: Vec<(String, String)>,
        theirs: Vec<(String, String)>,
    },
    /// The request is not one a form of ours sends.
    Unreadable(&'static str),
    /// The form's token is not this session's.
    Forged,
    /// More bytes than allowed; the sentence says how many are.
    TooLarge(String),
    /// The store failed.
    Broken(store::Error),
}

/// What handlers return.
pub type Result<T = crate::Reply> = std::result::Result<T, Failure>;

impl<R: Refusal + 'static> From<Fail<R>> for Failure {
    fn from(fail: Fail<R>) -> Self {
        match fail {
            Fail::Refused(refusal) => Failure::Refused(Box::new(refusal)),
            Fail::NotFound => Failure::NotFound,
            Fail::Stale => Failure::Stale {
                yours: vec![],
                theirs: vec![],
            },
            Fail::Store(error) => Failure::Broken(error),
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Failure::Broken(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Failure::Broken(error.into())
    }
}

/// What the guard needs to draw the error page.
#[derive(Clone, Debug)]
pub(crate) struct Explained {
    pub status: StatusCode,
    pub code: &'static str,
    pub title: String,
    pub words: String,
    pub source: Option<String>,
    pub yours: Vec<(String, String)>,
    pub theirs: Vec<(String, String)>,
}

impl Failure {
    pub(crate) fn explain(self) -> Explained {
        let (status, code, title, words): (_, _, &str, String) = match &self {
            Failure::NotFound => (
                StatusCode::NOT_FOUND,
                "not_found",
                "没有找到这一页",
                "地址可能有误，内容可能已移走，也可能不在您的管辖范围内。".to_owned(),
            ),
            Failure::Refused(refusal) => {
                (StatusCode::CONFLICT, refusal.code(), "这一步没有办成", refusal.words().into_owned())
            }
            Failure::Stale { .. } => (
                StatusCode::CONFLICT,
                "stale",
                "内容已被别人改过",
                "在您打开之后，有人先保存了修改。您填写的内容没有丢，请对照后重新提交。".to_owned(),
            ),
            Failure::Unreadable(why) => {
                (StatusCode::BAD_REQUEST, "unreadable", "没有读懂这次提交", (*why).to_owned())
            }
            Failure::Forged => (
                StatusCode::FORBIDDEN,
                "forged",
                "页面已过期",
                "登录已过期或已在别处退出，这次提交没有生效。已自动保存的内容还在；请重新登录，用浏览器的“后退”可以找回刚填的文字。".to_owned(),
            ),
            Failure::TooLarge(words) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "文件太大", words.clone())
            }
            Failure::Broken(error) => {
                tracing::error!(%error, "request failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "broken",
                    "系统出了问题",
                    "这次操作没有生效，已保存的内容没有受影响。请稍后再试；若再次出现，请告诉系统管理员。"
                        .to_owned(),
                )
            }
        };
        let source = match &self {
            Failure::Refused(refusal) => refusal
                .source()
                .map(|s| format!("{} {}", s.document, s.article)),
            _ => None,
        };
        let (yours, theirs) = match self {
            Failure::Stale { yours, theirs } => (yours, theirs),
            _ => (vec![], vec![]),
        };
        Explained {
            status,
            code,
            title: title.to_owned(),
            words,
            source,
            yours,
            theirs,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let explained = self.explain();
        let mut response = explained.status.into_response();
        response.extensions_mut().insert(explained);
        response
    }
}
