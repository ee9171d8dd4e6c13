//! Databases of a test's own.

use mysql::prelude::Queryable;
use mysql::{Conn, Opts, OptsBuilder};
use rusqlite::Connection;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// A database that nobody else uses.
pub trait OwnDatabase {
    /// What `--database` takes.
    fn location(&self) -> String;
    /// Runs statements, separated by semicolons.
    fn execute(&self, statements: &str);
    /// The number that a query gives.
    fn number(&self, query: &str) -> i64;
    /// The ids and `xb` of `user_copy`, sorted.
    fn copies(&self) -> Vec<(i64, String)>;

    fn create_users(&self) {
        self.execute("CREATE TABLE user (id BIGINT PRIMARY KEY, name TEXT, pwd TEXT)");
    }

    /// Every password is the last three digits of the id.
    fn insert_users(&self, ids: RangeInclusive<i64>) {
        let rows: Vec<String> =
            ids.map(|id| format!("({id}, 'name {id}', '{:03}')", id % 1000)).collect();
        self.execute(&format!("INSERT INTO user VALUES {}", rows.join(", ")));
    }
}

/// Whether no id occurs twice.
pub fn each_once(rows: &[(i64, String)]) -> bool {
    rows.is_sorted_by(|a, b| a.0 < b.0)
}

/// A file in a directory that is removed.
pub struct SqliteFile(TempDir);

impl SqliteFile {
    pub fn new() -> SqliteFile {
        let file = SqliteFile(tempfile::tempdir().unwrap());
        file.connect().execute_batch("CREATE TABLE unrelated (x)").unwrap();
        file
    }

    fn connect(&self) -> Connection {
        Connection::open(self.0.path().join("test.db")).unwrap()
    }
}

impl OwnDatabase for SqliteFile {
    fn location(&self) -> String {
        self.0.path().join("test.db").display().to_string()
    }

    fn execute(&self, statements: &str) {
        self.connect().execute_batch(statements).unwrap();
    }

    fn number(&self, query: &str) -> i64 {
        self.connect().query_row(query, [], |row| row.get(0)).unwrap()
    }

    fn copies(&self) -> Vec<(i64, String)> {
        let connection = self.connect();
        let mut query = connection.prepare("SELECT id, xb FROM user_copy ORDER BY id").unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

/// A database on the server of `EI_MYSQL_URL`, removed in the end.
pub struct Server {
    options: Opts,
    name: String,
    url: String,
}

impl Server {
    pub fn from_environment() -> Option<Server> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let url = std::env::var("EI_MYSQL_URL").ok()?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("every_interleaving_test_{}_{count}", std::process::id());
        let options = Opts::from_url(&url).unwrap();
        let mut connection = Conn::new(options.clone()).unwrap();
        connection.query_drop(format!("CREATE DATABASE {name}")).unwrap();
        let (address, _) = url.rsplit_once('/').unwrap();
        let url = format!("{address}/{name}");
        let options = OptsBuilder::from_opts(options).db_name(Some(&name)).into();
        Some(Server { options, name, url })
    }

    fn connect(&self) -> Conn {
        Conn::new(self.options.clone()).unwrap()
    }
}

impl OwnDatabase for Server {
    fn location(&self) -> String {
        self.url.clone()
    }

    fn execute(&self, statements: &str) {
        let mut connection = self.connect();
        for statement in statements.split(';') {
            connection.query_drop(statement).unwrap();
        }
    }

    fn number(&self, query: &str) -> i64 {
        self.connect().query_first(query).unwrap().unwrap()
    }

    fn copies(&self) -> Vec<(i64, String)> {
        self.connect().query("SELECT id, xb FROM user_copy ORDER BY id").unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.connect().query_drop(format!("DROP DATABASE {}", self.name));
    }
}
