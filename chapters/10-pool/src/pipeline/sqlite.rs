//! The embedded database.

use super::database::{Copied, Report, User};
use super::{CREATE_COPY, CREATE_MARKS, CREATE_SAMPLE, SAMPLE, insert, uncovered};
use rusqlite::types::{ToSql, Value};
use rusqlite::{Connection, OpenFlags, Row, TransactionBehavior, params, params_from_iter};
use std::path::Path;
use std::time::Duration;

/// SQLite has one writer at a time; the others ask again until it is done.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Sqlite(Connection);

impl Sqlite {
    pub(super) fn open(path: &Path, create: bool) -> Result<Sqlite, Report> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        Ok(Sqlite(connection))
    }

    pub(super) fn has_table(&mut self) -> Result<bool, Report> {
        Ok(self.0.table_exists(None, "user")?)
    }

    pub(super) fn create_sample(&mut self) -> Result<(), Report> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(CREATE_SAMPLE, [])?;
        for (id, name, pwd) in SAMPLE {
            transaction.execute(&insert("user", 3, 1), params![id, name, pwd])?;
        }
        Ok(transaction.commit()?)
    }

    pub(super) fn rows_and_ids(&mut self) -> Result<(i64, i64), Report> {
        let count = "SELECT COUNT(*), COUNT(DISTINCT id) FROM user";
        Ok(self.0.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    pub(super) fn create_copy(&mut self) -> Result<(), Report> {
        self.0.execute(CREATE_COPY, [])?;
        self.0.execute(CREATE_MARKS, [])?;
        Ok(())
    }

    pub(super) fn chunk(&mut self, from: i64, size: u32) -> Result<Vec<User>, Report> {
        let mut statement = self.0.prepare_cached(
            "SELECT id, CAST(name AS TEXT), CAST(pwd AS TEXT) FROM user \
             WHERE id >= ? ORDER BY id LIMIT ?",
        )?;
        let rows = statement.query_map(params![from, size], user)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn append(
        &mut self,
        job: &str,
        rows: &[Copied],
        first: i64,
        last: i64,
    ) -> Result<usize, Report> {
        // Immediate: the right to write is taken at the beginning. Two that
        // read first and then both want to write would block each other.
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let marks: Vec<(i64, i64)> = transaction
            .prepare_cached(
                "SELECT first_id, last_id FROM user_copy_chunks \
                 WHERE job = ?1 AND first_id BETWEEN ?2 AND ?3 \
                 UNION ALL SELECT * FROM (SELECT first_id, last_id FROM user_copy_chunks \
                 WHERE job = ?1 AND first_id < ?2 ORDER BY first_id DESC LIMIT 1)",
            )?
            .query_map(params![job, first, last], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let runs = uncovered(rows, &marks);
        let appended = runs.iter().map(|run| run.len()).sum();
        for run in runs {
            let (first, last) = (run[0].user.id, run[run.len() - 1].user.id);
            transaction
                .prepare_cached(&insert("user_copy_chunks", 3, 1))?
                .execute(params![job, first, last])?;
            let values: Vec<&dyn ToSql> = run
                .iter()
                .flat_map(|row| -> [&dyn ToSql; 4] {
                    [&row.user.id, &row.user.name, &row.user.pwd, &row.xb]
                })
                .collect();
            transaction
                .prepare_cached(&insert("user_copy (id, name, pwd, xb)", 4, run.len()))?
                .execute(params_from_iter(values))?;
        }
        transaction.commit()?;
        Ok(appended)
    }

    pub(super) fn count_copies(&mut self) -> Result<i64, Report> {
        Ok(self.0.query_row("SELECT COUNT(*) FROM user_copy", [], |row| row.get(0))?)
    }

    pub(super) fn copies(&mut self, size: u32) -> Result<Vec<Copied>, Report> {
        let mut statement =
            self.0.prepare("SELECT id, name, pwd, xb FROM user_copy ORDER BY id LIMIT ?")?;
        let copied = |row: &Row| Ok(Copied { user: user(row)?, xb: row.get(3)? });
        Ok(statement.query_map(params![size], copied)?.collect::<Result<_, _>>()?)
    }
}

fn user(row: &Row) -> rusqlite::Result<User> {
    // A column without a type may hold an id that is no number at all.
    let id: Value = row.get(0)?;
    match id {
        Value::Integer(id) => Ok(User { id, name: row.get(1)?, pwd: row.get(2)? }),
        other => Err(rusqlite::Error::InvalidColumnType(0, "id".to_owned(), other.data_type())),
    }
}
