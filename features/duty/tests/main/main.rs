//! Duties through their use cases, on both databases.
#![allow(clippy::unwrap_used)]

mod life;
mod review;
mod world;
