//! Task sheets: from a Word file to requirements, by way of a draft that a person corrects.

use store::Migration;
use web::Feature;

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "task",
        migrations: vec![Migration {
            number: 7,
            name: "task",
            sql: include_str!("../migrations/0007_task.sql"),
        }],
        ..Feature::default()
    }
}
