//! The screens.

pub mod columns_page;
pub mod edit;
pub mod exchange;
pub mod import_flow;
pub mod import_page;
pub mod relocate;
