//! All of it as lines of JSON. The README describes them.

use super::tally::Tally;
use super::{Told, place};
use crate::report;
use crate::second::Second;
use crate::suite::{Suite, Test};
use serde_json::{Value, json};
use std::path::Path;

/// What came of a test.
pub(super) fn test(told: &Told<'_>, says: &str, gdb: Option<&str>, root: &Path) -> Value {
    let Told { suite, test, both, kind } = told;
    let outcome = &both.outcome;
    let run = report::quoted(&outcome.run_or_verdict(), root);
    let at = place::of(&run, root);
    // What the explorer writes is JSON.
    let all: Value = serde_json::from_str(&outcome.to_json()).unwrap_or_default();
    let verdict = if outcome.part > 0 { "in_part" } else { kind.word() };
    let mut line = json!({
        "event": "test", "package": suite.package, "target": suite.flag, "name": outcome.name,
        "file": test.file, "line": test.line, "verdict": verdict, "says": says,
        "early": both.second.map(|second| early(second, outcome.executions)), "accepted": test.accepts(&outcome.accepted),
        "part": match outcome.part {
            0 => Value::Null,
            part => json!({ "part": part, "parts": outcome.parts }),
        },
    });
    for field in
        ["executions", "elapsed", "schedule", "covered", "estimate", "bounds", "not_checked"]
    {
        line[field] = all[field].clone();
    }
    if let Some(gdb) = gdb {
        line["gdb"] = gdb.into();
    }
    if let Some(Second::Failed(proved)) = both.second {
        line["executions"] = proved.into();
    }
    if kind.shows_a_failure() {
        line["at"] = at.map(|at| json!({ "file": at.file, "line": at.line })).into();
        line["run"] = serde_json::from_str(&run.to_json()).unwrap_or_default();
    }
    line
}

/// What the second look came to.
fn early(second: Second, executions: u64) -> Value {
    match second {
        Second::Failed(_) => json!({ "verdict": "failed", "executions": executions }),
        Second::Proved(executions) => json!({ "verdict": "proved", "executions": executions }),
        Second::Open(executions) => json!({ "verdict": "not_proved", "executions": executions }),
        Second::Refused => json!({ "verdict": "refused" }),
    }
}

pub(super) fn ignored(suite: &Suite, test: &Test) -> Value {
    json!({
        "event": "ignored", "package": suite.package, "target": suite.flag, "name": test.name,
        "why": test.why,
    })
}

pub(super) fn progress(how: &protocol::Progress) -> Value {
    json!({
        "event": "progress", "name": how.name, "executions": how.executions, "steps": how.steps,
        "random": how.random, "covered": how.covered, "estimate": how.estimate,
    })
}

pub(super) fn end(tally: &Tally, exit: u8) -> Value {
    json!({
        "event": "end", "proved": tally.proved, "failed": tally.failed.len(),
        "unless_early": tally.unless_early,
        "not_proved": tally.not_proved, "refused": tally.refused, "ignored": tally.ignored,
        "replayed": tally.replayed, "in_part": tally.in_part, "not_reached": tally.not_reached,
        "accepted_and_not_met": tally.never_met().collect::<Vec<_>>(), "exit": exit,
    })
}
