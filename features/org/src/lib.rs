//! Where: organisations, units, zones and bodies as nodes of several trees, with history.

use store::Migration;
use web::Feature;

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "org",
        migrations: vec![Migration {
            number: 3,
            name: "org",
            sql: include_str!("../migrations/0003_org.sql"),
        }],
        ..Feature::default()
    }
}
