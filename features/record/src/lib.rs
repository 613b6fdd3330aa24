//! What happened: records entered once, and the files that prove them.

pub mod files;
pub mod pages;
pub mod paths;

use axum::http::Method;
use axum::routing::{MethodRouter, delete, get, head, patch, post};
use store::Migration;
use web::{App, Feature, Right, Route};

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "record",
        migrations: vec![Migration {
            number: 5,
            name: "record",
            sql: include_str!("../migrations/0005_record.sql"),
        }],
        routes: file_routes(),
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
