//! The screens.

pub mod close;
pub mod edit;
pub mod exchange;
pub mod member;
pub mod organisation;
pub mod organisation_export;
pub mod posts;
pub mod roster;
pub mod roster_export;
