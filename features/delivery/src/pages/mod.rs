//! The screens.

mod channel;
mod channels;
mod failed;
mod reminders;

use crate::paths;
use axum::routing::{get, post};
use kernel::Id;
use serde::Deserialize;
use web::{Failure, Nav, Right, Route};

/// Ways in.
pub fn routes() -> Vec<Route> {
    use Right::{ManageSettings, SignedIn};
    vec![
        Route::get(paths::CHANNELS, ManageSettings, get(channels::show)),
        Route::post(paths::CHANNELS, ManageSettings, post(channel::add)),
        Route::get(paths::NEW, ManageSettings, get(channel::new)),
        Route::get(paths::FAILED, ManageSettings, get(failed::show)),
        Route::post(
            "/settings/channels/failed/retry",
            ManageSettings,
            post(failed::retry),
        ),
        Route::post(
            "/settings/channels/failed/abandon",
            ManageSettings,
            post(failed::abandon),
        ),
        Route::get("/settings/channels/{id}", ManageSettings, get(channel::one)),
        Route::post(
            "/settings/channels/{id}",
            ManageSettings,
            post(channel::save),
        ),
        Route::post(
            "/settings/channels/{id}/test",
            ManageSettings,
            post(channel::test),
        ),
        Route::post(
            "/settings/channels/{id}/remove",
            ManageSettings,
            post(channel::remove),
        ),
        Route::get(paths::REMINDERS, SignedIn, get(reminders::show)),
        Route::post(paths::REMINDERS, SignedIn, post(reminders::save)),
        Route::post("/account/reminders/code", SignedIn, post(reminders::code)),
        Route::post(
            "/account/reminders/verify",
            SignedIn,
            post(reminders::verify),
        ),
    ]
}

/// Links of the bar.
pub fn nav() -> Vec<Nav> {
    vec![Nav {
        order: 83,
        label: "消息通道",
        path: paths::CHANNELS,
        right: Right::ManageSettings,
        shown: |_| true,
        count: None,
    }]
}

/// What a page's address may say.
#[derive(Deserialize, Default)]
pub struct Asked {
    /// The sentence said after a deed.
    said: Option<String>,
    /// 种类 of a new channel.
    #[serde(default)]
    kind: String,
    /// Begin after this one.
    #[serde(default)]
    before: String,
}

/// The id in an address; what is no id is nothing we have.
fn id(text: &str) -> Result<Id, Failure> {
    text.parse().map_err(|_| Failure::NotFound)
}
