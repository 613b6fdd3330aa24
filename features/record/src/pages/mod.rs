//! One file a screen.

pub mod files;
pub mod uploads;
