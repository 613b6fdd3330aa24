//! Addresses of the pages about organisations and imports.

use kernel::Id;

/// The tree with nothing chosen.
pub const ORGANISATIONS: &str = "/organisations";
/// Form of a new node.
pub const NEW: &str = "/organisations/new";
/// Upload of a sheet of organisations.
pub const IMPORT: &str = "/organisations/import";

/// The tree with that node chosen.
pub fn organisation(id: Id) -> String {
    format!("/organisations/{id}")
}

/// Its form.
pub fn edit(id: Id) -> String {
    format!("/organisations/{id}/edit")
}

/// Moving it below another organisation.
pub fn relocate(id: Id) -> String {
    format!("/organisations/{id}/move")
}

/// Preview (and later the outcome) of an import of organisations.
pub fn import(id: Id) -> String {
    format!("/organisations/import/{id}")
}
