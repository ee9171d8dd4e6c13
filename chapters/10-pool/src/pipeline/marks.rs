//! A chunk is appended once: what a mark of the job covers is left out, and what is appended gets a mark.
//!
//! What lies between two keys only the database can say: texts are compared by its rules, not by ours.

use super::cell::Cell;
use super::table::{Copied, Statement, Table};

/// A transaction of either database.
pub(super) trait Transaction {
    type Error;
    /// Whether the query gives a row.
    fn finds(&mut self, query: Statement) -> Result<bool, Self::Error>;
    /// Changes something.
    fn run(&mut self, change: Statement) -> Result<(), Self::Error>;
}

/// Appends what no mark of `job` covers, and marks it. Returns how many rows that were.
pub(super) fn append<T: Transaction>(
    transaction: &mut T,
    table: &Table,
    job: &str,
    rows: &[Copied],
) -> Result<usize, T::Error> {
    let mut appended = 0;
    for run in uncovered(transaction, table, job, rows)? {
        // The mark first: its key stops a second run with the same rows.
        transaction.run(table.mark(job, first(run), last(run)))?;
        for statement in table.inserts(run) {
            transaction.run(statement)?;
        }
        appended += run.len();
    }
    Ok(appended)
}

fn first(rows: &[Copied]) -> &[Cell] {
    &rows[0].row.key
}

fn last(rows: &[Copied]) -> &[Cell] {
    &rows[rows.len() - 1].row.key
}

/// The rows that none of the marks cover, in runs without a mark between them, so that a mark
/// for each run covers nothing twice.
fn uncovered<'a, T: Transaction>(
    transaction: &mut T,
    table: &Table,
    job: &str,
    rows: &'a [Copied],
) -> Result<Vec<&'a [Copied]>, T::Error> {
    let (from, to) = (first(rows), last(rows));
    if transaction.finds(table.reaches(job, from, to))? {
        return Ok(Vec::new());
    }
    if !transaction.finds(table.reaches(job, from, from))?
        && !transaction.finds(table.begins(job, from, to))?
    {
        return Ok(vec![rows]);
    }
    let mut runs = Vec::new();
    let mut begin = 0;
    for i in 0..rows.len() {
        let key = &rows[i].row.key;
        let covered = transaction.finds(table.reaches(job, key, key))?;
        let after_a_mark =
            i > begin && transaction.finds(table.begins(job, &rows[i - 1].row.key, key))?;
        if (covered || after_a_mark) && i > begin {
            runs.push(&rows[begin..i]);
        }
        if covered {
            begin = i + 1;
        } else if after_a_mark {
            begin = i;
        }
    }
    if begin < rows.len() {
        runs.push(&rows[begin..]);
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::super::table::{Row, insert};
    use super::*;
    use rusqlite::Connection;

    fn marked(marks: &[(i64, i64)]) -> (Connection, Table) {
        let connection = Connection::open_in_memory().unwrap();
        let create = "CREATE TABLE user_copy_chunks (job, first_id, last_id)";
        connection.execute(create, []).unwrap();
        for (a, b) in marks {
            let values = rusqlite::params!["job", a, b];
            connection.execute(&insert("user_copy_chunks", 3, 1), values).unwrap();
        }
        let table = Table { columns: vec!["id".to_owned()], key: vec!["id".to_owned()] };
        (connection, table)
    }

    fn runs(ids: &[i64], marks: &[(i64, i64)]) -> Vec<Vec<i64>> {
        let row = |&id: &i64| Copied {
            row: Row { key: vec![Cell::Int(id)], cells: vec![Cell::Int(id)] },
            xb: String::new(),
        };
        let rows: Vec<Copied> = ids.iter().map(row).collect();
        let (mut connection, table) = marked(marks);
        let mut transaction = connection.transaction().unwrap();
        let runs = uncovered(&mut transaction, &table, "job", &rows).unwrap();
        let id = |row: &Copied| match row.row.key[0] {
            Cell::Int(id) => id,
            _ => unreachable!(),
        };
        runs.into_iter().map(|run| run.iter().map(id).collect()).collect()
    }

    #[test]
    fn what_marks_cover_is_left_out_and_no_run_spans_a_mark() {
        let runs = |marks: &[(i64, i64)]| runs(&[1, 2, 4, 5, 9, 12], marks);
        assert_eq!(runs(&[]), [vec![1, 2, 4, 5, 9, 12]]);
        assert_eq!(runs(&[(1, 12)]), Vec::<Vec<i64>>::new());
        assert_eq!(runs(&[(4, 5)]), [vec![1, 2], vec![9, 12]]);
        assert_eq!(runs(&[(0, 1), (5, 20)]), [vec![2, 4]]);
        // The marked rows are gone from the table since.
        assert_eq!(runs(&[(6, 8)]), [vec![1, 2, 4, 5], vec![9, 12]]);
        assert_eq!(runs(&[(1, 2), (4, 5), (9, 12)]), Vec::<Vec<i64>>::new());
        assert_eq!(runs(&[(13, 20)]), [vec![1, 2, 4, 5, 9, 12]]);
    }
}
