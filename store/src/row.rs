//! Rows out of the database and parameters into it, in the kernel's types.

use crate::Error;
use kernel::{Day, Id, Instant, TreePath};
use sea_orm::{QueryResult, TryGetable, Value};

/// One row of a result.
pub struct Row(pub(crate) QueryResult);

/// A type that one row becomes; [`row!`](crate::row!) writes it.
pub trait FromRow: Sized {
    /// Reads the row by column name.
    fn from_row(row: &Row) -> Result<Self, Error>;
}

/// A type that one column becomes.
pub trait FromColumn: Sized {
    /// Reads the column of that name.
    fn from_column(row: &Row, column: &str) -> Result<Self, Error>;
}

impl Row {
    /// The column as the type asked for; `Option` where it may be null.
    pub fn get<T: FromColumn>(&self, column: &str) -> Result<T, Error> {
        T::from_column(self, column)
    }

    fn plain<T: TryGetable>(&self, column: &str) -> Result<T, Error> {
        self.0.try_get::<T>("", column).map_err(Error::Database)
    }
}

/// A type that stands for another in the database, both ways.
macro_rules! column {
    ($type:ty, $stored:ty, $read:expr, $write:expr) => {
        impl FromColumn for $type {
            fn from_column(row: &Row, column: &str) -> Result<Self, Error> {
                let read: fn($stored) -> Result<$type, String> = $read;
                read(row.plain::<$stored>(column)?).map_err(|reason| Error::Column {
                    column: column.to_owned(),
                    reason,
                })
            }
        }
        impl FromColumn for Option<$type> {
            fn from_column(row: &Row, column: &str) -> Result<Self, Error> {
                let read: fn($stored) -> Result<$type, String> = $read;
                row.plain::<Option<$stored>>(column)?
                    .map(read)
                    .transpose()
                    .map_err(|reason| Error::Column {
                        column: column.to_owned(),
                        reason,
                    })
            }
        }
        impl Param for $type {
            fn value(self) -> Value {
                let write: fn($type) -> $stored = $write;
                Value::from(write(self))
            }
        }
        impl Param for Option<$type> {
            fn value(self) -> Value {
                let write: fn($type) -> $stored = $write;
                Value::from(self.map(write))
            }
        }
        impl Param for &$type {
            fn value(self) -> Value {
                self.clone().value()
            }
        }
        impl Param for &Option<$type> {
            fn value(self) -> Value {
                self.clone().value()
            }
        }
    };
}

/// A value that a statement takes.
pub trait Param {
    /// As the driver wants it.
    fn value(self) -> Value;
}

column!(i64, i64, Ok, |n| n);
column!(bool, bool, Ok, |b| b);
column!(String, String, Ok, |s| s);
column!(Vec<u8>, Vec<u8>, Ok, |b| b);
column!(Id, i64, |n| Ok(Id(n)), |id| id.0);
column!(Instant, i64, |ms| Ok(Instant(ms)), |at| at.0);
column!(
    Day,
    String,
    |s| s.parse().map_err(|e: kernel::day::NotADay| e.to_string()),
    |d| d.to_string()
);
column!(TreePath, String, |s| Ok(TreePath::new(s)), |p| p
    .as_str()
    .to_owned());

impl Param for &str {
    fn value(self) -> Value {
        Value::from(self.to_owned())
    }
}

impl Param for Option<&str> {
    fn value(self) -> Value {
        Value::from(self.map(str::to_owned))
    }
}

impl Param for Value {
    fn value(self) -> Value {
        self
    }
}

/// Parameters of a statement: `params![id, name, day]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::Param::value($value)),*] };
}

/// A struct that a row becomes, column by column under the fields' names.
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident : $type:ty),* $(,)? }) => {
        $(#[$meta])* $vis struct $name { $($(#[$fmeta])* $fvis $field: $type),* }
        impl $crate::FromRow for $name {
            fn from_row(row: &$crate::Row) -> Result<Self, $crate::Error> {
                Ok($name { $($field: row.get(stringify!($field))?),* })
            }
        }
    };
}

impl<A: FromColumn> FromRow for (A,) {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let names = row.0.column_names();
        Ok((row.get(&names[0])?,))
    }
}

impl<A: FromColumn, B: FromColumn> FromRow for (A, B) {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let names = row.0.column_names();
        Ok((row.get(&names[0])?, row.get(&names[1])?))
    }
}

impl<A: FromColumn, B: FromColumn, C: FromColumn> FromRow for (A, B, C) {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let names = row.0.column_names();
        Ok((
            row.get(&names[0])?,
            row.get(&names[1])?,
            row.get(&names[2])?,
        ))
    }
}

/// `$from, $from+1, …`: the places of a list of `n` parameters in an `IN (…)`. An empty list gives
/// `NULL`, which is in no list.
pub fn placeholders(from: usize, n: usize) -> String {
    if n == 0 {
        return "NULL".to_owned();
    }
    (from..from + n)
        .map(|i| format!("${i}"))
        .collect::<Vec<_>>()
        .join(", ")
}
