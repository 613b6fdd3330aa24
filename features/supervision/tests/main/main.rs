//! Readers across the others, on both databases.
#![allow(clippy::unwrap_used)]

mod board;
mod feedback;
mod rebuilt;
mod reminders;
mod world;
