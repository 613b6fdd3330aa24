//! The composition root as an administrator meets it: backups, restores, copies, upkeep.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod backup;
mod copy;
mod damage;
mod fixtures;
mod object_store;
mod page;
mod upkeep;
mod world;
