//! The program as a technician meets it: started as a process, asked over the wire; its backups,
//! restores, copies and upkeep.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod backup;
mod certificates;
mod commands;
mod copy;
mod damage;
mod fixtures;
mod gate;
mod killed;
mod metrics;
mod object_store;
mod page;
mod running;
mod two;
mod upkeep;
mod world;
