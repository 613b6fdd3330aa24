//! 待办、已办 and one duty: the school's side.

mod export;
mod item;
mod rows;
mod todo;
mod verbs;

use crate::paths;
use axum::routing::{get, post};
use web::{Nav, Right, Route};

pub(crate) use rows::CardRow;
pub use todo::TodoQuery;

/// Ways in. A colleague to whom a duty was handed on needs no role for it, so each handler asks for
/// the duty itself.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get(paths::TODO, Right::SignedIn, get(todo::todo)),
        Route::get(paths::DONE, Right::SignedIn, get(todo::done)),
        Route::get("/duties/export", Right::SignedIn, get(export::todo)),
        Route::get("/duties/done/export", Right::SignedIn, get(export::done)),
        Route::get("/duties/{key}", Right::SignedIn, get(item::show)),
        Route::post("/duties/{key}/submit", Right::SignedIn, post(verbs::submit)),
        Route::post("/duties/{key}/draft", Right::SignedIn, post(verbs::draft)),
        Route::post(
            "/duties/{key}/withdraw",
            Right::SignedIn,
            post(verbs::withdraw),
        ),
        Route::post(
            "/duties/{key}/hand-on",
            Right::SignedIn,
            post(verbs::hand_on),
        ),
        Route::post(
            "/duties/{key}/extension",
            Right::SignedIn,
            post(verbs::extension),
        ),
        Route::post(
            "/duties/{key}/excuse",
            Right::ExcuseDuties,
            post(verbs::excuse),
        ),
    ]
}

/// Links of the bar.
pub fn nav() -> Vec<Nav> {
    vec![Nav {
        order: 10,
        label: "待办",
        path: paths::TODO,
        right: Right::SignedIn,
        shown: |actor| actor.can_anywhere(Right::WorkOnDuties) || actor.is(web::Role::Principal),
        count: Some(|app, actor| Box::pin(todo::count(app, actor))),
    }]
}
