//! Readers across the others, on both databases.
#![allow(clippy::unwrap_used)]

mod board;
mod burden;
mod feedback;
mod rebuilt;
mod reminders;
mod world;
