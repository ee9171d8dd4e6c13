//! One run of one program: what happened, and what is wrong with it.

use crate::canonical::{Canonical, canonical};
use crate::course::Chapter;
use crate::execution::{End, Execution, execute};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tour::{Form, Listed};

/// A run and what is to be said against it.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The output in canonical form.
    pub canonical: String,
    /// From start to end.
    pub took: Duration,
    /// Empty if all is well.
    pub problems: Vec<Problem>,
}

/// What can be wrong with a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It was still running at its deadline.
    #[error("still running after {} s; killed with everything it had started", .after.as_secs_f64())]
    Hung {
        /// The deadline.
        after: Duration,
    },
    /// It ended otherwise than it declares.
    #[error("ended with {got}, not with exit code {wanted}")]
    Exit {
        /// As the system describes it.
        got: String,
        /// The declared exit code.
        wanted: i32,
    },
    /// Processes outlived it.
    #[error("left {0} running process(es) behind")]
    LeftBehind(usize),
    /// Its output contradicts the form that it declares.
    #[error("{0}")]
    Form(String),
    /// Its output is not the snapshot's.
    #[error("its output is not what its snapshot holds")]
    Mismatch {
        /// What the snapshot holds.
        wanted: String,
        /// What came.
        got: String,
    },
    /// Nobody has yet agreed with what it prints.
    #[error("it has no snapshot; `cargo test -p harness` makes one for review")]
    NoSnapshot,
    /// The Python twin prints something else.
    #[error("its Python twin prints something else")]
    TwinDiffers {
        /// The Rust program's canonical output.
        rust: String,
        /// The twin's.
        python: String,
    },
    /// The Python twin went wrong in a way of its own.
    #[error("its Python twin: {0}")]
    Twin(Box<Problem>),
    /// The harness could not run it.
    #[error("could not be run: {0}")]
    NotRun(String),
    /// What it had printed when something above went wrong.
    #[error("its output so far and its standard error")]
    Printed {
        /// Standard output.
        stdout: String,
        /// Standard error.
        stderr: String,
    },
}

/// Runs `program` of `chapter` once and checks everything that needs no
/// snapshot: that it ends in time, with its declared exit code, with nothing
/// left running, and with output of its declared form.
pub fn judge(chapter: &Chapter, program: &Listed, deadline: Duration) -> Verdict {
    let mut command = Command::new(&chapter.binary);
    command.arg(&program.name);
    judge_command(&mut command, &program.form, deadline)
}

/// As [`judge`], for the Python twin at `twin`.
pub fn judge_twin(python: &Path, twin: &Path, program: &Listed, deadline: Duration) -> Verdict {
    let mut command = Command::new(python);
    command.arg(twin).env("PYTHONDONTWRITEBYTECODE", "1");
    judge_command(&mut command, &program.form, deadline)
}

fn judge_command(command: &mut Command, form: &Form, deadline: Duration) -> Verdict {
    // A program must not depend on the folder in which a reader starts it.
    command.current_dir(std::env::temp_dir());
    match execute(command, form.input.as_deref().unwrap_or(""), deadline) {
        Ok(execution) => verdict(execution, form),
        Err(error) => Verdict {
            canonical: String::new(),
            took: Duration::ZERO,
            problems: vec![Problem::NotRun(error.to_string())],
        },
    }
}

fn verdict(execution: Execution, form: &Form) -> Verdict {
    let Canonical { text, objections } = canonical(&execution.stdout, form);
    let mut problems = Vec::new();
    match execution.end {
        End::Deadline(after) => problems.push(Problem::Hung { after }),
        End::Exited(status) => {
            if status.code() != Some(form.exit_code) {
                problems.push(Problem::Exit { got: status.to_string(), wanted: form.exit_code });
            }
            problems.extend(objections.into_iter().map(Problem::Form));
        }
    }
    if execution.left_behind > 0 {
        problems.push(Problem::LeftBehind(execution.left_behind));
    }
    if !problems.is_empty() {
        problems.push(Problem::Printed { stdout: execution.stdout, stderr: execution.stderr });
    }
    Verdict { canonical: text, took: execution.took, problems }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn seen(script: &str, form: &Form) -> Verdict {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        judge_command(&mut command, form, Duration::from_secs(30))
    }

    #[test]
    fn a_run_as_declared_has_no_problems() {
        let form = Form { exit_code: 3, input: Some("x\n".into()), ..Form::default() };
        let verdict = seen("cat; exit 3", &form);
        assert_eq!((verdict.canonical.as_str(), verdict.problems.len()), ("x\n", 0));
    }

    #[test]
    fn another_exit_code_is_a_problem_and_shows_the_output() {
        let verdict = seen("echo out; echo err >&2; exit 1", &Form::default());
        assert!(matches!(verdict.problems[0], Problem::Exit { wanted: 0, .. }));
        let printed = Problem::Printed { stdout: "out\n".into(), stderr: "err\n".into() };
        assert_eq!(verdict.problems[1], printed);
    }

    #[test]
    fn a_command_that_is_not_there_is_a_problem_not_a_panic() {
        let form = Form::default();
        let verdict = judge_command(&mut Command::new("/no/such/file"), &form, Duration::ZERO);
        assert!(matches!(verdict.problems[0], Problem::NotRun(_)));
    }
}
