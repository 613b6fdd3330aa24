//! 备份: one file with every table as typed rows and every stored file, read from one moment while
//! the server goes on. It restores into either database.

pub mod container;
pub mod examine;
pub mod line;
pub mod make;
pub mod manifest;
pub mod restore;
pub mod retention;
pub mod runs;
pub mod schedule;

pub use make::{Made, Wanted, make};
pub use manifest::Manifest;
