//! The database side of the preface's pipeline: a table read in chunks, and
//! chunks appended to its copy, in SQLite or in MySQL.
//!
//! - What is copied is what `SELECT *` gives: all columns, with their values
//!   as they are.
//! - The table is read by its key, a chunk at a time, each chunk by a short
//!   query of its own. Nothing is held between them, in memory or in locks,
//!   however large the table is. The key may have any type, and several
//!   columns: what comes after what, the database says.
//! - A chunk is appended by one transaction, which also records a **mark**:
//!   which job copied from which key to which. Whoever starts again after a
//!   crash finds either both or neither, and copies what no mark covers.
//!
//! Rows may be inserted at the end of the table at any time. One that is
//! inserted in the middle of a chunk that is marked already is taken for
//! copied. An SQLite table without a primary key is read by `rowid`, which
//! `VACUUM` may give anew: not between a crash and the second run.

mod cell;
mod database;
mod location;
mod marks;
mod mysql;
mod sqlite;
mod table;

pub use cell::Cell;
pub use database::{Database, DatabaseError};
pub use location::Location;
pub use table::{Copied, Row, Table};

/// How many rows a chunk may have at most.
pub const MAX_CHUNK: u32 = 8_000;

/// The rows that the sample table has: id, name, password.
const SAMPLE: [(i64, &str, Option<&str>); 7] = [
    (1, "alice", Some("123")),
    (2, "bob", Some("12345")),
    (3, "carol", None),
    (4, "dave", Some("")),
    (5, "erin", Some("密码锁")),
    (6, "frank", Some("ab")),
    (7, "grace", Some("xyz")),
];

const CREATE_SAMPLE: &str =
    "CREATE TABLE user (id BIGINT NOT NULL PRIMARY KEY, name TEXT, pwd TEXT)";
