//! Task sheets: from a Word file to requirements, by way of a draft that a person corrects.

pub mod document;
pub mod entities;
pub mod forms;
pub mod pages;
pub mod paths;
mod sheets;
pub mod store;
pub mod use_cases;

use ::store::Migration;
use axum::routing::{get, post};
use pages::{check, draft, issued, item, list, new, paper, who};
use web::{Feature, Nav, Right, Route};

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "task",
        migrations: vec![Migration {
            number: 7,
            name: "task",
            sql: include_str!("../migrations/0007_task.sql"),
        }],
        routes: [seeing(), issuing()].concat(),
        nav: vec![Nav {
            order: 20,
            label: "交办单",
            path: paths::LIST,
            right: Right::SeeSheets,
            shown: |_| true,
            count: None,
        }],
        ..Feature::default()
    }
}

fn seeing() -> Vec<Route> {
    let see = Right::SeeSheets;
    vec![
        Route::get("/sheets", see, get(list::show)),
        Route::get("/sheets.xlsx", see, get(list::export)),
        Route::get("/sheets/{id}", see, get(issued::show)),
        Route::get("/sheets/{id}/print", see, get(paper::print)),
        Route::get("/sheets/{id}/document.docx", see, get(paper::word)),
        Route::get("/sheets/{id}/items.xlsx", see, get(issued::workbook)),
        Route::get("/sheets/{id}/items/{item}", see, get(item::show)),
        Route::get("/sheets/{id}/items/{item}/export", see, get(item::export)),
        Route::get("/sheets/{id}/original", see, get(issued::original)),
        Route::get("/sheets/{id}/annexes/{rank}", see, get(issued::annex)),
    ]
}

fn issuing() -> Vec<Route> {
    let issue = Right::IssueSheets;
    vec![
        Route::get("/sheets/new", issue, get(new::show)),
        Route::post("/sheets/new", issue, post(new::take)),
        Route::get("/sheets/{id}/draft", issue, get(draft::show)),
        Route::post("/sheets/{id}/draft", issue, post(draft::save)),
        Route::post("/sheets/{id}/discard", issue, post(draft::discard)),
        Route::post("/sheets/{id}/annexes", issue, post(draft::add_annexes)),
        Route::post(
            "/sheets/{id}/annexes/{rank}/remove",
            issue,
            post(draft::remove_annex),
        ),
        Route::get("/sheets/{id}/items/{item}/who", issue, get(who::show)),
        Route::post("/sheets/{id}/items/{item}/who", issue, post(who::aim)),
        Route::get(
            "/sheets/{id}/items/{item}/who/export",
            issue,
            get(who::export),
        ),
        Route::get("/sheets/{id}/check", issue, get(check::show)),
        Route::post("/sheets/{id}/issue", issue, post(check::issue)),
        Route::post("/sheets/{id}/close", issue, post(issued::close)),
    ]
}
