//! What came of an exploration.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::Config;

/// The verdict in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The search ended and found nothing wrong.
    Proved,
    /// An execution went wrong.
    Failed,
    /// The search did not end.
    #[default]
    NotProved,
    /// The scenario cannot be explored.
    Refused,
}

/// What came of an exploration.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The scenario.
    pub name: String,
    /// The verdict.
    pub status: Status,
    /// How many executions were run.
    pub executions: u64,
    /// How many of them repeated another.
    pub redundant: u64,
    /// How many went wrong.
    pub failures: u64,
    /// What went wrong.
    pub summary: String,
    /// How long it took.
    pub elapsed: Duration,
}

impl Outcome {
    pub(super) fn new(name: &str, _config: &Config) -> Self {
        Self {
            name: name.to_owned(),
            status: Status::NotProved,
            executions: 0,
            redundant: 0,
            failures: 0,
            summary: String::new(),
            elapsed: Duration::ZERO,
        }
    }

    /// Whether every interleaving was covered and none went wrong.
    pub fn is_proved(&self) -> bool {
        self.status == Status::Proved
    }
}
