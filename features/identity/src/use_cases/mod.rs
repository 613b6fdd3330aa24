//! A file a verb.

pub mod access_tokens;
pub mod change_password;
pub mod reset_password;
pub mod sign_in;
pub mod suspend_account;
