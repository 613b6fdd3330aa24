//! A value as both databases hold it, and how it stands in a line of JSON.

use crate::Error;
use sea_orm::{QueryResult, Value};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// The four types of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// BIGINT
    Int,
    /// TEXT
    Text,
    /// BOOLEAN
    Bool,
    /// BLOB or BYTEA
    Bytes,
}

impl Kind {
    /// From the word the database declares the column with.
    pub fn of(declared: &str) -> Option<Kind> {
        Some(match declared.to_ascii_lowercase().as_str() {
            "bigint" | "integer" => Kind::Int,
            "text" => Kind::Text,
            "boolean" => Kind::Bool,
            "blob" | "bytea" => Kind::Bytes,
            _ => return None,
        })
    }

    /// Its word in a backup.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Int => "int",
            Kind::Text => "text",
            Kind::Bool => "bool",
            Kind::Bytes => "bytes",
        }
    }
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// NULL of that type.
    Null(Kind),
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Cell {
    pub(super) fn read(row: &QueryResult, at: usize, kind: Kind) -> Result<Cell, Error> {
        fn or_null<T>(found: Option<T>, kind: Kind, cell: fn(T) -> Cell) -> Cell {
            found.map_or(Cell::Null(kind), cell)
        }
        Ok(match kind {
            Kind::Int => or_null(row.try_get_by_index(at)?, kind, Cell::Int),
            Kind::Text => or_null(row.try_get_by_index(at)?, kind, Cell::Text),
            Kind::Bool => or_null(row.try_get_by_index(at)?, kind, Cell::Bool),
            Kind::Bytes => or_null(row.try_get_by_index(at)?, kind, Cell::Bytes),
        })
    }

    /// As a parameter of a statement.
    pub fn into_value(self) -> Value {
        match self {
            Cell::Null(Kind::Int) => Value::from(None::<i64>),
            Cell::Null(Kind::Text) => Value::from(None::<String>),
            Cell::Null(Kind::Bool) => Value::from(None::<bool>),
            Cell::Null(Kind::Bytes) => Value::from(None::<Vec<u8>>),
            Cell::Int(n) => Value::from(n),
            Cell::Text(text) => Value::from(text),
            Cell::Bool(yes) => Value::from(yes),
            Cell::Bytes(bytes) => Value::from(bytes),
        }
    }

    /// As it stands in a line.
    pub fn to_json(&self) -> Json {
        match self {
            Cell::Null(_) => Json::Null,
            Cell::Int(n) => Json::from(*n),
            Cell::Text(text) => Json::from(text.as_str()),
            Cell::Bool(yes) => Json::from(*yes),
            Cell::Bytes(bytes) => Json::from(hex::encode(bytes)),
        }
    }

    /// From a line, where a column of that kind stands.
    pub fn from_json(json: Json, kind: Kind) -> Option<Cell> {
        Some(match (json, kind) {
            (Json::Null, kind) => Cell::Null(kind),
            (Json::Number(n), Kind::Int) => Cell::Int(n.as_i64()?),
            (Json::String(text), Kind::Text) => Cell::Text(text),
            (Json::Bool(yes), Kind::Bool) => Cell::Bool(yes),
            (Json::String(digits), Kind::Bytes) => Cell::Bytes(hex::decode(digits).ok()?),
            _ => return None,
        })
    }
}

/// A row as a line of JSON.
pub(crate) fn line(row: &[Cell]) -> String {
    Json::Array(row.iter().map(Cell::to_json).collect()).to_string()
}

/// 校验和: the number of rows and a sum over them that does not depend on their order (the two
/// databases sort text differently): the first halves of the rows' SHA-256, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many rows.
    pub rows: u64,
    total: u128,
}

impl Sum {
    /// Adds a row.
    pub fn add(&mut self, row: &[Cell]) {
        let digest = Sha256::digest(line(row));
        let mut half = [0u8; 16];
        half.copy_from_slice(&digest[..16]);
        self.rows += 1;
        self.total = self.total.wrapping_add(u128::from_be_bytes(half));
    }

    /// 32 hexadecimal digits.
    pub fn digits(&self) -> String {
        format!("{:032x}", self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_comes_back_from_its_line() {
        for (cell, kind) in [
            (Cell::Int(i64::MIN), Kind::Int),
            (Cell::Text("会议\n\"=1+1\"😀".to_owned()), Kind::Text),
            (Cell::Bool(false), Kind::Bool),
            (Cell::Bytes(vec![0, 255]), Kind::Bytes),
            (Cell::Null(Kind::Bytes), Kind::Bytes),
        ] {
            let back: Json = serde_json::from_str(&cell.to_json().to_string()).unwrap();
            assert_eq!(Cell::from_json(back, kind), Some(cell));
        }
        assert_eq!(Cell::from_json(Json::from(1.5), Kind::Int), None);
        assert_eq!(Cell::from_json(Json::from("1"), Kind::Int), None);
    }

    #[test]
    fn a_sum_knows_no_order_but_every_row() {
        let (a, b) = ([Cell::Int(1)], [Cell::Int(2)]);
        let sum = |rows: &[&[Cell]]| {
            let mut sum = Sum::default();
            rows.iter().for_each(|row| sum.add(row));
            sum
        };
        assert_eq!(sum(&[&a, &b]), sum(&[&b, &a]));
        assert_ne!(sum(&[&a, &b]), sum(&[&a, &a]));
        assert_ne!(sum(&[&a]), sum(&[&a, &a]));
    }
}
