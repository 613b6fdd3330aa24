//! Who: members, their dated relations to branches, the roster in and out of Excel.

use store::Migration;
use web::Feature;

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "member",
        migrations: vec![Migration {
            number: 4,
            name: "member",
            sql: include_str!("../migrations/0004_member.sql"),
        }],
        ..Feature::default()
    }
}
