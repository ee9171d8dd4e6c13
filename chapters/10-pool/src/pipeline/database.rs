//! A connection to either kind of database.

use super::cell::Cell;
use super::location::Location;
use super::table::{Copied, Row, Table};
use super::{mysql::MySql, sqlite::Sqlite};
use thiserror::Error;

/// What went wrong with a database, and when.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The database itself says no.
    #[error("cannot {doing} ({location})")]
    Database {
        /// What was to be done.
        doing: &'static str,
        /// Where.
        location: Location,
        /// What the database says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Rows that cannot be told apart cannot be read in chunks.
    #[error(
        "the rows of user ({location}) cannot be told apart: \
         it needs a primary key, or a unique one without NULL"
    )]
    NoKey {
        /// Where.
        location: Location,
    },
    /// A column that is needed is missing, or one that is added is there.
    #[error("user ({location}) {problem}")]
    Columns {
        /// Where.
        location: Location,
        /// Which, and why that matters.
        problem: &'static str,
    },
    /// There is nothing to read.
    #[error("there is no table user in {location}; --create makes one with seven sample rows")]
    NoTable {
        /// Where.
        location: Location,
    },
    /// There is no such file.
    #[error("there is no file {location}; --create makes a database with seven sample rows")]
    NoFile {
        /// Where.
        location: Location,
    },
}

/// What the databases' own libraries report.
pub(super) type Report = Box<dyn std::error::Error + Send + Sync>;

/// A connection. Every process needs one of its own: one that is shared, as the
/// document's is over a fork, gives each process the other's answers.
#[derive(Debug)]
pub struct Database {
    location: Location,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Sqlite(Sqlite),
    MySql(Box<MySql>),
}

/// Runs the same method of either kind.
macro_rules! either {
    ($self:ident, $doing:literal, $database:ident => $call:expr) => {
        match &mut $self.kind {
            Kind::Sqlite($database) => $call,
            Kind::MySql($database) => $call,
        }
        .map_err(|source| DatabaseError::Database {
            doing: $doing,
            location: $self.location.clone(),
            source,
        })
    };
}

impl Database {
    /// Connects. `create` makes a file that does not exist.
    ///
    /// ```
    /// use ch10_pool::pipeline::{Database, Location};
    ///
    /// let location = Location::File("/there/is/no/such.db".into());
    /// let error = Database::connect(&location, false).unwrap_err();
    /// assert!(error.to_string().starts_with("there is no file /there/is/no/such.db"));
    /// ```
    ///
    /// # Errors
    ///
    /// [`DatabaseError`]; `NoFile` only without `create`.
    pub fn connect(location: &Location, create: bool) -> Result<Database, DatabaseError> {
        let opened = match location {
            Location::File(path) if !create && !path.exists() => {
                return Err(DatabaseError::NoFile { location: location.clone() });
            }
            Location::File(path) => Sqlite::open(path, create).map(Kind::Sqlite),
            Location::Server(url) => MySql::connect(url).map(Box::new).map(Kind::MySql),
        };
        let location = location.clone();
        match opened {
            Ok(kind) => Ok(Database { location, kind }),
            Err(source) => {
                Err(DatabaseError::Database { doing: "open the database", location, source })
            }
        }
    }

    /// Makes the table `user` with its seven sample rows, unless there is one.
    ///
    /// ```
    /// use ch10_pool::pipeline::{Database, Location};
    ///
    /// # let folder = std::env::temp_dir().join(format!("ch10-sample-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let location = Location::File(folder.join("users.db"));
    /// let mut database = Database::connect(&location, true)?;
    /// database.create_sample()?;
    /// database.create_sample()?; // There is one: nothing happens.
    /// # drop(database);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DatabaseError`].
    pub fn create_sample(&mut self) -> Result<(), DatabaseError> {
        if self.has_table()? {
            return Ok(());
        }
        either!(self, "make the sample table", database => database.create_sample())
    }

    /// Says what is to be copied, and makes `user_copy` and the table of
    /// marks unless they are there. This must be done once, before the workers
    /// start: if each asks "is it there?" and then makes it, two make it.
    ///
    /// ```
    /// use ch10_pool::pipeline::{Database, Location};
    ///
    /// # let folder = std::env::temp_dir().join(format!("ch10-prepare-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let location = Location::File(folder.join("users.db"));
    /// let mut database = Database::connect(&location, true)?;
    /// assert!(database.prepare().unwrap_err().to_string().starts_with("there is no table user"));
    /// database.create_sample()?;
    /// assert_eq!(database.prepare()?.columns, ["id", "name", "pwd"]);
    /// # drop(database);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DatabaseError`]: also if the rows of `user` have no key.
    pub fn prepare(&mut self) -> Result<Table, DatabaseError> {
        let location = self.location.clone();
        if !self.has_table()? {
            return Err(DatabaseError::NoTable { location });
        }
        let table = either!(self, "read the columns of user", database => database.table())?;
        if table.key.is_empty() {
            return Err(DatabaseError::NoKey { location });
        }
        if table.position("xb").is_some() {
            let problem = "has a column xb already, which the copy adds";
            return Err(DatabaseError::Columns { location, problem });
        }
        either!(self, "make the table user_copy", database => database.create_copy(&table))?;
        Ok(table)
    }

    fn has_table(&mut self) -> Result<bool, DatabaseError> {
        either!(self, "look for the table user", database => database.has_table())
    }

    /// The first rows, at most `size`, whose keys come after `after`, or from
    /// the beginning.
    ///
    /// ```
    /// use ch10_pool::pipeline::{Cell, Database, Location};
    ///
    /// # let folder = std::env::temp_dir().join(format!("ch10-chunk-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let location = Location::File(folder.join("users.db"));
    /// let mut database = Database::connect(&location, true)?;
    /// database.create_sample()?;
    /// let table = database.prepare()?;
    /// let rows = database.chunk(&table, Some(&[Cell::Int(5)]), 100)?;
    /// assert_eq!(rows.len(), 2, "6 and 7");
    /// assert_eq!(rows[0].key, [Cell::Int(6)]);
    /// # drop(database);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DatabaseError`].
    pub fn chunk(
        &mut self,
        table: &Table,
        after: Option<&[Cell]>,
        size: u32,
    ) -> Result<Vec<Row>, DatabaseError> {
        either!(self, "read a chunk of user", database => database.chunk(table, after, size))
    }

    /// Appends those of `rows` that no mark of `job` covers to `user_copy`, and
    /// marks them, in one transaction. Returns how many that were.
    ///
    /// `rows` must be sorted by their keys, as [`chunk`](Database::chunk) gives
    /// them. Blocks while another connection writes.
    ///
    /// ```
    /// use ch10_pool::pipeline::{Copied, Database, Location};
    ///
    /// # let folder = std::env::temp_dir().join(format!("ch10-append-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let location = Location::File(folder.join("users.db"));
    /// let mut database = Database::connect(&location, true)?;
    /// database.create_sample()?;
    /// let table = database.prepare()?;
    /// let rows = database.chunk(&table, None, 3)?;
    /// let rows: Vec<_> = rows.into_iter().map(|row| Copied { row, xb: "x".to_owned() }).collect();
    /// assert_eq!(database.append(&table, "today", &rows)?, 3);
    /// assert_eq!(database.append(&table, "today", &rows)?, 0, "they are marked as copied");
    /// # drop(database);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DatabaseError`]; nothing is appended then.
    pub fn append(
        &mut self,
        table: &Table,
        job: &str,
        rows: &[Copied],
    ) -> Result<usize, DatabaseError> {
        if rows.is_empty() {
            return Ok(0);
        }
        either!(self, "append to user_copy", database => database.append(table, job, rows))
    }

    /// How many rows `user_copy` has.
    ///
    /// ```
    /// use ch10_pool::pipeline::{Database, Location};
    ///
    /// # let folder = std::env::temp_dir().join(format!("ch10-count-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let location = Location::File(folder.join("users.db"));
    /// let mut database = Database::connect(&location, true)?;
    /// database.create_sample()?;
    /// database.prepare()?;
    /// assert_eq!(database.count_copies()?, 0);
    /// # drop(database);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DatabaseError`].
    pub fn count_copies(&mut self) -> Result<i64, DatabaseError> {
        either!(self, "count the rows of user_copy", database => database.count_copies())
    }

    /// The first rows of `user_copy`, at most `size`, sorted by the key if that
    /// is among the columns: each column, and `xb`.
    ///
    /// ```
    /// use ch10_pool::pipeline::{Cell, Copied, Database, Location};
    ///
    /// # let folder = std::env::temp_dir().join(format!("ch10-copies-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let location = Location::File(folder.join("users.db"));
    /// let mut database = Database::connect(&location, true)?;
    /// database.create_sample()?;
    /// let table = database.prepare()?;
    /// let row = database.chunk(&table, None, 1)?.remove(0);
    /// database.append(&table, "today", &[Copied { row, xb: "x".to_owned() }])?;
    /// let copy = &database.copies(&table, 10)?[0];
    /// assert_eq!(copy.last(), Some(&Cell::Text("x".to_owned())));
    /// # drop(database);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DatabaseError`].
    pub fn copies(&mut self, table: &Table, size: u32) -> Result<Vec<Vec<Cell>>, DatabaseError> {
        either!(self, "read user_copy", database => database.copies(table, size))
    }
}
