//! The vocabulary every other room speaks: civil days, periods, tree paths, ids, refusals and
//! neutral documents. No I/O, no async, no clock, no randomness.

pub mod day;
pub mod document;
pub mod id;
pub mod path;
pub mod refusal;
pub mod table;

pub use day::{Day, Instant, Period};
pub use id::Id;
pub use path::TreePath;
pub use refusal::{Refusal, Source};
