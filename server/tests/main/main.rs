//! The program itself, as a process.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod killed;
