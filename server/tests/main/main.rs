//! The program as a technician meets it: started as a process, asked over the wire.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod certificates;
mod commands;
mod gate;
mod killed;
mod metrics;
mod running;
mod two;
