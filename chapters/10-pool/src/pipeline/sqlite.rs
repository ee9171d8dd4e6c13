//! The embedded database.

use super::cell::Cell;
use super::database::Report;
use super::marks;
use super::table::{Copied, Row, Statement, Table, insert, quoted};
use super::{CREATE_SAMPLE, SAMPLE};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, params, params_from_iter};
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

    /// The key is the primary one, unless a NULL is in it, as SQLite allows; else the number that
    /// SQLite gives each row.
    pub(super) fn table(&mut self) -> Result<Table, Report> {
        let all = self.0.prepare("SELECT * FROM user")?;
        let columns: Vec<String> = all.column_names().map(str::to_owned).collect();
        drop(all);
        let key: Vec<String> = self
            .0
            .prepare("SELECT name FROM pragma_table_info('user') WHERE pk > 0 ORDER BY pk")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if !key.is_empty() {
            let nulls: Vec<String> =
                key.iter().map(|key| format!("{} IS NULL", quoted(key))).collect();
            let query = format!("SELECT 1 FROM user WHERE {} LIMIT 1", nulls.join(" OR "));
            if !self.0.prepare(&query)?.exists([])? {
                return Ok(Table { columns, key });
            }
        }
        let is_column = |name: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(name));
        let number = ["rowid", "_rowid_", "oid"].into_iter().find(|name| !is_column(name));
        Ok(Table { columns, key: number.map(str::to_owned).into_iter().collect() })
    }

    pub(super) fn create_copy(&mut self, table: &Table) -> Result<(), Report> {
        let (marks, begin) = table.mark_columns();
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "CREATE TABLE IF NOT EXISTS user_copy AS SELECT *, '' AS xb FROM user WHERE 0",
            [],
        )?;
        transaction.execute(
            &format!(
                "CREATE TABLE IF NOT EXISTS user_copy_chunks AS \
                 SELECT '' AS job, {marks} FROM user WHERE 0"
            ),
            [],
        )?;
        transaction.execute(
            &format!(
                "CREATE UNIQUE INDEX IF NOT EXISTS user_copy_chunks_begin \
                 ON user_copy_chunks (job, {begin})"
            ),
            [],
        )?;
        Ok(transaction.commit()?)
    }

    pub(super) fn chunk(
        &mut self,
        table: &Table,
        after: Option<&[Cell]>,
        size: u32,
    ) -> Result<Vec<Row>, Report> {
        let (query, values) = table.chunk(after, size);
        Ok(self.all(&query, &values)?.into_iter().map(|cells| table.row(cells)).collect())
    }

    pub(super) fn append(
        &mut self,
        table: &Table,
        job: &str,
        rows: &[Copied],
    ) -> Result<usize, Report> {
        // Immediate: the right to write is taken at the beginning. Two that
        // read first and then both want to write would block each other.
        let mut transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let appended = marks::append(&mut transaction, table, job, rows)?;
        transaction.commit()?;
        Ok(appended)
    }

    pub(super) fn count_copies(&mut self) -> Result<i64, Report> {
        Ok(self.0.query_row("SELECT COUNT(*) FROM user_copy", [], |row| row.get(0))?)
    }

    pub(super) fn copies(&mut self, table: &Table, size: u32) -> Result<Vec<Vec<Cell>>, Report> {
        self.all(&table.copies(size), &[])
    }

    fn all(&mut self, query: &str, values: &[Cell]) -> Result<Vec<Vec<Cell>>, Report> {
        let mut statement = self.0.prepare_cached(query)?;
        let width = statement.column_count();
        let mut rows = statement.query(params_from_iter(values))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..width).map(|i| cell(row.get_ref(i)?));
            all.push(cells.collect::<Result<_, Report>>()?);
        }
        Ok(all)
    }
}

impl marks::Transaction for Transaction<'_> {
    type Error = rusqlite::Error;

    fn finds(&mut self, (query, values): Statement) -> Result<bool, rusqlite::Error> {
        self.prepare_cached(&query)?.exists(params_from_iter(values))
    }

    fn run(&mut self, (change, values): Statement) -> Result<(), rusqlite::Error> {
        self.prepare_cached(&change)?.execute(params_from_iter(values)).map(drop)
    }
}

fn cell(value: ValueRef<'_>) -> Result<Cell, Report> {
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Int(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text)?.to_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    })
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Cell::Null => ValueRef::Null,
            Cell::Int(number) => ValueRef::Integer(*number),
            // SQLite gives none.
            Cell::Unsigned(number) => return Ok(number.to_string().into()),
            Cell::Real(number) => ValueRef::Real(*number),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Bytes(bytes) => ValueRef::Blob(bytes),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}
