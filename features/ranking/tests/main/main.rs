//! Rankings, on both databases.
#![allow(clippy::unwrap_used)]

mod life;
mod objections;
mod paper;
#[path = "../../../../office/tests/foreign/reader.rs"]
mod reader;
mod scores;
mod sight;
mod world;
