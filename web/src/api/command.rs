//! What a program sends: a query, a key in the path, a body that counts once.

use super::{Problem, Result};
use crate::app::App;
use crate::{Actor, Form};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use kernel::{Id, Instant, Refusal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::future::Future;
use std::str::FromStr;
use store::{Fail, OnceKey, Tx};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Object, Schema, SchemaFormat, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// Bytes a JSON body may have.
const MOST_JSON: usize = 2 * 1024 * 1024;
/// Items of a page, when none are asked for, and at most.
const USUAL: u16 = 50;
const MOST: u16 = 200;

/// 分页
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
pub struct Paging {
    /// 从哪里接着读：上一页的 next
    #[param(max_length = 2000, pattern = "^[0-9a-f]*$")]
    pub after: Option<String>,
    /// 一页几条，1 到 200，默认 50
    #[param(minimum = 1, maximum = 200, value_type = Option<u16>)]
    pub limit: Option<String>,
}

impl Paging {
    /// How many items the page has.
    pub fn limit(&self) -> Result<usize> {
        let Some(text) = self.limit.as_deref() else {
            return Ok(usize::from(USUAL));
        };
        text.parse::<u16>()
            .ok()
            .filter(|n| (1..=MOST).contains(n))
            .map(usize::from)
            .ok_or_else(|| Problem::field("limit", format!("limit 应为 1 到 {MOST} 的整数。")))
    }

    /// The key after which the page begins.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        let Some(text) = self.after.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let key = hex::decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        key.map(Some)
            .ok_or_else(|| Problem::field("after", "after 不是上一页给出的 next。"))
    }
}

/// The query, or what is wrong with it.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let text = parts.uri.query().unwrap_or_default();
        serde_urlencoded::from_str(text)
            .map(Query)
            .map_err(|error| Problem::unreadable(format!("查询参数不合要求：{error}")))
    }
}

/// The one key in the path; what is no key names nothing.
#[derive(Clone, Copy, Debug)]
pub struct Key<T = Id>(pub T);

impl<T: FromStr> FromRequestParts<App> for Key<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let found = Keys::from_request_parts(parts, app).await?;
        found.get(0).map(Key)
    }
}

/// The keys in the path, in its order.
#[derive(Clone, Debug)]
pub struct Keys(Vec<String>);

impl Keys {
    /// One of them.
    pub fn get<T: FromStr>(&self, at: usize) -> Result<T> {
        self.0
            .get(at)
            .and_then(|text| text.parse().ok())
            .ok_or_else(Problem::not_found)
    }
}

impl FromRequestParts<App> for Keys {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let params = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| Problem::not_found())?;
        Ok(Keys(
            params.iter().map(|(_, text)| text.to_owned()).collect(),
        ))
    }
}

/// 时刻 as programs read it: RFC 3339 with Beijing's offset.
#[derive(Clone, Copy, Debug)]
pub struct Moment(pub Instant);

impl From<Instant> for Moment {
    fn from(at: Instant) -> Self {
        Moment(at)
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        let (hour, minute, second) = self.0.clock();
        s.collect_str(&format_args!(
            "{}T{hour:02}:{minute:02}:{second:02}+08:00",
            self.0.day()
        ))
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        Object::builder()
            .schema_type(Type::String)
            .description(Some("时刻，北京时间"))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}

impl ToSchema for Moment {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Moment")
    }
}

/// The key under which a request counts once, and what it asked, so that the key cannot be used for
/// something else.
#[derive(Clone, Debug)]
pub struct Once {
    key: OnceKey,
    print: String,
}

impl Once {
    /// The key itself, for use cases that keep receipts of their own.
    pub fn key(&self) -> &OnceKey {
        &self.key
    }
}

/// A deed: its input and the key that makes it count once. `Command<()>` has no body.
#[derive(Clone, Debug)]
pub struct Command<T> {
    /// What it says.
    pub input: T,
    /// Its key.
    pub once: Once,
}

impl<T: Serialize> Command<T> {
    /// The input as the browser's form would have sent it: one reader judges both.
    pub fn form(&self) -> Form {
        Form::of_json(&serde_json::to_value(&self.input).unwrap_or_default())
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Command<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (parts, bytes, once) = whole(request, app, MOST_JSON, "JSON 最多 2 MB。").await?;
        Ok(Command {
            input: read(&parts.headers, &bytes)?,
            once,
        })
    }
}

/// Bytes to keep, and the key that makes their sending count once.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The bytes.
    pub bytes: Bytes,
    /// Their key.
    pub once: Once,
}

impl FromRequest<App> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let limit = app.upload_limit;
        let (_, bytes, once) = whole(request, app, limit, "文件太大，请缩小后再传。").await?;
        Ok(Upload { bytes, once })
    }
}

/// The whole request with the key under which it counts once.
async fn whole(
    request: Request,
    app: &App,
    limit: usize,
    too_large: &str,
) -> Result<(Parts, Bytes, Once)> {
    let (parts, body) = request.into_parts();
    let actor = parts.extensions.get::<Actor>();
    let account = actor.ok_or_else(Problem::unauthorized)?.account;
    let bytes = axum::body::to_bytes(body, limit).await.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "内容太大",
            too_large,
        )
    })?;
    let key = once_key(&parts.headers, app)?;
    let mut digest = Sha256::new();
    for part in [parts.method.as_str(), parts.uri.path()] {
        digest.update(part);
        digest.update([0]);
    }
    digest.update(&bytes);
    let once = Once {
        key: OnceKey { account, key },
        print: hex::encode(digest.finalize()),
    };
    Ok((parts, bytes, once))
}

fn once_key(headers: &HeaderMap, app: &App) -> Result<String> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(format!("api:{}", app.store.context.token()));
    };
    let text = value.to_str().unwrap_or_default();
    if (1..=60).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(format!("api:{text}"))
    } else {
        Err(Problem::unreadable(
            "Idempotency-Key 应为 1 到 60 个可见的 ASCII 字符。",
        ))
    }
}

fn read<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T> {
    if std::any::type_name::<T>() == std::any::type_name::<()>() {
        return serde_json::from_str("null").map_err(|_| Problem::unreadable("请求不带内容。"));
    }
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "内容类型不对",
            "请用 application/json 发送。",
        ));
    }
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut source).map_err(|error| {
        let place = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() {
            Problem::field(&place, format!("{place}：{inner}"))
        } else {
            Problem::unreadable(format!("不是合法的 JSON：{inner}"))
        }
    })?;
    source
        .end()
        .map_err(|error| Problem::unreadable(format!("JSON 后面还有内容：{error}")))?;
    Ok(value)
}

/// What is kept of an answer, for whoever sends the same request again.
#[derive(Serialize, Deserialize)]
struct Kept {
    print: String,
    status: u16,
    body: serde_json::Value,
}

/// Does it once, in one transaction; sent again under the same key, the first answer comes back.
pub async fn act<T, R, F, Fut>(
    app: &App,
    actor: &Actor,
    once: &Once,
    status: StatusCode,
    deed: F,
) -> Result
where
    T: Serialize,
    R: Refusal + 'static,
    F: FnOnce(Tx) -> Fut,
    Fut: Future<Output = std::result::Result<T, Fail<R>>>,
{
    let print = once.print.clone();
    let receipt = app
        .store
        .write_once(&actor.by(), &once.key, |tx| async move {
            let body = serde_json::to_value(deed(tx).await?)?;
            let kept = Kept {
                print,
                status: status.as_u16(),
                body,
            };
            Ok(serde_json::to_string(&kept)?)
        })
        .await?;
    let kept: Kept = serde_json::from_str(&receipt).map_err(store::Error::from)?;
    if kept.print != once.print {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "幂等键已用于别的请求",
            "请为这个请求换一个 Idempotency-Key。",
        ));
    }
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    if status == StatusCode::NO_CONTENT {
        return Ok(status.into_response());
    }
    let response: Response = (status, axum::Json(kept.body)).into_response();
    Ok(response)
}
