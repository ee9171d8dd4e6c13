//! A MySQL or MariaDB server.

use super::cell::Cell;
use super::database::Report;
use super::marks;
use super::table::{Copied, Row, Statement, Table, insert};
use super::{CREATE_SAMPLE, SAMPLE};
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
        self.0.query_drop(format!("{CREATE_SAMPLE} {STORED}"))?;
        let mut values = Vec::new();
        for (id, name, pwd) in SAMPLE {
            values.extend([id.into(), name.into(), Value::from(pwd)]);
        }
        Ok(self.0.exec_drop(insert("user", 3, SAMPLE.len()), Params::Positional(values))?)
    }

    /// The key is the primary one, or another whose columns are never NULL and stand in it whole.
    pub(super) fn table(&mut self) -> Result<Table, Report> {
        let found = self.0.query_iter("SELECT * FROM user LIMIT 0")?;
        let columns: Vec<String> =
            found.columns().as_ref().iter().map(|column| column.name_str().into_owned()).collect();
        drop(found);
        let parts: Vec<(String, String, Option<u64>, String)> = self.all(
            "SELECT index_name, column_name, sub_part, nullable FROM information_schema.statistics \
             WHERE table_schema = DATABASE() AND table_name = 'user' AND non_unique = 0 \
             ORDER BY index_name <> 'PRIMARY', index_name, seq_in_index",
            (),
        )?;
        let whole = |index: &&[(String, String, Option<u64>, String)]| {
            index.iter().all(|(_, _, part, nullable)| part.is_none() && nullable != "YES")
        };
        let key = parts.chunk_by(|a, b| a.0 == b.0).find(whole).unwrap_or_default();
        Ok(Table { columns, key: key.iter().map(|(_, column, ..)| column.clone()).collect() })
    }

    pub(super) fn create_copy(&mut self, table: &Table) -> Result<(), Report> {
        let (marks, begin) = table.mark_columns();
        self.0.query_drop(format!(
            "CREATE TABLE IF NOT EXISTS user_copy {STORED} AS \
             SELECT user.*, CAST('' AS CHAR(8)) AS xb FROM user WHERE 1 = 0"
        ))?;
        Ok(self.0.query_drop(format!(
            "CREATE TABLE IF NOT EXISTS user_copy_chunks \
             (job VARCHAR(32) NOT NULL DEFAULT '', PRIMARY KEY (job, {begin})) {STORED} AS \
             SELECT {marks} FROM user WHERE 1 = 0"
        ))?)
    }

    pub(super) fn chunk(
        &mut self,
        table: &Table,
        after: Option<&[Cell]>,
        size: u32,
    ) -> Result<Vec<Row>, Report> {
        let (query, values) = table.chunk(after, size);
        let rows = self.0.exec_map(query, parameters(values), cells)?;
        Ok(rows.into_iter().map(|cells| table.row(cells)).collect())
    }

    pub(super) fn append(
        &mut self,
        table: &Table,
        job: &str,
        rows: &[Copied],
    ) -> Result<usize, Report> {
        for _ in 1..ATTEMPTS {
            match self.try_append(table, job, rows) {
                Err(Error::MySqlError(error)) if TRY_AGAIN.contains(&error.code) => {}
                other => return Ok(other?),
            }
        }
        Ok(self.try_append(table, job, rows)?)
    }

    fn try_append(&mut self, table: &Table, job: &str, rows: &[Copied]) -> Result<usize, Error> {
        // Dropped on an error, which rolls back.
        let mut transaction = self.0.start_transaction(TxOpts::default())?;
        let appended = marks::append(&mut transaction, table, job, rows)?;
        transaction.commit()?;
        Ok(appended)
    }

    pub(super) fn count_copies(&mut self) -> Result<i64, Report> {
        let counts = self.all("SELECT COUNT(*) FROM user_copy", ())?;
        counts.into_iter().next().ok_or_else(|| "COUNT(*) gave no row".into())
    }

    pub(super) fn copies(&mut self, table: &Table, size: u32) -> Result<Vec<Vec<Cell>>, Report> {
        Ok(self.0.exec_map(table.copies(size), (), cells)?)
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

impl marks::Transaction for Transaction<'_> {
    type Error = Error;

    fn finds(&mut self, (query, values): Statement) -> Result<bool, Error> {
        Ok(self.exec_first::<mysql::Row, _, _>(query, parameters(values))?.is_some())
    }

    fn run(&mut self, (change, values): Statement) -> Result<(), Error> {
        self.exec_drop(change, parameters(values))
    }
}

/// With transactions, and with room for every character.
const STORED: &str = "ENGINE = InnoDB DEFAULT CHARSET = utf8mb4";

fn cells(row: mysql::Row) -> Vec<Cell> {
    row.unwrap().into_iter().map(cell).collect()
}

fn cell(value: Value) -> Cell {
    match value {
        Value::NULL => Cell::Null,
        Value::Int(number) => Cell::Int(number),
        Value::UInt(number) => Cell::Unsigned(number),
        Value::Float(number) => Cell::Real(number.into()),
        Value::Double(number) => Cell::Real(number),
        Value::Bytes(bytes) => String::from_utf8(bytes)
            .map_or_else(|error| Cell::Bytes(error.into_bytes()), Cell::Text),
        Value::Date(year, month, day, hour, minute, second, micros) => Cell::Text(format!(
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06}"
        )),
        Value::Time(negative, days, hours, minutes, seconds, micros) => {
            let (sign, hours) = (if negative { "-" } else { "" }, days * 24 + u32::from(hours));
            Cell::Text(format!("{sign}{hours:02}:{minutes:02}:{seconds:02}.{micros:06}"))
        }
    }
}

fn parameters(values: Vec<Cell>) -> Params {
    if values.is_empty() {
        return Params::Empty;
    }
    let value = |cell| match cell {
        Cell::Null => Value::NULL,
        Cell::Int(number) => Value::Int(number),
        Cell::Unsigned(number) => Value::UInt(number),
        Cell::Real(number) => Value::Double(number),
        Cell::Text(text) => Value::Bytes(text.into_bytes()),
        Cell::Bytes(bytes) => Value::Bytes(bytes),
    };
    Params::Positional(values.into_iter().map(value).collect())
}
