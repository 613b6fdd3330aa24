//! Where: organisations, units, zones and bodies as nodes of several trees, with history.

pub mod forms;
pub mod import;
pub mod lineage;
pub mod pages;
pub mod paths;
pub mod pinyin;
pub mod places;
pub mod sheets;
pub mod store;
pub mod typed;
pub mod use_cases;

pub use self::store::Node;
pub use lineage::Lineage;
pub use use_cases::{NewNode, NewPost};

use ::store::Migration;
use axum::routing::{get, post};
use import::Kind;
use pages::{edit, exchange, import_flow as flow, relocate};
use use_cases::import_organisations::Organisations;
use web::{Feature, Right, Route};

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    const EDIT: Right = Right::EditOrganisations;
    const SEE: Right = Right::SeeOrganisations;
    Feature {
        name: "org",
        migrations: vec![
            Migration {
                number: 3,
                name: "org",
                sql: include_str!("../migrations/0003_org.sql"),
            },
            Migration {
                number: 9,
                name: "import_rows",
                sql: include_str!("../migrations/0009_import_rows.sql"),
            },
        ],
        routes: vec![
            Route::get("/organisations/new", EDIT, get(edit::new)),
            Route::post("/organisations/new", EDIT, post(edit::create)),
            Route::get("/organisations/{id}/edit", EDIT, get(edit::edit)),
            Route::post("/organisations/{id}/edit", EDIT, post(edit::save)),
            Route::get("/organisations/{id}/move", EDIT, get(relocate::show)),
            Route::post("/organisations/{id}/move", EDIT, post(relocate::save)),
            Route::get("/organisations/template", EDIT, get(exchange::template)),
            Route::get("/organisations/export", SEE, get(exchange::export)),
            Route::get(
                "/organisations/import",
                EDIT,
                get(flow::upload::<Organisations>),
            ),
            Route::post(
                "/organisations/import",
                EDIT,
                post(flow::receive::<Organisations>),
            ),
            Route::get(
                "/organisations/import/{id}",
                EDIT,
                get(flow::show::<Organisations>),
            ),
            Route::get(
                "/organisations/import/{id}/columns",
                EDIT,
                get(flow::show_columns::<Organisations>),
            ),
            Route::post(
                "/organisations/import/{id}/columns",
                EDIT,
                post(flow::set_columns::<Organisations>),
            ),
            Route::get(
                "/organisations/import/{id}/rows",
                EDIT,
                get(flow::list::<Organisations>),
            ),
            Route::post(
                "/organisations/import/{id}/choose",
                EDIT,
                post(flow::choose::<Organisations>),
            ),
            Route::get(
                "/organisations/import/{id}/bad",
                EDIT,
                get(flow::bad::<Organisations>),
            ),
            Route::post(
                "/organisations/import/{id}/apply",
                EDIT,
                post(flow::apply::<Organisations>),
            ),
            Route::post(
                "/organisations/import/{id}/undo",
                EDIT,
                post(flow::undo::<Organisations>),
            ),
            Route::post(
                "/organisations/import/{id}/cancel",
                EDIT,
                post(flow::cancel::<Organisations>),
            ),
        ],
        jobs: vec![
            (places::JOB, places::run),
            (Organisations::CHECK, import::check::run::<Organisations>),
            (Organisations::APPLY, import::apply::run::<Organisations>),
            (Organisations::UNDO, import::undo::run::<Organisations>),
        ],
        ..Feature::default()
    }
}
