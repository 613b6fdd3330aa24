//! Records and files as their users meet them.
#![allow(clippy::unwrap_used)]

mod files;
mod records;
mod uploads;
