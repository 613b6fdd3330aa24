//! What happened: records entered once, and the files that prove them.

use store::Migration;
use web::Feature;

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "record",
        migrations: vec![Migration {
            number: 5,
            name: "record",
            sql: include_str!("../migrations/0005_record.sql"),
        }],
        ..Feature::default()
    }
}
