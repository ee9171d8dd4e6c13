//! One check of kind `run` or `explore`: a process in a jail, and what its verdict is worth.
//!
//! A pass needs proof: exactly one frame with the key that only this process was given, exit code 0, and all of it within the limits.
//! Everything else is a fail with a sentence for the student, but for trouble of the grader's own, which is neither.

use super::manifest::{Check, Kind};
use super::result::{CheckResult, CheckStatus, Explored};
use super::sandbox::{Bounds, Ended, How, Job, Sandbox};
use crate::explore::report::{Outcome, Status};
use anyhow::Context;
use serde::Deserialize;
use serde_json::json;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;
use trace::Failure;

/// The most bytes of a frame. A trace of 30 000 steps has some six million.
const FRAME: u64 = 32 << 20;

/// What the process says of the check. `judge` writes it.
#[derive(Debug, Deserialize)]
struct Frame {
    check: String,
    raised: Option<Panic>,
    outcome: Option<Outcome>,
    recorded: Vec<Panic>,
}

#[derive(Debug, Deserialize)]
struct Panic {
    message: String,
    file: String,
    line: u32,
}

/// Runs `check` of `executable` and judges what comes of it. Blocks until it has ended.
pub fn run(check: &Check, executable: &Path, seed: u64, sandbox: Sandbox) -> CheckResult {
    match attempt(check, executable, seed, sandbox) {
        Ok(result) => result,
        Err(trouble) => CheckResult {
            message: Some(format!("{trouble:#}")),
            ..CheckResult::new(check, CheckStatus::CannotTell)
        },
    }
}

fn attempt(
    check: &Check,
    executable: &Path,
    seed: u64,
    sandbox: Sandbox,
) -> anyhow::Result<CheckResult> {
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).context("the system has no random bytes")?;
    let (keys, keys_in) = std::io::pipe()?;
    let (verdicts, verdicts_in) = std::io::pipe()?;
    // 32 bytes fit into any pipe.
    File::from(std::os::fd::OwnedFd::from(keys_in)).write_all(&key)?;

    let limits = check.limits;
    let folder = executable.parent().context("an executable is in a folder")?;
    let mut job = Job::new(
        executable,
        folder,
        Bounds {
            wall: Duration::from_secs(limits.seconds.into()),
            memory_mb: limits.memory_mb.into(),
            processes: 1,
            output_bytes: u64::from(limits.output_kb) << 10,
        },
    );
    job.arg(&check.name).arg(order(check, seed).to_string());
    job.env("MALLOC_ARENA_MAX", "2");
    job.descriptor(3, verdicts_in.into()).descriptor(4, keys.into());
    let (ended, frame) = std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut bytes = Vec::new();
            verdicts.take(FRAME + 1).read_to_end(&mut bytes).map(|_| bytes)
        });
        let ended = job.run(sandbox);
        (ended, reader.join())
    });
    let ended = ended.context("the check cannot be run")?;
    let frame = match frame {
        Ok(bytes) => bytes.context("the verdict cannot be read")?,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let result = match (ended.how, proof(&frame, &key, &check.name)) {
        (How::Exited(0), Some(frame)) => judge(check, frame),
        _ => without_proof(check, &ended, !frame.is_empty()),
    };
    let milliseconds = u64::try_from(ended.wall.as_millis())?;
    Ok(CheckResult { milliseconds, ..result })
}

/// How the process is to run the check.
fn order(check: &Check, seed: u64) -> serde_json::Value {
    let limits = check.limits;
    if check.kind != Kind::Explore {
        return json!({ "kind": "run" });
    }
    // A budget of executions ends a search at the same place on every machine. Time is only a net.
    let net = Duration::from_secs(u64::from(limits.seconds) * 2);
    json!({ "kind": "explore", "config": {
        "spurious": limits.spurious,
        "eager_timeouts": limits.eager_timeouts,
        "max_executions": limits.executions,
        "max_time": net,
        "random_executions": (limits.executions / 10).max(100),
        "random_time": net,
        "seed": seed,
        "watchdog": Duration::from_secs(u64::from(limits.seconds)) / 2,
    }})
}

/// The frame, if there is exactly one and it has the key.
fn proof(bytes: &[u8], key: &[u8; 32], check: &str) -> Option<Frame> {
    let frame = bytes.strip_prefix(key)?;
    let frame: Frame = serde_json::from_slice(frame).ok()?;
    (frame.check == check).then_some(frame)
}

fn judge(check: &Check, frame: Frame) -> CheckResult {
    let mut result = match (check.kind, frame.outcome, frame.raised) {
        (Kind::Run, None, None) => CheckResult::new(check, CheckStatus::Pass),
        (Kind::Run, None, Some(panic)) => panicked(check, &panic),
        (Kind::Explore, Some(outcome), None) => explored(check, outcome),
        _ => {
            return fail(
                check,
                "the check's process said something that makes no sense".to_owned(),
            );
        }
    };
    if let (CheckStatus::Pass, Some(panic)) = (result.status, frame.recorded.first()) {
        let explored = result.explored.take();
        result = CheckResult { explored, ..panicked(check, panic) };
        result.message = result.message.map(|message| {
            format!("{message}\nThe check failed, but the submission caught its panic.")
        });
    }
    result
}

fn panicked(check: &Check, panic: &Panic) -> CheckResult {
    let at = (panic.line > 0).then(|| format!("{}:{}", panic.file, panic.line));
    let (message, actual, expected) = compared(&panic.message);
    CheckResult { at, actual, expected, ..fail(check, message) }
}

/// A message of `assert_eq!` apart: what it says, the left value and the right one.
fn compared(message: &str) -> (String, Option<String>, Option<String>) {
    let whole = || (message.to_owned(), None, None);
    let Some(rest) = message.strip_prefix("assertion `left == right` failed") else {
        return whole();
    };
    let Some((said, values)) = rest.split_once("\n  left: ") else { return whole() };
    let Some((left, right)) = values.split_once("\n right: ") else { return whole() };
    let said = said.strip_prefix(": ").unwrap_or("two values differ that should be equal");
    (said.to_owned(), Some(left.to_owned()), Some(right.to_owned()))
}

fn explored(check: &Check, outcome: Outcome) -> CheckResult {
    let summary = outcome.summary.clone();
    let mut result = match (outcome.status, &outcome.trace) {
        (Status::Proved, _) => CheckResult::new(check, CheckStatus::Pass),
        (Status::NotProved, _) => CheckResult::new(check, CheckStatus::Pass),
        (Status::Failed, Some(trace)) => match &trace.verdict.outcome {
            trace::Outcome::Failed { failure: Failure::Panic { message, at, .. } } => {
                let (file, line) =
                    at.as_ref().map_or((String::new(), 0), |at| (at.file.clone(), at.line));
                panicked(check, &Panic { message: message.clone(), file, line })
            }
            _ => fail(check, summary),
        },
        (Status::Failed, None) => fail(check, summary),
        (Status::Refused, _) => fail(check, format!("it cannot be explored: {summary}")),
    };
    let search = outcome.trace.as_ref().and_then(|trace| trace.verdict.search.as_ref());
    result.explored = Some(Explored {
        executions: outcome.executions,
        proved: outcome.status == Status::Proved,
        bounds: outcome.bounds,
        schedule: search.and_then(|search| search.schedule.clone()),
        // Of a search that ends well there is nothing to see.
        trace: outcome.trace.filter(|_| outcome.status == Status::Failed),
    });
    result
}

/// What to say of a process that ended without a verdict.
fn without_proof(check: &Check, ended: &Ended, forged: bool) -> CheckResult {
    let said = String::from_utf8_lossy(&ended.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let limits = check.limits;
    let message = match ended.how {
        _ if said.contains("has overflowed its stack") => {
            "the stack overflowed: something calls itself without end".to_owned()
        }
        How::WallTime => format!(
            "it was still running after {} s; something waits or runs for ever",
            limits.seconds
        ),
        How::OutputLimit => format!("it printed more than {} KB", limits.output_kb),
        How::Signalled(signal) => format!("signal {signal} ended it; {last}"),
        _ if said.contains("memory allocation of") => {
            format!("it needed more than {} MB of memory", limits.memory_mb)
        }
        How::Exited(_) if forged => "it wrote where only the grader's verdict goes".to_owned(),
        How::Exited(code) => format!("it ended with exit code {code} before the check had; {last}"),
    };
    fail(check, message)
}

fn fail(check: &Check, message: String) -> CheckResult {
    CheckResult { message: Some(message), ..CheckResult::new(check, CheckStatus::Fail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_proof_only_if_it_is_the_only_one_and_has_the_key() {
        let key = [7; 32];
        let json = r#"{"check":"a","raised":null,"outcome":null,"recorded":[]}"#;
        let frame = [&key[..], json.as_bytes()].concat();
        assert!(proof(&frame, &key, "a").is_some());
        assert!(proof(&frame, &[8; 32], "a").is_none());
        assert!(proof(&frame, &key, "b").is_none());
        assert!(proof(&frame[..frame.len() - 1], &key, "a").is_none());
        assert!(proof(&[&frame[..], &frame[..]].concat(), &key, "a").is_none());
        assert!(proof(json.as_bytes(), &key, "a").is_none());
        assert!(proof(&[], &key, "a").is_none());
    }

    #[test]
    fn compared_values_are_told_apart_from_the_message() {
        let message = "assertion `left == right` failed: the first item\n  left: 1\n right: 2";
        let (said, actual, expected) = compared(message);
        assert_eq!(
            (said.as_str(), actual.as_deref(), expected.as_deref()),
            ("the first item", Some("1"), Some("2"))
        );
        assert_eq!(compared("plain"), ("plain".to_owned(), None, None));
    }
}
