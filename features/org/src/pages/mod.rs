//! The screens.

pub mod edit;
pub mod exchange;
pub mod import_page;
pub mod relocate;
