//! The book of rules, checked by tables and properties.

// Clippy knows the functions marked as tests, not what they call.
#![allow(clippy::unwrap_used)]

mod burden;
mod cadence;
mod calendar;
mod duty;
mod measure;
mod properties;
mod records;
mod shape;
mod who;

use kernel::Day;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}
