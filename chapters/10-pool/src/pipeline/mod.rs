//! The database side of the preface's pipeline: a table read in chunks, and
//! chunks appended to its copy, in SQLite or in MySQL.
//!
//! - The table is read by its key, a chunk at a time, each chunk by a short
//!   query of its own. Nothing is held between them, in memory or in locks,
//!   however large the table is.
//! - A chunk is appended by one transaction, which also records a **mark**:
//!   which job copied which ids. Whoever starts again after a crash finds
//!   either both or neither, and copies what no mark covers.
//!
//! Ids may be inserted at the end of the table at any time. An id inserted in
//! the middle of a chunk that is marked already is taken for copied.

mod database;
mod location;
mod mysql;
mod sqlite;

pub use database::{Copied, Database, DatabaseError, User};
pub use location::Location;

/// How many rows one statement can append: MySQL takes at most 65 535
/// placeholders and SQLite 32 766, and a row needs four.
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

/// The copy: the table's columns, and `xb`.
const CREATE_COPY: &str = "CREATE TABLE IF NOT EXISTS user_copy \
     (id BIGINT NOT NULL, name TEXT, pwd TEXT, xb TEXT NOT NULL)";

/// The marks. No two of one job cover the same id.
const CREATE_MARKS: &str = "CREATE TABLE IF NOT EXISTS user_copy_chunks \
     (job VARCHAR(32) NOT NULL, first_id BIGINT NOT NULL, last_id BIGINT NOT NULL, \
     PRIMARY KEY (job, first_id))";

const CREATE_SAMPLE: &str =
    "CREATE TABLE user (id BIGINT NOT NULL PRIMARY KEY, name TEXT, pwd TEXT)";

/// `INSERT … VALUES (?, …), (?, …)` for so many rows of so many columns.
fn insert(into: &str, columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!("INSERT INTO {into} VALUES {}", vec![row; rows].join(", "))
}

/// The rows that none of the marks cover, in runs without a gap between them,
/// so that a mark for each run covers nothing twice.
fn uncovered<'a>(rows: &'a [Copied], marks: &[(i64, i64)]) -> Vec<&'a [Copied]> {
    let mark_of = |row: &Copied| marks.iter().position(|&(a, b)| (a..=b).contains(&row.user.id));
    let covers_between = |a: i64, b: i64| marks.iter().any(|&(first, last)| a < first && last < b);
    rows.chunk_by(|a, b| {
        mark_of(a).is_none() == mark_of(b).is_none() && !covers_between(a.user.id, b.user.id)
    })
    .filter(|run| mark_of(&run[0]).is_none())
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{Copied, User, uncovered};

    #[test]
    fn what_marks_cover_is_left_out_and_no_run_spans_a_mark() {
        let rows: Vec<Copied> = [1, 2, 4, 5, 9, 12]
            .map(|id| Copied { user: User { id, name: None, pwd: None }, xb: String::new() })
            .into();
        let runs = |marks: &[(i64, i64)]| -> Vec<Vec<i64>> {
            uncovered(&rows, marks)
                .into_iter()
                .map(|run| run.iter().map(|row| row.user.id).collect())
                .collect()
        };
        assert_eq!(runs(&[]), [vec![1, 2, 4, 5, 9, 12]]);
        assert_eq!(runs(&[(1, 12)]), Vec::<Vec<i64>>::new());
        assert_eq!(runs(&[(4, 5)]), [vec![1, 2], vec![9, 12]]);
        assert_eq!(runs(&[(0, 1), (5, 20)]), [vec![2, 4]]);
        // The marked rows are gone from the table since.
        assert_eq!(runs(&[(6, 8)]), [vec![1, 2, 4, 5], vec![9, 12]]);
    }
}
