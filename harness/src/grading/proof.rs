//! A process that proves its verdict, and what that says.
//!
//! A pass needs proof: exactly one frame with the key that only this process was given, exit code 0, and all of it within the limits.

use super::manifest::Check;
use super::result::{CheckResult, CheckStatus};
use super::sandbox::{Ended, How, Job, Sandbox};
use anyhow::Context;
use protocol::{Frame, Order, Panic};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use trace::Trace;

/// The most bytes of a frame. A trace of 30 000 steps has some six million.
const FRAME: u64 = 12 << 20;

/// The most bytes of a text in one: a message, a value.
const TEXT: usize = 8 << 10;

/// A picture has at most so many threads, and so many of them times steps.
const THREADS: usize = 2_000;
const CELLS: usize = 4_000_000;

/// What became of a process.
#[derive(Debug)]
pub struct Answer {
    /// How it ended.
    pub ended: Ended,
    /// Its verdict, if it is one.
    pub frame: Option<Frame>,
    /// Whether it wrote anything where its verdict goes.
    pub wrote: bool,
}

/// Runs a job with more arguments, the check's name, `order` and these numbers, and listens for its verdict. Blocks until it has ended.
///
/// # Errors
///
/// When it cannot be run.
pub fn ask(
    mut job: Job,
    check: &Check,
    order: &Order,
    numbers: &[u64],
    sandbox: Sandbox,
) -> anyhow::Result<Answer> {
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).context("the system has no random bytes")?;
    let (keys, keys_in) = std::io::pipe()?;
    let (verdicts, verdicts_in) = std::io::pipe()?;
    // 32 bytes fit into any pipe.
    File::from(OwnedFd::from(keys_in)).write_all(&key)?;
    job.arg(&check.name).arg(trace::json::line(order));
    job.args(numbers.iter().map(u64::to_string));
    job.descriptor(3, verdicts_in.into()).descriptor(4, keys.into());
    let (ended, bytes) = std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut bytes = Vec::new();
            verdicts.take(FRAME + 1).read_to_end(&mut bytes).map(|_| bytes)
        });
        let ended = job.run(sandbox);
        (ended, reader.join())
    });
    let ended = ended.context("the check cannot be run")?;
    let bytes = match bytes {
        Ok(bytes) => bytes.context("the verdict cannot be read")?,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let frame = if ended.how == How::Exited(0) { proof(&bytes, &key, &check.name) } else { None };
    Ok(Answer { ended, frame, wrote: !bytes.is_empty() })
}

/// The frame, if there is exactly one and it has the key. It is a stranger's all the same: what is in it is held against limits before
/// anybody uses it.
fn proof(bytes: &[u8], key: &[u8; 32], check: &str) -> Option<Frame> {
    let frame = bytes.strip_prefix(key)?;
    let mut frame: Frame = serde_json::from_slice(frame).ok()?;
    if frame.check != check {
        return None;
    }
    frame.recorded.truncate(8);
    for panic in frame.recorded.iter_mut().chain(&mut frame.raised) {
        cut(&mut panic.message);
        cut(&mut panic.file);
    }
    if let Some(outcome) = &mut frame.outcome {
        cut(&mut outcome.summary);
        outcome.bounds.truncate(16);
        outcome.bounds.iter_mut().for_each(cut);
        outcome.not_checked.truncate(16);
        outcome.not_checked.iter_mut().for_each(cut);
        outcome.outputs.clear();
        // A run that cannot be drawn is left out: the verdict does not hang on it.
        outcome.trace.take_if(|trace| !can_be_drawn(trace));
    }
    Some(frame)
}

/// Whether the trace names nothing that it does not have, and is no larger than a picture can be.
fn can_be_drawn(trace: &Trace) -> bool {
    trace.version == trace::VERSION
        && trace.threads.len() <= THREADS
        && trace.threads.len().saturating_mul(trace.steps.len()) <= CELLS
        && trace.sources.is_empty()
        && trace.check().is_ok()
}

fn cut(text: &mut String) {
    if text.len() > TEXT {
        text.truncate(text.floor_char_boundary(TEXT));
        text.push('…');
    }
}

/// A fail with the panic's message, place and values.
pub fn panicked(check: &Check, panic: &Panic) -> CheckResult {
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

/// A fail with this message.
pub fn fail(check: &Check, message: String) -> CheckResult {
    CheckResult { message: Some(message), ..CheckResult::new(check, CheckStatus::Fail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_proof_only_if_it_is_the_only_one_and_has_the_key() {
        let key = [7; 32];
        let json = r#"{"check":"a","raised":null,"outcome":null,"trouble":null,"recorded":[]}"#;
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
    fn what_a_frame_says_is_held_against_limits() {
        let key = [7; 32];
        let frame = |outcome: serde_json::Value, message: &str| {
            let recorded =
                serde_json::json!({ "message": message, "file": "checks.rs", "line": 3 });
            let frame = serde_json::json!({
                "check": "a", "raised": null, "outcome": outcome, "trouble": null,
                "recorded": vec![recorded; 100],
            });
            let bytes = [&key[..], frame.to_string().as_bytes()].concat();
            proof(&bytes, &key, "a").unwrap()
        };
        let long = frame(serde_json::Value::Null, &"死".repeat(100_000));
        assert_eq!(long.recorded.len(), 8);
        assert!(long.recorded[0].message.len() <= TEXT + 3);
        let step = |thread: u32, wakes: &[u32]| serde_json::json!({ "thread": thread, "op": "yield", "wakes": wakes });
        let trace = |threads: usize, steps: Vec<serde_json::Value>| {
            let trace = serde_json::json!({
                "version": 1, "program": { "name": "a" }, "origin": "explored",
                "threads": vec![serde_json::json!({}); threads], "objects": [], "steps": steps,
                "verdict": { "outcome": { "result": "ended" } },
            });
            let outcome = serde_json::json!({
                "name": "a", "status": "failed", "executions": 1, "trace": trace,
            });
            frame(outcome, "").outcome.unwrap().trace
        };
        assert!(trace(2, vec![step(1, &[0])]).is_some());
        assert!(trace(2, vec![step(2, &[])]).is_none());
        assert!(trace(2, vec![step(1, &[u32::MAX])]).is_none());
        assert!(trace(THREADS + 1, vec![]).is_none());
        assert!(trace(1_900, vec![step(1, &[]); 3_000]).is_none());
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
