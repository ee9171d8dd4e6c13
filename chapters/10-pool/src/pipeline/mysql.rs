//! A MySQL or MariaDB server.

use super::database::{Copied, Report, User};
use super::{CREATE_COPY, CREATE_MARKS, CREATE_SAMPLE, SAMPLE, insert, uncovered};
use mysql::prelude::{FromRow, Queryable};
use mysql::{Conn, Error, Opts, OptsBuilder, Params, Transaction, TxOpts, Value};

/// The server ends a transaction that waits for one that waits for it
/// (`ER_LOCK_DEADLOCK`), and refuses a mark that another run just made
/// (`ER_DUP_ENTRY`). Nothing was changed; the second attempt sees the other's work.
const TRY_AGAIN: [u16; 2] = [1213, 1062];
const ATTEMPTS: usize = 10;

#[derive(Debug)]
pub(super) struct MySql(Conn);

impl MySql {
    pub(super) fn connect(url: &str) -> Result<MySql, Report> {
        // A host in the URL means that host, not a socket that it names.
        let options = OptsBuilder::from_opts(Opts::from_url(url)?).prefer_socket(false);
        Ok(MySql(Conn::new(options)?))
    }

    pub(super) fn has_table(&mut self) -> Result<bool, Report> {
        let found: Vec<Option<i64>> = self.all(
            "SELECT 1 FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name = 'user'",
            (),
        )?;
        Ok(!found.is_empty())
    }

    pub(super) fn create_sample(&mut self) -> Result<(), Report> {
        self.0.query_drop(table(CREATE_SAMPLE))?;
        let mut values = Vec::new();
        for (id, name, pwd) in SAMPLE {
            values.extend([id.into(), name.into(), Value::from(pwd)]);
        }
        Ok(self.0.exec_drop(insert("user", 3, SAMPLE.len()), Params::Positional(values))?)
    }

    pub(super) fn rows_and_ids(&mut self) -> Result<(i64, i64), Report> {
        let counts = self.all("SELECT COUNT(*), COUNT(DISTINCT id) FROM user", ())?;
        counts.into_iter().next().ok_or_else(|| "COUNT(*) gave no row".into())
    }

    pub(super) fn create_copy(&mut self) -> Result<(), Report> {
        self.0.query_drop(table(CREATE_COPY))?;
        Ok(self.0.query_drop(table(CREATE_MARKS))?)
    }

    pub(super) fn chunk(&mut self, from: i64, size: u32) -> Result<Vec<User>, Report> {
        let rows: Vec<(i64, Option<String>, Option<String>)> = self.all(
            "SELECT id, CAST(name AS CHAR), CAST(pwd AS CHAR) FROM user \
             WHERE id >= ? ORDER BY id LIMIT ?",
            (from, size),
        )?;
        Ok(rows.into_iter().map(|(id, name, pwd)| User { id, name, pwd }).collect())
    }

    pub(super) fn append(
        &mut self,
        job: &str,
        rows: &[Copied],
        first: i64,
        last: i64,
    ) -> Result<usize, Report> {
        for _ in 1..ATTEMPTS {
            match self.try_append(job, rows, first, last) {
                Err(Error::MySqlError(error)) if TRY_AGAIN.contains(&error.code) => {}
                other => return Ok(other?),
            }
        }
        Ok(self.try_append(job, rows, first, last)?)
    }

    fn try_append(
        &mut self,
        job: &str,
        rows: &[Copied],
        first: i64,
        last: i64,
    ) -> Result<usize, Error> {
        // Dropped on an error, which rolls back.
        let mut transaction = self.0.start_transaction(TxOpts::default())?;
        let marks: Vec<(i64, i64)> = transaction.exec(
            "(SELECT first_id, last_id FROM user_copy_chunks \
             WHERE job = ? AND first_id BETWEEN ? AND ?) \
             UNION ALL (SELECT first_id, last_id FROM user_copy_chunks \
             WHERE job = ? AND first_id < ? ORDER BY first_id DESC LIMIT 1)",
            (job, first, last, job, first),
        )?;
        let runs = uncovered(rows, &marks);
        for run in &runs {
            append_run(&mut transaction, job, run)?;
        }
        transaction.commit()?;
        Ok(runs.iter().map(|run| run.len()).sum())
    }

    pub(super) fn count_copies(&mut self) -> Result<i64, Report> {
        let counts = self.all("SELECT COUNT(*) FROM user_copy", ())?;
        counts.into_iter().next().ok_or_else(|| "COUNT(*) gave no row".into())
    }

    pub(super) fn copies(&mut self, size: u32) -> Result<Vec<Copied>, Report> {
        let rows: Vec<(i64, Option<String>, Option<String>, String)> =
            self.all("SELECT id, name, pwd, xb FROM user_copy ORDER BY id LIMIT ?", (size,))?;
        let copied = |(id, name, pwd, xb)| Copied { user: User { id, name, pwd }, xb };
        Ok(rows.into_iter().map(copied).collect())
    }

    /// All rows of a query. A row of other types is an error, not the panic
    /// that the plain `exec` makes of it.
    fn all<T: FromRow>(
        &mut self,
        query: &str,
        values: impl Into<Params>,
    ) -> Result<Vec<T>, Report> {
        let rows = self.0.exec_map_opt(query, values, |row: Result<T, _>| row)?;
        Ok(rows.into_iter().collect::<Result<_, _>>()?)
    }
}

/// The mark first: its key stops a second run with the same rows.
fn append_run(transaction: &mut Transaction, job: &str, run: &[Copied]) -> Result<(), Error> {
    let (first, last) = (run[0].user.id, run[run.len() - 1].user.id);
    transaction.exec_drop(insert("user_copy_chunks", 3, 1), (job, first, last))?;
    let values = run.iter().flat_map(|Copied { user, xb }| -> [Value; 4] {
        [user.id.into(), (&user.name).into(), (&user.pwd).into(), xb.into()]
    });
    transaction.exec_drop(
        insert("user_copy (id, name, pwd, xb)", 4, run.len()),
        Params::Positional(values.collect()),
    )
}

/// With transactions, and with room for every character.
fn table(create: &str) -> String {
    format!("{create} ENGINE = InnoDB DEFAULT CHARSET = utf8mb4")
}
