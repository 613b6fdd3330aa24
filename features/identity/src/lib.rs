//! Who may come in: accounts, roles held at nodes, sessions, the audit log's pages.

pub mod accounts;
mod password;
mod session;
mod store;

pub use session::{Minted, Sessions, mint_session};

use ::store::Migration;
use web::Feature;

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "identity",
        migrations: vec![Migration {
            number: 2,
            name: "identity",
            sql: include_str!("../migrations/0002_identity.sql"),
        }],
        ..Feature::default()
    }
}
