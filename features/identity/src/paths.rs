//! Typed addresses of this feature.

use kernel::Id;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use web::{Actor, Failure, Right};

pub const SIGN_IN: &str = "/sign-in";
pub const ACCOUNT: &str = "/account";
pub const PASSWORD: &str = "/account/password";
pub const TOKENS: &str = "/account/tokens";
pub const ACCOUNTS: &str = "/accounts";
pub const NEW_ACCOUNT: &str = "/accounts/new";
pub const ROLES: &str = "/roles";
pub const NEW_GRANT: &str = "/roles/new";
pub const RIGHTS: &str = "/roles/rights";
pub const AUDIT: &str = "/audit";

/// The page of one account.
pub fn account(id: Id) -> String {
    format!("{ACCOUNTS}/{id}")
}

/// The page of one grant.
pub fn grant(id: Id) -> String {
    format!("{ROLES}/grants/{id}")
}

/// The id in an address; what is no id is nothing we have.
pub fn id(text: &str) -> Result<Id, Failure> {
    text.parse().map_err(|_| Failure::NotFound)
}

/// A value in a query.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// First page of an administrator: their own; none for everybody else.
pub fn home_path(actor: &Actor) -> Option<&'static str> {
    let own = [
        (Right::ManageAccounts, ACCOUNTS),
        (Right::GrantRoles, ROLES),
        (Right::ReadAudit, AUDIT),
    ];
    own.into_iter()
        .find(|(right, _)| actor.can_anywhere(*right))
        .map(|(_, path)| path)
}

/// Where to go after signing in: a page of ours that was asked for before, else the first page.
pub fn own_path(next: &str) -> &str {
    let plain = next.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/sign-");
    if plain && ours && next.len() <= 500 {
        next
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_are_gone_on_to() {
        assert_eq!(own_path("/duties/3?tab=done"), "/duties/3?tab=done");
        for foreign in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\t/evil",
            "",
            "/sign-out",
        ] {
            assert_eq!(own_path(foreign), "/", "{foreign}");
        }
    }
}
