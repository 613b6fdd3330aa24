//! Which tables there are, as the database itself says.

use super::Kind;
use crate::{Backend, Db, Error, params};
use std::collections::{BTreeMap, BTreeSet};

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Type.
    pub kind: Kind,
}

/// A table: its columns in their order, and which of them are its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Name.
    pub name: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Places of the key's columns.
    pub key: Vec<usize>,
}

impl Table {
    /// The columns for a statement. Quoted: some carry words of SQL.
    pub fn column_list(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|c| quoted(&c.name)).collect();
        names.join(", ")
    }

    /// The table for a statement.
    pub fn quoted(&self) -> String {
        quoted(&self.name)
    }

    pub(super) fn key_list(&self) -> String {
        let names: Vec<String> = self
            .key
            .iter()
            .map(|at| quoted(&self.columns[*at].name))
            .collect();
        names.join(", ")
    }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// Every table, each after those it refers to.
pub async fn tables(db: &Db) -> Result<Vec<Table>, Error> {
    let mut found = Vec::new();
    for name in names(db).await? {
        found.push(describe(db, name).await?);
    }
    let mut after: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, other) in references(db).await? {
        if table != other {
            after.entry(table).or_default().insert(other);
        }
    }
    in_order(found, &after)
}

/// Names of the tables; a search index and its parts are no tables of ours.
pub(crate) async fn names(db: &Db) -> Result<Vec<String>, Error> {
    let sql = match db.backend() {
        Backend::Sqlite => {
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
             AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
        }
        Backend::Postgres => {
            "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
             ORDER BY CAST(table_name AS TEXT) COLLATE \"C\""
        }
    };
    db.column(sql, vec![]).await
}

crate::row! {
    struct ColumnRow { name: String, declared: String }
}

async fn describe(db: &Db, name: String) -> Result<Table, Error> {
    let (columns, key) = match db.backend() {
        Backend::Sqlite => (
            "SELECT name, type AS declared FROM pragma_table_info($1) ORDER BY cid",
            "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk",
        ),
        Backend::Postgres => (
            "SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS declared
             FROM information_schema.columns WHERE table_schema = current_schema()
             AND table_name = $1 ORDER BY ordinal_position",
            "SELECT CAST(k.column_name AS TEXT) AS name
             FROM information_schema.table_constraints c
             JOIN information_schema.key_column_usage k
             ON k.constraint_schema = c.constraint_schema AND k.constraint_name = c.constraint_name
             AND k.table_name = c.table_name
             WHERE c.constraint_type = 'PRIMARY KEY' AND c.table_schema = current_schema()
             AND c.table_name = $1 ORDER BY k.ordinal_position",
        ),
    };
    let mut described = Vec::new();
    for row in db.all::<ColumnRow>(columns, params![&name]).await? {
        let kind = Kind::of(&row.declared).ok_or_else(|| {
            Error::Schema(format!(
                "{name}.{} is {}, which no backup can hold",
                row.name, row.declared
            ))
        })?;
        described.push(Column {
            name: row.name,
            kind,
        });
    }
    let key: Vec<String> = db.column(key, params![&name]).await?;
    let key: Vec<usize> = key
        .iter()
        .filter_map(|part| described.iter().position(|c| c.name == *part))
        .collect();
    if key.is_empty() {
        return Err(Error::Schema(format!("{name} has no primary key")));
    }
    Ok(Table {
        name,
        columns: described,
        key,
    })
}

/// Which table refers to which.
async fn references(db: &Db) -> Result<Vec<(String, String)>, Error> {
    let sql = match db.backend() {
        Backend::Sqlite => {
            "SELECT t.name AS a, f.\"table\" AS b FROM pragma_table_list t, pragma_foreign_key_list(t.name) f
             WHERE t.schema = 'main' AND t.type = 'table'"
        }
        Backend::Postgres => {
            "SELECT CAST(a.relname AS TEXT) AS a, CAST(b.relname AS TEXT) AS b FROM pg_constraint c
             JOIN pg_class a ON a.oid = c.conrelid JOIN pg_class b ON b.oid = c.confrelid
             JOIN pg_namespace n ON n.oid = c.connamespace
             WHERE c.contype = 'f' AND n.nspname = current_schema()"
        }
    };
    db.all(sql, vec![]).await
}

fn in_order(
    mut left: Vec<Table>,
    after: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Vec<Table>, Error> {
    let mut ordered: Vec<Table> = Vec::new();
    while !left.is_empty() {
        let ready = left.iter().position(|table| {
            after.get(&table.name).is_none_or(|others| {
                others
                    .iter()
                    .all(|other| ordered.iter().any(|done| done.name == *other))
            })
        });
        let Some(at) = ready else {
            let names: Vec<&str> = left.iter().map(|t| t.name.as_str()).collect();
            return Err(Error::Schema(format!(
                "tables refer to each other in a ring: {}",
                names.join(", ")
            )));
        };
        ordered.push(left.remove(at));
    }
    Ok(ordered)
}
