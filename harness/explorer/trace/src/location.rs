//! A place in somebody's source code.

use std::fmt;

/// A place in a source file, as `#[track_caller]` reports it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Location {
    /// The file, as the compiler was given it (usually relative to the package).
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1, if known.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub column: Option<u32>,
}

impl Location {
    /// A line of a file.
    ///
    /// ```
    /// let place = explore_trace::Location::new("src/lib.rs", 12);
    /// assert_eq!(place.to_string(), "src/lib.rs:12");
    /// assert_eq!(place.short(), "lib.rs:12");
    /// ```
    pub fn new(file: impl Into<String>, line: u32) -> Self {
        Self { file: file.into(), line, column: None }
    }

    /// The file without its folders, and the line. As with [`Display`](fmt::Display), a file's name steers no terminal.
    pub fn short(&self) -> String {
        let name: String = self.file_name().chars().map(plain).collect();
        format!("{name}:{}", self.line)
    }

    /// The file without its folders.
    pub fn file_name(&self) -> &str {
        self.file.rsplit(['/', '\\']).next().unwrap_or(&self.file)
    }
}

impl From<&std::panic::Location<'_>> for Location {
    fn from(place: &std::panic::Location<'_>) -> Self {
        Self { file: place.file().to_owned(), line: place.line(), column: Some(place.column()) }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file.chars().try_for_each(|c| fmt::Write::write_char(f, plain(c)))?;
        write!(f, ":{}", self.line)
    }
}

/// A character that neither steers a terminal nor turns the direction of writing.
pub(crate) fn plain(c: char) -> char {
    match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}
