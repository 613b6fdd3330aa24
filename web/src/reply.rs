//! What handlers answer.

use crate::failure::Failure;
use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// 应答: a page, a way on, or bytes to keep.
#[derive(Debug)]
pub struct Reply(Response);

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        self.0
    }
}

/// A page from its template.
pub fn page<T: Template>(template: &T) -> crate::Result {
    page_with(StatusCode::OK, template)
}

/// A page that shows a form again with its errors.
pub fn invalid<T: Template>(template: &T) -> crate::Result {
    page_with(StatusCode::UNPROCESSABLE_ENTITY, template)
}

fn page_with<T: Template>(status: StatusCode, template: &T) -> crate::Result {
    let html = template
        .render()
        .map_err(|_| Failure::Broken(store::Error::Schema("a template failed".to_owned())))?;
    Ok(Reply((status, Html(html)).into_response()))
}

/// On to another page (after a form: the answer is fetched by GET, so that going back repeats
/// nothing).
pub fn see_other(path: impl AsRef<str>) -> crate::Result {
    let location = HeaderValue::from_str(path.as_ref())
        .map_err(|_| Failure::Unreadable("地址里有不能用的字符。"))?;
    Ok(Reply(
        (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
    ))
}

/// On to another page with one sentence that says what was done.
pub fn done(path: &str, said: &str) -> crate::Result {
    see_other(with_flash(path, said))
}

/// The address that shows that sentence; kept as the receipt of a form sent once.
pub fn with_flash(path: &str, said: &str) -> String {
    let join = if path.contains('?') { '&' } else { '?' };
    format!(
        "{path}{join}said={}",
        utf8_percent_encode(said, NON_ALPHANUMERIC)
    )
}

/// The address with what it is narrowed to; what is empty is left out.
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let said = pairs.iter().filter(|(_, value)| !value.is_empty());
    let said: Vec<String> = said
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    if said.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", said.join("&"))
    }
}

/// A file to keep, under its Chinese name.
pub fn attachment(file_name: &str, media: &'static str, bytes: Vec<u8>) -> crate::Result {
    let name = utf8_percent_encode(file_name, NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let headers: [(HeaderName, String); 4] = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'".to_owned(),
        ),
    ];
    Ok(Reply((headers, bytes).into_response()))
}

/// Bytes shown inside a page (re-encoded pictures, PDF in a sandboxed frame).
pub fn inline(media: &'static str, bytes: Vec<u8>) -> crate::Result {
    let policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'";
    let headers = [
        (header::CONTENT_TYPE, media),
        (header::CACHE_CONTROL, "private, max-age=3600"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok(Reply((headers, bytes).into_response()))
}

/// JSON for our own script.
pub fn json(value: &serde_json::Value) -> crate::Result {
    Ok(Reply(axum::Json(value).into_response()))
}

/// Anything else.
pub fn raw(response: impl IntoResponse) -> Reply {
    Reply(response.into_response())
}

/// Media types of what we write.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
/// Excel.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
