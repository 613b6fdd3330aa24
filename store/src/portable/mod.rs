//! 可移植的内容: every table as typed rows, read from one snapshot of either database and written
//! into either. Backup, restore and the move from one database to the other stand on it.

mod catalog;
mod cell;
mod load;
mod read;

pub(crate) use catalog::names;
pub use catalog::{Column, Table, tables};
pub use cell::{Cell, Kind, Sum};
pub use load::Loading;
pub use read::{Pages, sum_of};
