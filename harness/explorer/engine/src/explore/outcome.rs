//! What came of an exploration.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::{Config, Memory};

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

/// What came of an exploration. It is plain data, with a JSON form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// The scenario.
    pub name: String,
    /// The verdict.
    pub status: Status,
    /// How many executions were run, all searches together.
    pub executions: u64,
    /// How many of the exhaustive search's repeated another: work in vain.
    pub redundant: u64,
    /// How many executions were random ones, made after the exhaustive search ran out of its budget.
    pub random: u64,
    /// How many were stopped after [`Config::max_steps`]. None of them is a failure, and none counts as covered.
    pub too_long: u64,
    /// How many went wrong: more than one only with [`Config::keep_going`].
    pub failures: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// What went wrong, in one line; or why the scenario was refused, or why nothing is proved.
    pub summary: String,
    /// The failing run, in the form that pictures are made from.
    pub trace: Option<trace::Trace>,
    /// The string that replays the failing run.
    pub schedule: Option<String>,
    /// How many times the failing run takes the turn from a thread that could have gone on.
    pub preemptions: Option<u32>,
    /// Whether no run with fewer fails.
    pub minimal: bool,
    /// The bounds of the search, each a short phrase.
    pub bounds: Vec<String>,
    /// What is not checked, each a short phrase.
    pub not_checked: Vec<String>,
    /// With [`Config::outputs`]: everything that was printed in some execution.
    pub outputs: Vec<Printed>,
}

/// One text that the program can print.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// What went to standard output.
    pub stdout: String,
    /// A run that prints it.
    pub schedule: String,
    /// How many executions printed it.
    pub executions: u64,
}

impl Outcome {
    pub(super) fn new(name: &str, config: &Config) -> Self {
        Self {
            name: name.to_owned(),
            bounds: bounds(config),
            not_checked: not_checked(),
            ..Self::default()
        }
    }

    /// Whether every interleaving was covered and none went wrong.
    pub fn is_proved(&self) -> bool {
        self.status == Status::Proved
    }

    /// Whether an execution went wrong.
    pub fn is_failed(&self) -> bool {
        self.status == Status::Failed
    }

    /// The outcome as one line of JSON.
    ///
    /// # Panics
    ///
    /// Never: every field has a JSON form.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("plain data has a JSON form")
    }

    /// Reads what [`Outcome::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// If the text is something else.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let executions = self.executions;
        match self.status {
            Status::Proved if executions == 1 => {
                f.write_str("proved: 1 execution covers every interleaving")
            }
            Status::Proved => write!(f, "proved: {executions} executions cover every interleaving"),
            Status::Failed => write!(f, "failed: {}", self.summary),
            Status::NotProved => {
                write!(
                    f,
                    "not proved: {executions} tried in {:.1} s; {}",
                    self.elapsed.as_secs_f64(),
                    self.summary
                )
            }
            Status::Refused => write!(f, "refused: {}", self.summary),
        }
    }
}

fn bounds(config: &Config) -> Vec<String> {
    let mut bounds = vec![
        match config.spurious {
            0 => "no spurious wake-ups".to_owned(),
            1 => "at most 1 spurious wake-up a thread".to_owned(),
            n => format!("at most {n} spurious wake-ups a thread"),
        },
        match config.eager_timeouts {
            true => "time-outs fire at any moment".to_owned(),
            false => "time-outs fire only when nothing else can happen".to_owned(),
        },
        match config.memory {
            Memory::Rc11 => {
                "memory model: RC11 without load buffering, each atomic's stores and all SeqCst operations in the order of execution".to_owned()
            }
            Memory::SeqCst => "memory model: every ordering counts as SeqCst".to_owned(),
        },
        format!("at most {} steps an execution", config.max_steps),
        format!("a spin loop that reads the same values in {} rounds waits for a change", config.spin_rounds.max(1) + 1),
    ];
    if config.detached {
        bounds.push("threads may be left running at the end".to_owned());
    }
    if let Some(preemptions) = config.preemptions {
        bounds.push(format!("at most {preemptions} preemptions"));
    }
    bounds
}

fn not_checked() -> Vec<String> {
    [
        "data races in unsafe code",
        "the order in which Arc's counters change",
        "what functions of other languages do",
    ]
    .map(str::to_owned)
    .into()
}
