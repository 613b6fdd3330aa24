//! One file a screen.

pub mod files;
pub mod keep;
pub mod ledger;
pub mod one;
mod people;
pub mod uploads;
