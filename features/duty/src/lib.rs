//! The heart: requirement × organisation × period, its facts, its computed status, and the work on it.
//!
//! A status is never written by hand: [`maintain::refresh`] computes it from facts and records and
//! keeps the result, [`rebuild::rebuild`] does the same for everything and finds no difference.

pub mod impose;
pub mod maintain;
pub mod pages;
pub mod paths;
pub mod rebuild;
mod sheets;
pub mod store;
pub mod use_cases;

pub use impose::{NewRequirement, Target, impose};
pub use store::{DutyRow, Key};

use ::store::Migration;
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
        routes: [pages::school::routes(), pages::review::routes()].concat(),
        nav: [pages::school::nav(), pages::review::nav()].concat(),
        subscribers: vec![maintain::on_record],
        jobs: vec![
            ("turn_of_day", maintain::turn_of_day),
            ("places_moved", maintain::places_moved),
        ],
    }
}
