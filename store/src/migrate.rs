//! Schema changes: forward only, in one global order, refused by an older program.

use crate::{Backend, Error, Store, params, portable};
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

/// Backups and clearings, done and tried.
pub const UPKEEP: Migration = Migration {
    number: 14,
    name: "upkeep",
    sql: include_str!("../migrations/0014_upkeep.sql"),
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

    /// 已执行的步骤: number and digest of each; none where there is no table yet.
    pub async fn steps_taken(&self) -> Result<Vec<(i64, String)>, Error> {
        if portable::names(&self.read)
            .await?
            .iter()
            .any(|name| name == "schema_version")
        {
            let sql = "SELECT number, digest FROM schema_version ORDER BY number";
            return self.read.all(sql, vec![]).await;
        }
        Ok(Vec::new())
    }

    /// How many steps are yet to be taken, without taking any.
    pub async fn pending(&self, migrations: &[Migration]) -> Result<usize, Error> {
        let done = self.steps_taken().await?;
        check(migrations, &done)?;
        Ok(migrations
            .iter()
            .filter(|m| !done.iter().any(|(n, _)| *n == m.number))
            .count())
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

/// Whether a database (or a backup) that took those steps is one this program can bring forward.
pub fn check(known: &[Migration], done: &[(i64, String)]) -> Result<(), Error> {
    for (number, was) in done {
        let Some(step) = known.iter().find(|m| m.number == *number) else {
            return Err(Error::Newer(*number));
        };
        if *was != digest(step.sql) {
            return Err(Error::Schema(format!(
                "数据库第 {number} 步升级与本程序所带的不一致，这不是同一个产品的数据库，或程序被改动过"
            )));
        }
    }
    Ok(())
}
