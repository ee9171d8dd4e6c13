//! The form of a program's output: which lines come in a fixed order, which
//! may permute within a named block, and which values differ from run to run.

use serde::{Deserialize, Serialize};

/// A run of consecutive lines of a program's output.
///
/// The blocks of a program follow each other without gaps and cover its whole
/// output. A line that appears in the wrong block is therefore a mismatch,
/// even if the sorted output as a whole would be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block<S = String> {
    /// These lines always come in this order.
    InOrder {
        /// How many lines.
        lines: usize,
    },
    /// These lines may come in any order among themselves.
    AnyOrder {
        /// What the block is, for the reader of a snapshot.
        name: S,
        /// How many lines.
        lines: usize,
    },
}

/// The next `lines` lines always come in this order.
pub const fn in_order(lines: usize) -> Block<&'static str> {
    Block::InOrder { lines }
}

/// The next `lines` lines may come in any order among themselves.
pub const fn any_order(name: &'static str, lines: usize) -> Block<&'static str> {
    Block::AnyOrder { name, lines }
}

/// The shape of a line that holds varying values: text with holes such as
/// `<pid>`. Every hole must be declared as a [`Value`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Line<S = String>(
    /// The text with its holes.
    pub S,
);

/// A line whose holes (`worker <pid> ended`) differ from run to run.
pub const fn line(shape: &'static str) -> Line<&'static str> {
    Line(shape)
}

/// A value that differs from run to run, and what must hold of it all the same.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Value<S = String> {
    /// The name of the hole, without the angle brackets.
    pub name: S,
    /// What every occurrence must satisfy.
    pub property: Property,
}

/// Declares the hole `<name>`.
pub const fn value(name: &'static str, property: Property) -> Value<&'static str> {
    Value { name, property }
}

/// What the harness checks of a varying value before it hides the value
/// behind its name.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Property {
    /// A whole number, `min ≤ value ≤ max`.
    Integer {
        /// The smallest value allowed.
        min: i64,
        /// The largest value allowed.
        max: i64,
    },
    /// A number with or without a fraction, `min ≤ value ≤ max`.
    Decimal {
        /// The smallest value allowed.
        min: f64,
        /// The largest value allowed.
        max: f64,
    },
}

/// A whole number between `min` and `max`, both included.
pub const fn integer(min: i64, max: i64) -> Property {
    Property::Integer { min, max }
}

/// A number between `min` and `max`, both included.
pub const fn decimal(min: f64, max: f64) -> Property {
    Property::Decimal { min, max }
}

impl Property {
    /// Says what is wrong with `text` as a value of this kind, or nothing.
    ///
    /// ```
    /// assert_eq!(tour::integer(1, 8).objection("3"), None);
    /// assert_eq!(tour::integer(1, 8).objection("9").unwrap(), "9 is not between 1 and 8");
    /// assert_eq!(tour::decimal(0.0, 1.0).objection("x").unwrap(), "x is not a number");
    /// ```
    pub fn objection(&self, text: &str) -> Option<String> {
        match *self {
            Property::Integer { min, max } => match text.parse::<i64>() {
                Err(_) => Some(format!("{text} is not a whole number")),
                Ok(n) if n < min || n > max => {
                    Some(format!("{text} is not between {min} and {max}"))
                }
                Ok(_) => None,
            },
            Property::Decimal { min, max } => match text.parse::<f64>() {
                Err(_) => Some(format!("{text} is not a number")),
                Ok(x) if !(min..=max).contains(&x) => {
                    Some(format!("{text} is not between {min} and {max}"))
                }
                Ok(_) => None,
            },
        }
    }
}
