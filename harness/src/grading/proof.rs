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

/// The most bytes of a frame. A trace of 30 000 steps has some six million.
const FRAME: u64 = 32 << 20;

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

/// Runs a job with two more arguments, the check's name and `order`, and listens for its verdict. Blocks until it has ended.
///
/// # Errors
///
/// When it cannot be run.
pub fn ask(mut job: Job, check: &Check, order: &Order, sandbox: Sandbox) -> anyhow::Result<Answer> {
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).context("the system has no random bytes")?;
    let (keys, keys_in) = std::io::pipe()?;
    let (verdicts, verdicts_in) = std::io::pipe()?;
    // 32 bytes fit into any pipe.
    File::from(OwnedFd::from(keys_in)).write_all(&key)?;
    job.arg(&check.name).arg(trace::json::line(order));
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

/// The frame, if there is exactly one and it has the key.
fn proof(bytes: &[u8], key: &[u8; 32], check: &str) -> Option<Frame> {
    let frame = bytes.strip_prefix(key)?;
    let frame: Frame = serde_json::from_slice(frame).ok()?;
    (frame.check == check).then_some(frame)
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
