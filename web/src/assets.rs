//! Style and script, inside the binary, under an address that changes with their content.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use sm3::{Digest, Sm3};
use std::sync::OnceLock;

#[derive(RustEmbed)]
#[folder = "assets/"]
#[exclude = "*.md"]
struct Embedded;

/// The style sheet: every file of `assets/css`, in the order of their names.
fn style() -> &'static str {
    static STYLE: OnceLock<String> = OnceLock::new();
    STYLE.get_or_init(|| {
        let mut names: Vec<_> = Embedded::iter().filter(|n| n.starts_with("css/")).collect();
        names.sort();
        let texts = names.iter().filter_map(|name| Embedded::get(name));
        texts
            .map(|file| String::from_utf8_lossy(&file.data).into_owned())
            .collect()
    })
}

/// Eight digits that change when any asset does.
pub fn fingerprint() -> &'static str {
    static PRINT: OnceLock<String> = OnceLock::new();
    PRINT.get_or_init(|| {
        let mut hash = Sm3::new();
        let mut names: Vec<_> = Embedded::iter().collect();
        names.sort();
        for name in names {
            hash.update(
                Embedded::get(&name)
                    .map(|f| f.data.into_owned())
                    .unwrap_or_default(),
            );
        }
        hex::encode(hash.finalize())[..8].to_owned()
    })
}

/// `/assets/{print}/{*name}`; a stale fingerprint gets today's content, kept for a moment only.
pub(crate) async fn serve(Path((print, name)): Path<(String, String)>) -> Response {
    let cache = if print == fingerprint() {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=60"
    };
    let headers = |media: String| {
        [
            (header::CONTENT_TYPE, media),
            (header::CACHE_CONTROL, cache.to_owned()),
        ]
    };
    if name == "app.css" {
        return (headers("text/css; charset=utf-8".to_owned()), style()).into_response();
    }
    match Embedded::get(&name) {
        Some(file) => (
            headers(file.metadata.mimetype().to_owned()),
            file.data.into_owned(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
