//! What a generated driver's `main` calls: explores the scenarios that a request names and reports on each.
//!
//! A driver is started as `driver --request FILE --report FILE`. The request is a JSON [`Request`]; the report gets one JSON
//! [`Report`] a line, each written as soon as it is there. Standard output and standard error stay free for what goes wrong.

use explore_engine::{Config, Explorer, Outcome};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Write;
use std::process::{ExitCode, Termination};

/// A file of scenarios: its name, and its functions with theirs.
pub type Scenarios = (&'static str, &'static [(&'static str, fn())]);

/// What to explore.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// How.
    pub config: Config,
    /// `file/scenario`; all if empty.
    #[serde(default)]
    pub scenarios: Vec<String>,
}

/// What came of one scenario.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The file's name.
    pub file: String,
    /// The verdict and how it was found.
    pub outcome: Outcome,
}

/// Explores what the command line's request names. This is the whole `main` of a driver.
pub fn main(files: &[Scenarios]) -> ExitCode {
    match explore(files) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Ends a scenario that returns something: an error is a failure of the scenario.
///
/// # Panics
///
/// If `returned` is an error.
pub fn finish(returned: impl Termination) {
    // An exit code can be compared by its text alone.
    let code = format!("{:?}", returned.report());
    assert_eq!(code, format!("{:?}", ExitCode::SUCCESS), "the scenario returned an error");
}

fn explore(files: &[Scenarios]) -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [request_flag, request, report_flag, report] = &arguments[..] else {
        return Err("usage: --request FILE --report FILE".into());
    };
    if request_flag != "--request" || report_flag != "--report" {
        return Err("usage: --request FILE --report FILE".into());
    }
    let request: Request = serde_json::from_slice(&std::fs::read(request)?)?;
    let mut report = File::create(report)?;
    for (file, scenarios) in files {
        for (name, scenario) in *scenarios {
            let wanted = format!("{file}/{name}");
            if !request.scenarios.is_empty() && !request.scenarios.contains(&wanted) {
                continue;
            }
            let outcome = Explorer::new(request.config.clone()).run(name, *scenario);
            let line = serde_json::to_string(&Report { file: (*file).to_owned(), outcome })?;
            writeln!(report, "{line}")?;
            report.flush()?;
        }
    }
    Ok(())
}
