//! Rows out of a snapshot, page by page in the order of the key.

use super::{Cell, Sum, Table};
use crate::{Db, Error};

/// Rows fetched at once.
const PAGE: usize = 2_000;

/// The rows of a table, a page at a time.
pub struct Pages<'a> {
    db: &'a Db,
    table: &'a Table,
    after: Option<Vec<Cell>>,
    done: bool,
}

impl<'a> Pages<'a> {
    /// From the first row on. `db` is a snapshot, else pages of one table may come from different
    /// moments.
    pub fn of(db: &'a Db, table: &'a Table) -> Pages<'a> {
        Pages {
            db,
            table,
            after: None,
            done: false,
        }
    }

    /// The next rows; none at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Vec<Cell>>>, Error> {
        if self.done {
            return Ok(None);
        }
        let (table, key) = (self.table, self.table.key_list());
        let mut values = Vec::new();
        let beyond = match self.after.take() {
            Some(last) => {
                let places = crate::placeholders(1, last.len());
                values.extend(last.into_iter().map(Cell::into_value));
                format!("WHERE ({key}) > ({places})")
            }
            None => String::new(),
        };
        let sql = format!(
            "SELECT {} FROM {} {beyond} ORDER BY {key} LIMIT {PAGE}",
            table.column_list(),
            table.quoted()
        );
        let found = self.db.query(&sql, values).await?;
        let mut rows = Vec::with_capacity(found.len());
        for row in &found {
            let cells = table.columns.iter().enumerate();
            let cells: Result<Vec<Cell>, Error> = cells
                .map(|(at, column)| Cell::read(row, at, column.kind))
                .collect();
            rows.push(cells?);
        }
        self.done = rows.len() < PAGE;
        self.after = rows
            .last()
            .map(|row| table.key.iter().map(|at| row[*at].clone()).collect());
        Ok((!rows.is_empty()).then_some(rows))
    }
}

/// The sum of a table's rows.
pub async fn sum_of(db: &Db, table: &Table) -> Result<Sum, Error> {
    let (mut sum, mut pages) = (Sum::default(), Pages::of(db, table));
    while let Some(rows) = pages.next().await? {
        rows.iter().for_each(|row| sum.add(row));
    }
    Ok(sum)
}
