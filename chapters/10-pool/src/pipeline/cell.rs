//! What stands in a column of a row, whatever the database.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A value as the database gave it, and as it goes into the copy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// NULL.
    Null,
    /// A whole number.
    Int(i64),
    /// A whole number of a column that has no negative ones.
    Unsigned(u64),
    /// A number with a fraction.
    Real(f64),
    /// Text; dates and times are text as well.
    Text(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
}

/// For people: bytes are counted, not shown.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Null => f.write_str("NULL"),
            Cell::Int(number) => write!(f, "{number}"),
            Cell::Unsigned(number) => write!(f, "{number}"),
            Cell::Real(number) => write!(f, "{number}"),
            Cell::Text(text) => f.write_str(text),
            Cell::Bytes(bytes) => write!(f, "({} bytes)", bytes.len()),
        }
    }
}
