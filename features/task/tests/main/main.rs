//! Task sheets through the pages, on both databases.
#![allow(clippy::unwrap_used)]

mod form;
mod issue;
mod read;
mod rights;
mod world;
