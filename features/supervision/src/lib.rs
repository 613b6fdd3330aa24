//! Readers across the others: who stands where, who still owes, reminders, what is a burden.

pub mod burden;
pub mod pages;
pub mod paths;
pub mod sheets;
pub mod store;
pub mod tally;
pub mod use_cases;
pub mod working_time;

use ::store::Migration;
use web::Feature;

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "supervision",
        migrations: vec![
            Migration {
                number: 8,
                name: "supervision",
                sql: include_str!("../migrations/0008_supervision.sql"),
            },
            Migration {
                number: 12,
                name: "feedback_states",
                sql: include_str!("../migrations/0012_feedback_states.sql"),
            },
        ],
        routes: pages::routes(),
        nav: pages::nav(),
        jobs: vec![
            ("remind", use_cases::remind_owing::daily),
            ("sheet_issued", use_cases::tell_schools::sheet_issued),
            ("duty_fact", use_cases::tell_schools::duty_fact),
        ],
        ..Feature::default()
    }
}
