//! The parts of the tus protocol that the page's script speaks. Answers are plain sentences: the
//! script shows them beside the file.

use crate::files::uploads::{self, Fail, UploadRefusal};
use crate::files::{FileKind, FileRefusal, MOST_BYTES};
use crate::paths::{self, Key};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use kernel::{Id, Refusal};
use web::{Actor, App, Failure};

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");

type Answer = Result<Response, Failure>;

/// `POST /uploads`: begins one.
pub async fn begin(State(app): State<App>, actor: Actor, headers: HeaderMap) -> Answer {
    check_token(&actor, &headers)?;
    let length = number(&headers, &LENGTH).and_then(|n| usize::try_from(n).ok());
    let Some(length) = length else {
        return Ok(said(
            StatusCode::BAD_REQUEST,
            "没有说明文件有多大，请刷新页面后再传。",
        ));
    };
    let metadata = headers
        .get(METADATA)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let name = metadata_value(metadata, "filename").unwrap_or_default();
    let named_type = metadata_value(metadata, "filetype").unwrap_or_default();
    if FileKind::by_name(&name).is_ok_and(|kind| !kind.fits_content_type(&named_type)) {
        return Ok(refused(&FileRefusal::OtherContentType.into()));
    }
    match uploads::begin(&app, actor.account, &name, length).await {
        Ok(id) => {
            let location = [
                (header::LOCATION, paths::upload(id)),
                (OFFSET, "0".to_owned()),
            ];
            Ok(tus((StatusCode::CREATED, location).into_response()))
        }
        Err(fail) => answer(fail),
    }
}

/// `HEAD /uploads/{id}`: how much has come.
pub async fn ask(State(app): State<App>, actor: Actor, Key(id): Key) -> Answer {
    let upload = uploads::find(&app.store, actor.account, id)
        .await?
        .ok_or(Failure::NotFound)?;
    let headers = [
        (OFFSET, upload.received.to_string()),
        (LENGTH, upload.length.to_string()),
    ];
    Ok(tus((StatusCode::OK, headers).into_response()))
}

/// `PATCH /uploads/{id}`: the next part. What came before the line broke is kept.
pub async fn go_on(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    check_token(&actor, &headers)?;
    let upload = uploads::find(&app.store, actor.account, id)
        .await?
        .ok_or(Failure::NotFound)?;
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    if kind != Some("application/offset+octet-stream") {
        return Ok(said(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "续传的格式不对，请刷新页面后再传。",
        ));
    }
    let Some(offset) = number(&headers, &OFFSET) else {
        return Ok(said(
            StatusCode::BAD_REQUEST,
            "没有说明从哪里接着传，请刷新页面后再传。",
        ));
    };
    if offset != upload.received {
        return Ok(refused(&UploadRefusal::WrongOffset));
    }
    let left = usize::try_from(upload.length - upload.received).unwrap_or(MOST_BYTES);
    let Some(bytes) = what_came(body, left).await else {
        return Ok(refused(&FileRefusal::TooLarge.into()));
    };
    match uploads::go_on(&app, actor.account, &upload, offset, bytes).await {
        Ok(received) => {
            let mut response =
                (StatusCode::NO_CONTENT, [(OFFSET, received.to_string())]).into_response();
            if received == upload.length {
                name_file(&mut response, id);
            }
            Ok(tus(response))
        }
        Err(fail) => answer(fail),
    }
}

/// `DELETE /uploads/{id}`: the sender took it back.
pub async fn remove(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    headers: HeaderMap,
) -> Answer {
    check_token(&actor, &headers)?;
    if !uploads::remove(&app.store, actor.account, id).await? {
        return Err(Failure::NotFound);
    }
    Ok(tus(StatusCode::NO_CONTENT.into_response()))
}

/// The bytes of a request until its end or until the line broke; none when there are more than fit.
async fn what_came(body: Body, most: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut stream = body.into_data_stream();
    while let Some(Ok(chunk)) = stream.next().await {
        if bytes.len() + chunk.len() > most {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    Some(bytes)
}

fn check_token(actor: &Actor, headers: &HeaderMap) -> Result<(), Failure> {
    let sent = headers.get("x-csrf-token").and_then(|v| v.to_str().ok());
    let fits = !actor.csrf.is_empty() && sent == Some(actor.csrf.as_str());
    if fits { Ok(()) } else { Err(Failure::Forged) }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<i64> {
    let text = headers.get(name)?.to_str().ok()?;
    text.parse().ok().filter(|n| *n >= 0)
}

/// `filename 5paHLnBkZg==,filetype …`
fn metadata_value(metadata: &str, key: &str) -> Option<String> {
    let pairs = metadata
        .split(',')
        .filter_map(|pair| pair.trim().split_once(' '));
    let (_, encoded) = pairs.into_iter().find(|(name, _)| *name == key)?;
    String::from_utf8(from_base64(encoded.trim())?).ok()
}

/// Base64 as browsers' `btoa` writes it.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let mut out = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut held, mut bits) = (0u32, 0);
    for c in digits.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = (held << 6 | u32::from(value)) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 0xff) as u8);
        }
    }
    Some(out)
}

fn answer(fail: Fail) -> Answer {
    match fail {
        Fail::Refused(refusal) => Ok(refused(&refusal)),
        other => Err(other.into()),
    }
}

fn refused(refusal: &UploadRefusal) -> Response {
    let status = match refusal {
        UploadRefusal::File(refusal) => refusal.status(),
        UploadRefusal::TooManyOpen => StatusCode::TOO_MANY_REQUESTS,
        UploadRefusal::WrongOffset => StatusCode::CONFLICT,
    };
    said(status, &refusal.words())
}

fn said(status: StatusCode, words: &str) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    tus((status, kind, words.to_owned()).into_response())
}

fn tus(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(RESUMABLE, HeaderValue::from_static("1.0.0"));
    response
}

/// The file that the upload has become.
fn name_file(response: &mut Response, id: Id) {
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-file"), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_read_as_the_script_writes_it() {
        let metadata = "filename 5Lya6K6u6K6w5b2VLmRvY3g=,filetype YXBwbGljYXRpb24vcGRm";
        assert_eq!(
            metadata_value(metadata, "filename").unwrap(),
            "会议记录.docx"
        );
        assert_eq!(
            metadata_value(metadata, "filetype").unwrap(),
            "application/pdf"
        );
        assert_eq!(metadata_value("filename !!", "filename"), None);
        assert_eq!(metadata_value("", "filename"), None);
    }
}
