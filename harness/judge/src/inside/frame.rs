//! What goes to the grader.

use explore_engine::Outcome;
use serde::Serialize;

/// What came of a check. The grader decides what it means.
#[derive(Debug, Default, Serialize)]
pub struct Frame {
    /// The check.
    pub check: String,
    /// Kind `run`: the panic that the check ended with.
    pub raised: Option<Panic>,
    /// Kind `explore`: what the search came to.
    pub outcome: Option<Outcome>,
    /// The first panics of the check's own code, whether anybody caught them or not.
    pub recorded: Vec<Panic>,
}

/// A panic.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Panic {
    /// Its message.
    pub message: String,
    /// Where it was raised: `checks.rs` or `src/lib.rs`.
    pub file: String,
    /// The line.
    pub line: u32,
}
