//! 系统设置: pages of the installation itself, for its administrator.

mod backups;

pub use backups::Plan;

use crate::backup::runs::PAGE;
use axum::routing::{get, post};
use web::{Feature, Nav, Right, Route};

/// Its ways in and links.
pub fn feature() -> Feature {
    let right = Right::ManageSettings;
    Feature {
        name: "settings",
        routes: vec![
            Route::get(PAGE, right, get(backups::show)),
            Route::post(PAGE, right, post(backups::ask)),
        ],
        nav: vec![Nav {
            order: 84,
            label: "备份",
            path: PAGE,
            right,
            shown: |_| true,
            count: None,
        }],
        ..Feature::default()
    }
}
