//! Rankings, on both databases.
#![allow(clippy::unwrap_used)]

mod life;
mod objections;
mod scores;
mod sight;
mod world;
