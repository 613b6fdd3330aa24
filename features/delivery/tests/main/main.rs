#![allow(clippy::unwrap_used, clippy::expect_used)]

mod given_up;
mod http;
mod leases;
mod letters;
mod own;
mod robots;
mod settings;
mod smtp;
mod tls;
// The sheet that reminders are about is the neighbour's.
#[allow(dead_code)]
#[path = "../../../supervision/tests/main/world.rs"]
mod world;
