//! Where: organisations, units, zones and bodies as nodes of several trees, with history.

pub mod pinyin;
pub mod places;
pub mod store;
pub mod use_cases;

pub use self::store::Node;
pub use use_cases::{NewNode, NewPost};

use ::store::Migration;
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
        jobs: vec![(places::JOB, places::run)],
        ..Feature::default()
    }
}
