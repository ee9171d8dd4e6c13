//! Where a database is.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// Where a database is: what `--database` says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// A MySQL or MariaDB server, as a `mysql://` URL.
    Server(String),
}

impl From<&str> for Location {
    fn from(text: &str) -> Location {
        if text.starts_with("mysql://") {
            Location::Server(text.to_owned())
        } else {
            Location::File(text.into())
        }
    }
}

/// Without the password: this is for messages.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File(path) => write!(f, "{}", path.display()),
            Location::Server(url) => {
                let address = url.trim_start_matches("mysql://");
                let address = address.split('?').next().unwrap_or(address);
                // A password may hold an @ itself.
                let address = address.rsplit_once('@').map_or(address, |(_, after)| after);
                write!(f, "mysql://{address}")
            }
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::Location;

    #[test]
    fn a_url_is_told_from_a_path_and_shown_without_its_password() {
        assert_eq!(Location::from("a/b.db").to_string(), "a/b.db");
        let url = Location::from("mysql://me:p@ss@host:3306/db1?tcp_keepalive_time_ms=5");
        assert!(matches!(url, Location::Server(_)));
        assert_eq!(url.to_string(), "mysql://host:3306/db1");
        assert!(!format!("{url:?}").contains("p@ss"));
    }
}
