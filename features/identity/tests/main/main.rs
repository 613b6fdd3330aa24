//! Who may come in, as a person at the door and three administrators see it.
#![allow(clippy::unwrap_used)]

mod accounts;
mod audit;
mod browser;
mod roles;
mod second_factor;
mod sign_in;
