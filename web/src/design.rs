//! The design system on one page: each component once, for whoever builds a page.

use crate::{Actor, App, Feature, Frame, Right, Route, page};
use askama::Template;
use axum::extract::State;
use axum::routing::get;

#[derive(Template)]
#[template(path = "design.html")]
struct DesignPage {
    frame: Frame,
}

async fn show(State(app): State<App>, actor: Actor) -> crate::Result {
    page(&DesignPage {
        frame: Frame::new(&app, &actor, "", "设计样式").await?,
    })
}

/// The page as a feature of its own.
pub fn feature() -> Feature {
    Feature {
        name: "design",
        routes: vec![Route::get("/design", Right::SignedIn, get(show))],
        ..Feature::default()
    }
}
