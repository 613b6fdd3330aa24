//! Where: organisations, units, zones and bodies as nodes of several trees, with history.

mod api;
pub mod forms;
pub mod import;
pub mod pages;
pub mod paths;
pub mod pinyin;
pub mod places;
pub mod sheets;
pub mod store;
pub mod typed;
pub mod use_cases;

pub use self::store::Node;
pub use use_cases::{NewNode, NewPost};

use ::store::Migration;
use axum::routing::{get, post};
use pages::{edit, exchange, relocate};
use web::{Feature, Right, Route};

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    const EDIT: Right = Right::EditOrganisations;
    const SEE: Right = Right::SeeOrganisations;
    Feature {
        name: "org",
        migrations: vec![Migration {
            number: 3,
            name: "org",
            sql: include_str!("../migrations/0003_org.sql"),
        }],
        routes: vec![
            Route::get("/organisations/new", EDIT, get(edit::new)),
            Route::post("/organisations/new", EDIT, post(edit::create)),
            Route::get("/organisations/{id}/edit", EDIT, get(edit::edit)),
            Route::post("/organisations/{id}/edit", EDIT, post(edit::save)),
            Route::get("/organisations/{id}/move", EDIT, get(relocate::show)),
            Route::post("/organisations/{id}/move", EDIT, post(relocate::save)),
            Route::get("/organisations/template", EDIT, get(exchange::template)),
            Route::get("/organisations/export", SEE, get(exchange::export)),
            Route::get("/organisations/import", EDIT, get(exchange::upload)),
            Route::post("/organisations/import", EDIT, post(exchange::receive)),
            Route::get("/organisations/import/{id}", EDIT, get(exchange::preview)),
            Route::get("/organisations/import/{id}/bad", EDIT, get(exchange::bad)),
            Route::post(
                "/organisations/import/{id}/apply",
                EDIT,
                post(exchange::apply),
            ),
            Route::post(
                "/organisations/import/{id}/undo",
                EDIT,
                post(exchange::undo),
            ),
        ],
        jobs: vec![(places::JOB, places::run)],
        api: api::endpoints(),
        ..Feature::default()
    }
}
