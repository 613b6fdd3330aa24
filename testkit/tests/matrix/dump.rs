//! The content of every table, to see that nothing changed.

use std::collections::BTreeMap;
use store::{Backend, Db, params};

/// Tables that change without anybody's deed: the audit log, and when a session was last used.
const LEFT_OUT: &[&str] = &["audit", "session", "schema_version"];

/// Each table with all its rows in a few digits (PostgreSQL) or as they are (SQLite).
pub async fn everything(db: &Db) -> BTreeMap<String, String> {
    let tables = match db.backend() {
        Backend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
             AND name NOT LIKE '%_fts%'"
        }
        Backend::Postgres => {
            "SELECT CAST(tablename AS TEXT) AS name FROM pg_tables WHERE schemaname = 'public'"
        }
    };
    let mut content = BTreeMap::new();
    for table in db.column::<String>(tables, vec![]).await.unwrap() {
        if !LEFT_OUT.contains(&table.as_str()) {
            let rows = rows(db, &table).await;
            content.insert(table, rows);
        }
    }
    content
}

async fn rows(db: &Db, table: &str) -> String {
    let sql = match db.backend() {
        Backend::Postgres => format!(
            "SELECT COALESCE(md5(string_agg(CAST(t AS TEXT), '|' ORDER BY CAST(t AS TEXT))), '') AS x FROM {table} t"
        ),
        Backend::Sqlite => {
            let named = "SELECT name FROM pragma_table_info($1)";
            let columns: Vec<String> = db.column(named, params![table]).await.unwrap();
            let row = columns
                .iter()
                .map(|name| format!("quote({name})"))
                .collect::<Vec<_>>();
            format!(
                "SELECT COALESCE(group_concat(x, '|'), '') AS y FROM (SELECT {} AS x FROM {table} ORDER BY 1)",
                row.join("||','||")
            )
        }
    };
    db.scalar(&sql, vec![]).await.unwrap()
}

/// Fails with the names of the tables that changed.
pub fn same(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>, who: &str) {
    let changed: Vec<_> = before
        .keys()
        .filter(|table| before.get(*table) != after.get(*table))
        .collect();
    assert!(
        changed.is_empty(),
        "refused requests of {who} changed {changed:?}"
    );
}
