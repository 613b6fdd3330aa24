//! Schema changes: forward only, in one global order, refused by an older program.

use crate::{Backend, Error, Store, params};
use sha2::{Digest, Sha256};

/// 迁移: one step of the schema. Written once for both databases with the words of
/// [`for_backend`].
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Place in the global order; `0001` first.
    pub number: i64,
    /// Name, `org_tree`.
    pub name: &'static str,
    /// Statements separated by `;` at the end of a line.
    pub sql: &'static str,
}

/// The store's own tables.
pub const STORE: Migration = Migration {
    number: 1,
    name: "store",
    sql: include_str!("../migrations/0001_store.sql"),
};

/// `{bytes}` and `{path}` (text that sorts by its bytes) in the databases' own words.
pub fn for_backend(sql: &str, backend: Backend) -> String {
    let (bytes, path) = match backend {
        Backend::Sqlite => ("BLOB", "TEXT"),
        Backend::Postgres => ("BYTEA", "TEXT COLLATE \"C\""),
    };
    sql.replace("{bytes}", bytes).replace("{path}", path)
}

impl Store {
    /// Brings the schema up to date; how many steps were taken.
    pub async fn migrate(&self, migrations: &[Migration]) -> Result<usize, Error> {
        let mut order: Vec<Migration> = migrations.to_vec();
        order.sort_by_key(|m| m.number);
        if let Some(pair) = order
            .windows(2)
            .find(|pair| pair[0].number == pair[1].number)
        {
            return Err(Error::Schema(format!(
                "two migrations are numbered {}",
                pair[0].number
            )));
        }
        let table = "CREATE TABLE IF NOT EXISTS schema_version (
            number BIGINT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, at BIGINT NOT NULL)";
        self.write.run_script(table).await?;
        let done: Vec<(i64, String)> = self
            .write
            .all(
                "SELECT number, digest FROM schema_version ORDER BY number",
                vec![],
            )
            .await?;
        check(&order, &done)?;
        let mut taken = 0;
        for step in order
            .iter()
            .filter(|m| !done.iter().any(|(n, _)| *n == m.number))
        {
            self.take(*step).await?;
            taken += 1;
        }
        Ok(taken)
    }

    /// How many steps are yet to be taken, without taking any.
    pub async fn pending(&self, migrations: &[Migration]) -> Result<usize, Error> {
        let sql = "SELECT number, digest FROM schema_version ORDER BY number";
        match self.read.all::<(i64, String)>(sql, vec![]).await {
            Ok(done) => {
                check(migrations, &done)?;
                Ok(migrations
                    .iter()
                    .filter(|m| !done.iter().any(|(n, _)| *n == m.number))
                    .count())
            }
            // No table yet: nothing was ever taken.
            Err(_) => Ok(migrations.len()),
        }
    }

    async fn take(&self, step: Migration) -> Result<(), Error> {
        let sql = for_backend(step.sql, self.backend());
        self.housekeeping(|tx| async move {
            for statement in sql.split(";\n").map(str::trim).filter(|s| !s.is_empty()) {
                tx.run_script(statement.trim_end_matches(';')).await?;
            }
            let row =
                "INSERT INTO schema_version (number, name, digest, at) VALUES ($1, $2, $3, $4)";
            tx.exec(
                row,
                params![step.number, step.name, digest(step.sql), tx.now()],
            )
            .await?;
            Ok(())
        })
        .await
    }
}

fn digest(sql: &str) -> String {
    hex::encode(Sha256::digest(sql))
}

fn check(known: &[Migration], done: &[(i64, String)]) -> Result<(), Error> {
    for (number, was) in done {
        let Some(step) = known.iter().find(|m| m.number == *number) else {
            return Err(Error::Schema(format!(
                "the database has step {number}, which this program does not know: it is newer; \
                 start the newer program"
            )));
        };
        if *was != digest(step.sql) {
            return Err(Error::Schema(format!(
                "step {number} is not the one that was taken"
            )));
        }
    }
    Ok(())
}
