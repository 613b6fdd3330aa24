//! Rows into an empty database, all in one transaction: half of it is never seen.

use super::{Cell, Kind, Sum, Table, catalog, read};
use crate::{Backend, Error, Tx};
use std::collections::BTreeMap;

/// A load under way.
pub struct Loading {
    tx: Tx,
    tables: Vec<Table>,
    sums: BTreeMap<String, Sum>,
}

impl Loading {
    /// Takes away what the migrations laid in; the tables are there and nobody has used them.
    pub async fn begin(tx: Tx) -> Result<Loading, Error> {
        let tables = catalog::tables(&tx).await?;
        for table in tables.iter().rev() {
            tx.exec(&format!("DELETE FROM {}", table.quoted()), vec![])
                .await?;
        }
        Ok(Loading {
            tx,
            tables,
            sums: BTreeMap::new(),
        })
    }

    /// The tables of the target, each after those it refers to.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The table of that name with those columns, in that order; the columns the target has more
    /// keep their defaults.
    pub fn table(&self, like: &Table) -> Result<&Table, Error> {
        let found = self.tables.iter().find(|table| table.name == like.name);
        let found = found.ok_or_else(|| Error::Schema(format!("no table {}", like.name)))?;
        for column in &like.columns {
            if !found.columns.contains(column) {
                return Err(Error::Schema(format!(
                    "{}.{} is not in the target",
                    like.name, column.name
                )));
            }
        }
        Ok(found)
    }

    /// Puts rows in, with the columns of `like`.
    pub async fn add(&mut self, like: &Table, rows: Vec<Vec<Cell>>) -> Result<(), Error> {
        self.table(like)?;
        if self.tx.backend() == Backend::Postgres {
            without_nul(like, &rows)?;
        }
        let sum = self.sums.entry(like.name.clone()).or_default();
        rows.iter().for_each(|row| sum.add(row));
        let names: Vec<String> = like
            .columns
            .iter()
            .map(|column| format!("\"{}\"", column.name))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let values = rows
            .into_iter()
            .map(|row| row.into_iter().map(Cell::into_value).collect())
            .collect();
        self.tx.insert_many(&like.quoted(), &names, values).await
    }

    /// Reads every table back and compares it with what was put in; the sums by table.
    pub async fn compare(&self) -> Result<Vec<(String, Sum)>, Error> {
        let mut compared = Vec::new();
        for table in &self.tables {
            let put = self.sums.get(&table.name).copied().unwrap_or_default();
            let found = read::sum_of(&self.tx, table).await?;
            if found != put {
                return Err(Error::Schema(format!(
                    "{}: {} rows were put in, {} come back with another sum",
                    table.name, put.rows, found.rows
                )));
            }
            compared.push((table.name.clone(), found));
        }
        Ok(compared)
    }
}

/// PostgreSQL holds no NUL in text; SQLite does. Named here, where table and row are known.
fn without_nul(table: &Table, rows: &[Vec<Cell>]) -> Result<(), Error> {
    for row in rows {
        for (column, cell) in table.columns.iter().zip(row) {
            if matches!(cell, Cell::Text(text) if text.contains('\0')) {
                let key: Vec<String> = table
                    .key
                    .iter()
                    .filter(|at| table.columns[**at].kind == Kind::Int)
                    .map(|at| row[*at].to_json().to_string())
                    .collect();
                return Err(Error::Schema(format!(
                    "{}.{} of row {} holds a NUL character, which PostgreSQL cannot hold",
                    table.name,
                    column.name,
                    key.join(", ")
                )));
            }
        }
    }
    Ok(())
}
