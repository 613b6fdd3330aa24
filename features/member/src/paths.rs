//! Addresses of the pages about members, and of the organisations' page that shows them.

use kernel::Id;

/// Everybody within reach.
pub const MEMBERS: &str = "/members";
/// Form of a new member.
pub const NEW: &str = "/members/new";
/// Upload of a roster.
pub const IMPORT: &str = "/members/import";

/// The roster of an organisation and what lies below.
pub fn roster(organisation: Id) -> String {
    format!("/organisations/{organisation}/members")
}

/// A member.
pub fn member(id: Id) -> String {
    format!("/members/{id}")
}

/// Their form.
pub fn edit(id: Id) -> String {
    format!("/members/{id}/edit")
}

/// Preview (and later the outcome) of an import of members.
pub fn import(id: Id) -> String {
    format!("/members/import/{id}")
}
