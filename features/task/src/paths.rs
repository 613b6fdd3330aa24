//! Addresses of the feature's pages.

use kernel::Id;

/// The list.
pub const LIST: &str = "/sheets";
/// A new one.
pub const NEW: &str = "/sheets/new";

/// As issued.
pub fn sheet(id: Id) -> String {
    format!("/sheets/{id}")
}

/// The draft.
pub fn draft(id: Id) -> String {
    format!("/sheets/{id}/draft")
}

/// The draft at one of its items. After a form, where a sentence is added before the fragment.
pub fn draft_at(id: Id, item: Id, said: &str) -> String {
    let path = if said.is_empty() {
        draft(id)
    } else {
        web::reply::with_flash(&draft(id), said)
    };
    format!("{path}#item-{item}")
}

/// Whom an item concerns.
pub fn who(id: Id, item: Id) -> String {
    format!("/sheets/{id}/items/{item}/who")
}

/// The check before issue.
pub fn check(id: Id) -> String {
    format!("/sheets/{id}/check")
}

/// One item as issued, organisation by organisation.
pub fn item(id: Id, item: Id) -> String {
    format!("/sheets/{id}/items/{item}")
}
