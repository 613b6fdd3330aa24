//! 首页: each person's first page is where their work is.

use crate::paths;
use axum::extract::State;
use web::{Actor, App, Right, Role, reply};

/// `GET /`
pub async fn lead(State(_): State<App>, actor: Actor) -> web::Result {
    reply::see_other(first_page(&actor))
}

fn first_page(actor: &Actor) -> &'static str {
    if let Some(own) = identity::home_path(actor) {
        own
    } else if actor.is(Role::Officer) || actor.is(Role::Leader) {
        paths::OFFICE
    } else if actor.can_anywhere(Right::WorkOnDuties) || actor.is(Role::Principal) {
        duty::paths::TODO
    } else if actor.can_anywhere(Right::SeeProgress) {
        paths::PROGRESS
    } else {
        "/account"
    }
}
