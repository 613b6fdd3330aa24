//! Addresses of this feature's pages, in one place.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use kernel::Id;
use web::{App, Failure};

/// The id in an address `…/{id}`; what is no id leads nowhere, like an id that is nobody's.
#[derive(Clone, Copy, Debug)]
pub struct Key(pub Id);

impl FromRequestParts<App> for Key {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Key, Failure> {
        let Path(text) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|_| Failure::NotFound)?;
        text.parse().map(Key).map_err(|_| Failure::NotFound)
    }
}

/// 台账
pub const RECORDS: &str = "/records";

/// 原件, as an attachment.
pub fn file(id: Id) -> String {
    format!("/files/{id}")
}

/// 看文件, as the page shows it.
pub fn file_inline(id: Id) -> String {
    format!("/files/{id}/inline")
}

/// 小图
pub fn file_small(id: Id) -> String {
    format!("/files/{id}/small")
}

/// An upload under way.
pub fn upload(id: Id) -> String {
    format!("/uploads/{id}")
}

/// 记一次
pub const NEW: &str = "/records/new";

/// One record.
pub fn record(id: Id) -> String {
    format!("/records/{id}")
}
