//! Who may come in: accounts, roles held at nodes, sessions, the audit log's pages.

pub mod accounts;
mod address;
mod audit_log;
mod back_off;
mod pages;
mod password;
mod paths;
pub mod rights_table;
mod session;
mod sheets;
mod store;
mod use_cases;

pub use address::ClientAddress;
pub use paths::home_path;
pub use session::{Minted, Sessions, mint_session};

use ::store::Migration;
use axum::routing::{get, post};
use pages::{account, accounts as accounts_pages, audit, rights, roles, sign_in};
use web::{Feature, Nav, Right, Route};

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "identity",
        migrations: vec![Migration {
            number: 2,
            name: "identity",
            sql: include_str!("../migrations/0002_identity.sql"),
        }],
        routes: [
            own_routes(),
            account_routes(),
            role_routes(),
            audit_routes(),
        ]
        .concat(),
        nav: vec![
            link(80, "账号", paths::ACCOUNTS, Right::ManageAccounts),
            link(81, "角色", paths::ROLES, Right::GrantRoles),
            link(82, "审计", paths::AUDIT, Right::ReadAudit),
        ],
        ..Feature::default()
    }
}

fn link(order: u8, label: &'static str, path: &'static str, right: Right) -> Nav {
    Nav {
        order,
        label,
        path,
        right,
        shown: |_| true,
        count: None,
    }
}

fn own_routes() -> Vec<Route> {
    use Right::{Public, SignedIn};
    vec![
        Route::get(paths::SIGN_IN, Public, get(sign_in::show)),
        Route::post(paths::SIGN_IN, Public, post(sign_in::send)),
        Route::post("/sign-out", Public, post(sign_in::leave)),
        Route::get(paths::ACCOUNT, SignedIn, get(account::show)),
        Route::post(
            "/account/sessions/{id}/end",
            SignedIn,
            post(account::end_session),
        ),
        Route::post(
            "/account/sessions/end-others",
            SignedIn,
            post(account::end_others),
        ),
        Route::get(paths::PASSWORD, SignedIn, get(account::show_password)),
        Route::post(paths::PASSWORD, SignedIn, post(account::send_password)),
    ]
}

fn account_routes() -> Vec<Route> {
    let right = Right::ManageAccounts;
    vec![
        Route::get(paths::ACCOUNTS, right, get(accounts_pages::list)),
        Route::post(paths::ACCOUNTS, right, post(accounts_pages::create)),
        Route::get("/accounts/export", right, get(accounts_pages::export)),
        Route::get(paths::NEW_ACCOUNT, right, get(accounts_pages::new)),
        Route::get("/accounts/{id}", right, get(accounts_pages::one)),
        Route::post(
            "/accounts/{id}/suspend",
            right,
            post(accounts_pages::suspend),
        ),
        Route::post("/accounts/{id}/resume", right, post(accounts_pages::resume)),
        Route::post(
            "/accounts/{id}/password",
            right,
            post(accounts_pages::reset),
        ),
    ]
}

fn role_routes() -> Vec<Route> {
    let right = Right::GrantRoles;
    vec![
        Route::get(paths::ROLES, right, get(roles::list)),
        Route::post(paths::ROLES, right, post(roles::create)),
        Route::get("/roles/export", right, get(roles::export)),
        Route::get(paths::NEW_GRANT, right, get(roles::new)),
        Route::get("/roles/grants/{id}", right, get(roles::one)),
        Route::post("/roles/grants/{id}/revoke", right, post(roles::revoke)),
        Route::get(paths::RIGHTS, right, get(rights::show)),
        Route::get("/roles/rights.xlsx", right, get(rights::workbook)),
    ]
}

fn audit_routes() -> Vec<Route> {
    let right = Right::ReadAudit;
    vec![
        Route::get(paths::AUDIT, right, get(audit::list)),
        Route::post("/audit/verify", right, post(audit::check)),
        Route::get("/audit/export.csv", right, get(audit::csv)),
        Route::get("/audit/export.xlsx", right, get(audit::workbook)),
        Route::get("/audit/rights.xlsx", right, get(rights::workbook)),
    ]
}
