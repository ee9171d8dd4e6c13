//! What can go wrong that is not the program's doing.

use crate::Layers;
use serde::{Deserialize, Serialize};
use std::io;

/// The program was not run, or what became of it is not known. Never the
/// program's doing: whoever grades by it must answer "cannot tell".
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The jail's own process could not be started.
    #[error("the jail's own process could not be started ({step}): {source}")]
    Start {
        /// What was tried.
        step: &'static str,
        /// The system's answer.
        source: io::Error,
    },
    /// The jail's own process ended without a word.
    #[error(
        "the jail's own process ended without a word; does this executable's `main` begin with \
         `jail::enter_if_asked()`?"
    )]
    NotEntered,
    /// A step of the isolation failed. The program was not run.
    #[error("cannot isolate: {0}")]
    Isolate(Trouble),
    /// Layers without which the program must not run cannot be had here. It was not run.
    #[error("cannot isolate: {missing} not to be had here{}", reason.as_ref().map(|r| format!(" ({r})")).unwrap_or_default())]
    Missing {
        /// The layers that are required and missing.
        missing: Layers,
        /// What the system said, where it said anything.
        reason: Option<Trouble>,
    },
    /// The program itself could not be executed: it is not there, or not visible in the jail.
    #[error("cannot execute in the jail: {0}")]
    Execute(Trouble),
    /// The jail's own process was killed from outside, or hung.
    #[error("the jail's own process was lost while the program ran; its end is not known")]
    Lost,
}

/// A step of the isolation and what the system answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What was tried, with the path it was tried on.
    pub step: String,
    /// The system's error number; 0 if it gave none.
    pub errno: i32,
}

impl Trouble {
    pub(crate) fn new(step: impl Into<String>, error: impl Into<io::Error>) -> Trouble {
        Trouble { step: step.into(), errno: error.into().raw_os_error().unwrap_or(0) }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.step)?;
        if self.errno != 0 {
            write!(f, ": {}", io::Error::from_raw_os_error(self.errno))?;
        }
        Ok(())
    }
}
