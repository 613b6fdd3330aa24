//! A file a screen.

pub mod account;
pub mod accounts;
pub mod audit;
pub mod rights;
pub mod roles;
pub mod sign_in;
pub mod tokens;

use serde::Deserialize;

/// The sentence said after a deed.
#[derive(Deserialize)]
pub struct Said {
    pub said: Option<String>,
}

/// A refusal of a form, as an error at its field.
pub fn field_error(refusal: &dyn kernel::Refusal, otherwise: &'static str) -> web::FieldErrors {
    let field = refusal.field().unwrap_or(otherwise);
    web::FieldErrors::from([(field, refusal.words().into_owned())])
}
