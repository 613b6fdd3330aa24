//! The roster through its pages and beneath them, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod exchange;
mod flow;
mod ground;
mod odd;
mod pages;
