//! The screens.

mod board;
mod burden;
mod cell;
mod exports;
mod feedback;
mod feedback_all;
mod first;
mod list;
mod notices;
mod office;
mod remind;

pub use board::{Board, Cell, Column};

use crate::{paths, store};
use axum::routing::{get, post};
use kernel::Id;
use std::collections::BTreeMap;
use web::{Failure, Nav, Right, Role, Route};

/// Ways in.
pub fn routes() -> Vec<Route> {
    use Right::{
        AnswerFeedback, SeeBurden, SeeDuties, SeeFeedback, SeeProgress, SendReminders, SignedIn,
    };
    vec![
        Route::get(paths::HOME, SignedIn, get(first::lead)),
        Route::get(paths::OFFICE, SeeProgress, get(office::show)),
        Route::get(paths::PROGRESS, SeeProgress, get(board::show)),
        Route::get("/progress/{sheet}/export", SeeProgress, get(board::export)),
        Route::get("/progress/{sheet}/list", SeeProgress, get(list::show)),
        Route::get(
            "/progress/{sheet}/list/export",
            SeeProgress,
            get(list::export),
        ),
        Route::get(
            "/progress/{sheet}/remind/export",
            SendReminders,
            get(exports::owing),
        ),
        Route::get(
            "/progress/{sheet}/remind",
            SendReminders,
            get(remind::preview),
        ),
        Route::post(
            "/progress/{sheet}/remind",
            SendReminders,
            post(remind::send),
        ),
        Route::get("/progress/{sheet}/{key}", SeeDuties, get(cell::show)),
        Route::get(paths::NOTICES, SignedIn, get(notices::unread)),
        Route::get("/notices/export", SignedIn, get(exports::unread)),
        Route::get("/notices/read/export", SignedIn, get(exports::read)),
        Route::get(paths::READ, SignedIn, get(notices::read)),
        Route::post("/notices/read-all", SignedIn, post(notices::read_all)),
        Route::post("/notices/{id}/read", SignedIn, post(notices::read_one)),
        Route::post("/notices/{id}/open", SignedIn, post(notices::open)),
        Route::get(paths::FEEDBACK, SignedIn, get(feedback::form)),
        Route::post(paths::FEEDBACK, SignedIn, post(feedback::give)),
        Route::get(paths::BURDEN, SeeBurden, get(burden::show)),
        Route::get("/burden/export", SeeBurden, get(burden::export)),
        Route::get(paths::BURDEN_ITEMS, SeeBurden, get(burden::items)),
        Route::get(
            paths::BURDEN_ITEMS_EXPORT,
            SeeBurden,
            get(burden::export_items),
        ),
        Route::get("/feedback/export", SignedIn, get(feedback::export)),
        Route::get(paths::ALL_FEEDBACK, SeeFeedback, get(feedback_all::show)),
        Route::get(
            paths::FEEDBACK_EXPORT,
            SeeFeedback,
            get(feedback_all::export),
        ),
        Route::post(
            "/feedback/{id}/answer",
            AnswerFeedback,
            post(feedback_all::answer),
        ),
        Route::post(
            "/feedback/{id}/seen",
            AnswerFeedback,
            post(feedback_all::seen),
        ),
    ]
}

/// Links of the bar.
pub fn nav() -> Vec<Nav> {
    vec![
        Nav {
            order: 5,
            label: "总览",
            path: paths::OFFICE,
            right: Right::SeeProgress,
            shown: |actor| actor.is(Role::Officer) || actor.is(Role::Leader),
            count: None,
        },
        Nav {
            order: 25,
            label: "进度",
            path: paths::PROGRESS,
            right: Right::SeeProgress,
            shown: |_| true,
            count: None,
        },
        Nav {
            order: 60,
            label: "负担",
            path: paths::BURDEN,
            right: Right::SeeBurden,
            shown: |_| true,
            count: None,
        },
        Nav {
            order: 70,
            label: "待阅",
            path: paths::NOTICES,
            right: Right::SignedIn,
            shown: |actor| {
                !actor
                    .grants
                    .iter()
                    .any(|grant| grant.role.is_administrator())
            },
            count: Some(|app, actor| {
                Box::pin(async move {
                    Ok(store::unread(app.store.db(), actor.account, app.store.now()).await?)
                })
            }),
        },
    ]
}

/// What an address says after `?`; what is unreadable is as if it were not there.
type Said = axum::extract::Query<BTreeMap<String, String>>;

/// One value of it.
fn value<'a>(query: &'a BTreeMap<String, String>, name: &str) -> &'a str {
    query.get(name).map_or("", |text| text.trim())
}

/// An id in the path; anything else leads nowhere.
fn id(text: &str) -> web::Result<Id> {
    text.parse().map_err(|_| Failure::NotFound)
}
