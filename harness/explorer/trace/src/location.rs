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

    /// The file without its folders, and the line; before them the crate, if it is somebody else's: many have a `lib.rs`. As with
    /// [`Display`](fmt::Display), a file's name steers no terminal.
    ///
    /// ```
    /// let file = "/home/me/.cargo/registry/src/index.crates.io-6f17d22bba15001f/flume-0.10.14/src/lib.rs";
    /// assert_eq!(explore_trace::Location::new(file, 341).short(), "flume/lib.rs:341");
    /// ```
    pub fn short(&self) -> String {
        let package = self.package().map_or(String::new(), |package| format!("{package}/"));
        let name: String = package.chars().chain(self.file_name().chars()).map(plain).collect();
        format!("{name}:{}", self.line)
    }

    /// [`short`](Self::short) if the file is somebody else's, whose folders only say where cargo keeps it; else the whole.
    ///
    /// ```
    /// let file = "/home/me/.cargo/registry/src/index.crates.io-6f17d22bba15001f/flume-0.10.14/src/lib.rs";
    /// assert_eq!(explore_trace::Location::new(file, 341).near(), "flume/lib.rs:341");
    /// assert_eq!(explore_trace::Location::new("src/lib.rs", 12).near(), "src/lib.rs:12");
    /// ```
    pub fn near(&self) -> String {
        if self.package().is_some() { self.short() } else { self.to_string() }
    }

    /// The crate that the file belongs to, if it came from a registry, a repository, or with the compiler.
    pub fn package(&self) -> Option<&str> {
        let after = |mark: &str| self.file.split_once(mark).map(|(_, rest)| rest.split('/'));
        if let Some(mut rest) = after("/registry/src/") {
            // The registry, then the crate with its version.
            let (name, _version) = numbered(rest.nth(1)?)?;
            return Some(name);
        }
        if let Some(mut rest) = after("/git/checkouts/") {
            // The repository with a hash, and the commit. A crate in a folder of its own has the folder's name.
            let (repository, _) = rest.next()?.rsplit_once('-')?;
            let mut folders =
                rest.skip(1).take_while(|&folder| folder != "src").collect::<Vec<_>>();
            folders.retain(|folder| !folder.ends_with(".rs"));
            return Some(folders.pop().unwrap_or(repository));
        }
        let (_, rest) = self.file.strip_prefix("/rustc/")?.split_once("/library/")?;
        rest.split('/').next()
    }

    /// The file without its folders.
    pub fn file_name(&self) -> &str {
        self.file.rsplit(['/', '\\']).next().unwrap_or(&self.file)
    }
}

/// A crate's folder in a registry: its name and its version, which begins with a digit.
fn numbered(folder: &str) -> Option<(&str, &str)> {
    let mut dashes = folder.match_indices('-').map(|(at, _)| (&folder[..at], &folder[at + 1..]));
    dashes.find(|(_, version)| {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        version.split_once('.').is_some_and(|(major, _)| is_number(major))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_else_wrote_a_line_is_told_before_it() {
        let registry = "/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f";
        for (file, told) in [
            (
                format!("{registry}/crossbeam-channel-0.5.17/src/flavors/array.rs"),
                "crossbeam-channel/array.rs:7",
            ),
            (format!("{registry}/parking_lot_core-0.9.12/src/lib.rs"), "parking_lot_core/lib.rs:7"),
            (format!("{registry}/utf-8-0.7.6/src/lib.rs"), "utf-8/lib.rs:7"),
            (format!("{registry}/x-1-2.0.0-rc.1+meta-5/build.rs"), "x-1/build.rs:7"),
            (
                "/root/.cargo/git/checkouts/flume-0f1e2d3c/a1b2c3d/src/lib.rs".to_owned(),
                "flume/lib.rs:7",
            ),
            (
                "/root/.cargo/git/checkouts/tokio-0f1e2d3c/a1b2c3d/tokio/src/sync/mpsc.rs"
                    .to_owned(),
                "tokio/mpsc.rs:7",
            ),
            (
                "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/alloc/src/sync.rs"
                    .to_owned(),
                "alloc/sync.rs:7",
            ),
            ("/home/me/registry/src/lib.rs".to_owned(), "lib.rs:7"),
            ("/home/me/git/checkouts/lib.rs".to_owned(), "lib.rs:7"),
            ("src/lib.rs".to_owned(), "lib.rs:7"),
            ("chapters/03-locks/src/lib.rs".to_owned(), "lib.rs:7"),
        ] {
            assert_eq!(Location::new(&file, 7).short(), told, "{file}");
        }
    }
}
