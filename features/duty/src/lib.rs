//! The heart: requirement × organisation × period, its facts, its computed status, and the work on it.

use store::Migration;
use web::Feature;

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "duty",
        migrations: vec![Migration {
            number: 6,
            name: "duty",
            sql: include_str!("../migrations/0006_duty.sql"),
        }],
        ..Feature::default()
    }
}
