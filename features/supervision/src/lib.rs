//! Readers across the others: who stands where, who still owes, reminders, what is a burden.

use store::Migration;
use web::Feature;

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "supervision",
        migrations: vec![Migration {
            number: 8,
            name: "supervision",
            sql: include_str!("../migrations/0008_supervision.sql"),
        }],
        ..Feature::default()
    }
}
