//! What happened: records entered once, and the files that prove them.

mod api;
pub mod files;
pub mod forms;
pub mod kinds;
pub mod pages;
pub mod paths;
pub mod sheets;
pub mod store;
pub mod use_cases;

use ::store::Migration;
use axum::http::Method;
use axum::routing::{MethodRouter, delete, get, head, patch, post};
use web::{App, Feature, Nav, Right, Route};

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "record",
        migrations: vec![Migration {
            number: 5,
            name: "record",
            sql: include_str!("../migrations/0005_record.sql"),
        }],
        routes: file_routes().into_iter().chain(record_routes()).collect(),
        nav: vec![Nav {
            order: 30,
            label: "台账",
            path: paths::RECORDS,
            right: Right::SeeRecords,
            shown: |_| true,
            count: None,
        }],
        api: api::endpoints(),
        ..Feature::default()
    }
}

fn file_routes() -> Vec<Route> {
    use pages::{files, uploads};
    let own = Right::SignedIn;
    let route = |method: Method, path: &'static str, handler: MethodRouter<App>| Route {
        method,
        path,
        right: own,
        handler,
    };
    vec![
        Route::post("/uploads", own, post(uploads::begin)),
        route(Method::HEAD, "/uploads/{id}", head(uploads::ask)),
        route(Method::PATCH, "/uploads/{id}", patch(uploads::go_on)),
        route(Method::DELETE, "/uploads/{id}", delete(uploads::remove)),
        Route::get("/files/{id}", own, get(files::original)),
        Route::get("/files/{id}/inline", own, get(files::inline)),
        Route::get("/files/{id}/small", own, get(files::small)),
    ]
}

fn record_routes() -> Vec<Route> {
    use pages::{keep, ledger, one};
    let (see, write) = (Right::SeeRecords, Right::KeepRecords);
    vec![
        Route::get(paths::RECORDS, see, get(ledger::show)),
        Route::get("/records/export", see, get(ledger::export)),
        Route::get(paths::NEW, write, get(keep::start)),
        Route::post(paths::RECORDS, write, post(keep::keep)),
        Route::get("/records/{id}", see, get(one::show)),
        Route::get("/records/{id}/edit", write, get(keep::edit)),
        Route::post("/records/{id}/edit", write, post(keep::change)),
        Route::post("/records/{id}/remove", write, post(one::remove)),
    ]
}
