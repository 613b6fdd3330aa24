//! Addresses of this feature's pages.

use kernel::Id;

/// 排名
pub const LIST: &str = "/rankings";
/// 新建
pub const NEW: &str = "/rankings/new";

/// One ranking: the edition that stands.
pub fn ranking(id: Id) -> String {
    format!("{LIST}/{id}")
}

/// A page or verb of a ranking: `edit`, `send`, `withdraw`, `publish`, `delete`.
pub fn verb(id: Id, verb: &str) -> String {
    format!("{LIST}/{id}/{verb}")
}

/// One edition of it.
pub fn edition(id: Id, number: i64) -> String {
    format!("{LIST}/{id}/editions/{number}")
}

/// One organisation's line.
pub fn line(id: Id, organisation: Id) -> String {
    format!("{LIST}/{id}/lines/{organisation}")
}

/// The same in an edition.
pub fn line_in(id: Id, organisation: Id, edition: i64) -> String {
    format!("{LIST}/{id}/lines/{organisation}?edition={edition}")
}

/// Objecting to it.
pub fn object(id: Id, organisation: Id) -> String {
    format!("{LIST}/{id}/lines/{organisation}/object")
}

/// Correcting it.
pub fn correct(id: Id, organisation: Id) -> String {
    format!("{LIST}/{id}/lines/{organisation}/correct")
}

/// An objection and its answer.
pub fn objection(id: Id, objection: Id) -> String {
    format!("{LIST}/{id}/objections/{objection}")
}
