//! 排名: of organisations, on what they really did, shown first to those ranked, published by a
//! named person. What was sent is frozen: an upheld objection makes a new edition, the old one stays
//! readable.

pub mod bulletin;
pub mod compute;
pub mod entities;
pub mod figures;
pub mod pages;
pub mod paths;
pub mod sheets;
pub mod store;
pub mod use_cases;

use ::store::Migration;
use web::Feature;

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "ranking",
        migrations: vec![Migration {
            number: 10,
            name: "ranking",
            sql: include_str!("../migrations/0010_ranking.sql"),
        }],
        routes: pages::routes(),
        nav: pages::nav(),
        jobs: vec![
            ("ranking_sent", use_cases::tell::ranking_sent),
            ("objection_answered", use_cases::tell::objection_answered),
            ("ranking_published", use_cases::tell::ranking_published),
        ],
        ..Feature::default()
    }
}
