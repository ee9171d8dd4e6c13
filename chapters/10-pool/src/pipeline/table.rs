//! What is copied: the columns, the key that the rows are read by, and the statements that follow from them.

use super::cell::Cell;
use serde::{Deserialize, Serialize};

/// What `SELECT *` gives, and what tells its rows apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The columns, in their order.
    pub columns: Vec<String>,
    /// The columns of the key; perhaps SQLite's `rowid`, which is none of the others.
    pub key: Vec<String>,
}

/// A row of the table `user`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its key.
    pub key: Vec<Cell>,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// A row of the table `user_copy`.
#[derive(Debug, Clone, PartialEq)]
pub struct Copied {
    /// The row copied.
    pub row: Row,
    /// The column added.
    pub xb: String,
}

/// A statement, and what stands in the place of its question marks.
pub(super) type Statement = (String, Vec<Cell>);

/// SQLite takes at most 32 766 question marks, MySQL 65 535.
const MAX_VALUES: usize = 32_000;

impl Table {
    /// Where the column of this name is; letter case does not matter.
    ///
    /// ```
    /// use ch10_pool::pipeline::Table;
    ///
    /// let table = Table { columns: vec!["id".into(), "Name".into()], key: vec!["id".into()] };
    /// assert_eq!(table.position("name"), Some(1));
    /// assert_eq!(table.position("age"), None);
    /// ```
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.eq_ignore_ascii_case(name))
    }

    /// The rows after `after`, at most `size`: the key first, then the columns.
    pub(super) fn chunk(&self, after: Option<&[Cell]>, size: u32) -> Statement {
        let selected = names(self.key.iter().chain(&self.columns));
        let order = names(&self.key);
        let (condition, values) = match after {
            Some(key) => compared(&self.key, ">", false, key),
            None => ("1 = 1".to_owned(), Vec::new()),
        };
        let text =
            format!("SELECT {selected} FROM user WHERE {condition} ORDER BY {order} LIMIT {size}");
        (text, values)
    }

    /// A row as `chunk` selects it.
    pub(super) fn row(&self, mut cells: Vec<Cell>) -> Row {
        let rest = cells.split_off(self.key.len());
        Row { key: cells, cells: rest }
    }

    /// Appends the rows, some at a time.
    pub(super) fn inserts(&self, rows: &[Copied]) -> Vec<Statement> {
        let width = self.columns.len() + 1;
        let into = format!("user_copy ({}, `xb`)", names(&self.columns));
        rows.chunks((MAX_VALUES / width).max(1))
            .map(|rows| {
                let values = rows.iter().flat_map(|Copied { row, xb }| {
                    row.cells.iter().cloned().chain([Cell::Text(xb.clone())])
                });
                (insert(&into, width, rows.len()), values.collect())
            })
            .collect()
    }

    /// Reads the copy back: the columns and `xb`.
    pub(super) fn copies(&self, size: u32) -> String {
        let columns = names(&self.columns);
        let known = self.key.iter().all(|key| self.position(key).is_some());
        let order = if known { format!("ORDER BY {}", names(&self.key)) } else { String::new() };
        format!("SELECT {columns}, `xb` FROM user_copy {order} LIMIT {size}")
    }

    /// The names of the key's columns in the marks.
    fn marked(&self, which: &str) -> Vec<String> {
        self.key.iter().map(|key| format!("{which}_{key}")).collect()
    }

    /// `… AS first_id, … AS last_id`, and the names of the beginnings.
    pub(super) fn mark_columns(&self) -> (String, String) {
        let of = |which: &'static str| {
            let marked = self.marked(which);
            self.key
                .iter()
                .zip(marked)
                .map(|(key, name)| format!("{} AS {}", quoted(key), quoted(&name)))
        };
        let all: Vec<String> = of("first").chain(of("last")).collect();
        (all.join(", "), names(&self.marked("first")))
    }

    /// A mark: the job has copied what lies between the two, both included.
    pub(super) fn mark(&self, job: &str, first: &[Cell], last: &[Cell]) -> Statement {
        let columns = names(self.marked("first").iter().chain(&self.marked("last")));
        let into = format!("user_copy_chunks (job, {columns})");
        let values =
            [Cell::Text(job.to_owned())].iter().chain(first).chain(last).cloned().collect();
        (insert(&into, 1 + 2 * self.key.len(), 1), values)
    }

    /// A row if the job's last mark that begins at `from` or before ends at `to` or after.
    pub(super) fn reaches(&self, job: &str, from: &[Cell], to: &[Cell]) -> Statement {
        let (first, last) = (self.marked("first"), self.marked("last"));
        let (begins, mut values) = compared(&first, "<", true, from);
        let (ends, more) = compared(&last, ">", true, to);
        let order: Vec<String> =
            first.iter().map(|name| format!("{} DESC", quoted(name))).collect();
        let text = format!(
            "SELECT 1 FROM (SELECT {} FROM user_copy_chunks WHERE job = ? AND ({begins}) \
             ORDER BY {} LIMIT 1) AS mark WHERE {ends}",
            names(&last),
            order.join(", ")
        );
        values.insert(0, Cell::Text(job.to_owned()));
        values.extend(more);
        (text, values)
    }

    /// A row if a mark of the job begins after `from`, and at `to` or before.
    pub(super) fn begins(&self, job: &str, from: &[Cell], to: &[Cell]) -> Statement {
        let first = self.marked("first");
        let (after, mut values) = compared(&first, ">", false, from);
        let (before, more) = compared(&first, "<", true, to);
        let text = format!(
            "SELECT 1 FROM user_copy_chunks WHERE job = ? AND ({after}) AND ({before}) LIMIT 1"
        );
        values.insert(0, Cell::Text(job.to_owned()));
        values.extend(more);
        (text, values)
    }
}

/// A name for either database, whatever letters are in it.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn names<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// Compares a key of several columns in the order of the key: the first one that differs decides.
/// Spelled out, since not every database finds `(a, b) > (?, ?)` in an index.
fn compared(columns: &[String], operator: &str, or_equal: bool, key: &[Cell]) -> Statement {
    let mut cases = Vec::new();
    let mut values = Vec::new();
    for (i, column) in columns.iter().enumerate() {
        let is_last = i + 1 == columns.len();
        let equal = if is_last && or_equal { "=" } else { "" };
        let mut parts: Vec<String> =
            columns[..i].iter().map(|column| format!("{} = ?", quoted(column))).collect();
        parts.push(format!("{} {operator}{equal} ?", quoted(column)));
        values.extend_from_slice(&key[..=i]);
        cases.push(parts.join(" AND "));
    }
    (cases.join(" OR "), values)
}

/// `INSERT … VALUES (?, …), (?, …)` for so many rows of so many columns.
pub(super) fn insert(into: &str, columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!("INSERT INTO {into} VALUES {}", vec![row; rows].join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Cell, Copied, Row, Table, compared, quoted};

    fn table(columns: &[&str], key: &[&str]) -> Table {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Table { columns: owned(columns), key: owned(key) }
    }

    #[test]
    fn keys_of_several_columns_are_compared_column_by_column() {
        let columns = ["a".to_owned(), "b".to_owned()];
        let key = [Cell::Int(1), Cell::Int(2)];
        let (text, values) = compared(&columns, ">", true, &key);
        assert_eq!(text, "`a` > ? OR `a` = ? AND `b` >= ?");
        assert_eq!(values, [Cell::Int(1), Cell::Int(1), Cell::Int(2)]);
        assert_eq!(compared(&columns[..1], "<", false, &key[..1]).0, "`a` < ?");
    }

    #[test]
    fn a_name_cannot_end_its_quotes() {
        assert_eq!(quoted("a`b"), "`a``b`");
    }

    #[test]
    fn many_columns_take_several_statements() {
        let columns: Vec<String> = (0..999).map(|n| format!("c{n}")).collect();
        let table = Table { key: columns[..1].to_vec(), columns };
        let cells = vec![Cell::Null; 999];
        let row = Copied { row: Row { key: vec![Cell::Int(1)], cells }, xb: "x".to_owned() };
        let statements = table.inserts(&vec![row; 100]);
        assert_eq!(statements.len(), 4);
        assert_eq!(statements.iter().map(|(_, values)| values.len()).sum::<usize>(), 100_000);
        assert!(statements.iter().all(|(_, values)| values.len() <= 32_766));
    }

    #[test]
    fn the_key_is_selected_though_it_is_no_column() {
        let (text, values) = table(&["name"], &["rowid"]).chunk(Some(&[Cell::Int(7)]), 2);
        assert_eq!(
            text,
            "SELECT `rowid`, `name` FROM user WHERE `rowid` > ? ORDER BY `rowid` LIMIT 2"
        );
        assert_eq!(values, [Cell::Int(7)]);
    }
}
