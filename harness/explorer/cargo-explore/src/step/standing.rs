//! The threads of a run, as they stand: what is shown, and what a step is explained from.

use protocol::schedule::Turn;
use trace::{Location, WaitsFor};

/// A thread, as it stands.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub number: usize,
    pub name: String,
    /// Where it stands, and the line's text.
    pub at: Option<(Location, String)>,
    /// Why it cannot go on, or what became of it.
    pub words: String,
    pub waits_for: Option<WaitsFor>,
    /// What it could do next.
    pub ways: Vec<Next>,
}

/// One way to go on.
#[derive(Debug, Clone)]
pub(super) struct Next {
    pub turn: Turn,
    pub words: String,
    pub at: Option<(Location, String)>,
    pub meaning: &'static str,
    /// Whether it is a step within a crate of others, or one that the run does not tell of.
    pub within: bool,
}
