//! Which panics count against the submission.
//!
//! A submission may catch what its callers throw: a closure that a check hands to it fails in vain if the submission swallows the panic.
//! So every panic whose place is in `checks.rs` is written down when it is raised, and counts.

use explore_engine::thread::{ThreadId, current};
use protocol::Panic;
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::sync::{Mutex, PoisonError};

/// Panics are kept up to this number; one is enough to fail.
const KEPT: usize = 8;

/// The name under which the grader compiles the checks.
const CHECKS: &str = "checks.rs";

#[derive(Debug)]
struct Record {
    /// Threads that are in [`panics`].
    exempt: Vec<ThreadId>,
    /// Raised in `checks.rs`.
    ours: Vec<Panic>,
    /// The last of each thread that has panicked, in no order.
    last: Vec<(ThreadId, Panic)>,
}

static RECORD: Mutex<Record> =
    Mutex::new(Record { exempt: Vec::new(), ours: Vec::new(), last: Vec::new() });

fn with<R>(f: impl FnOnce(&mut Record) -> R) -> R {
    f(&mut RECORD.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Calls `f` and returns the message of the panic that it ends with, if it does. A check uses it where the submission has to panic.
///
/// Panics in `f` do not count as failures of the check, not even those that Rust attributes to the check's own line because the function of
/// the submission is `#[track_caller]`.
///
/// ```
/// let zero = std::hint::black_box(0);
/// assert_eq!(judge::panics(|| { 1 / zero; }).as_deref(), Some("attempt to divide by zero"));
/// assert_eq!(judge::panics(|| ()), None);
/// ```
pub fn panics(f: impl FnOnce()) -> Option<String> {
    struct Exempt(ThreadId);
    impl Drop for Exempt {
        fn drop(&mut self) {
            with(|record| {
                if let Some(at) = record.exempt.iter().rposition(|thread| *thread == self.0) {
                    record.exempt.remove(at);
                }
            });
        }
    }
    let thread = current().id();
    with(|record| record.exempt.push(thread));
    let _exempt = Exempt(thread);
    let payload = explore_engine::panic::catch_unwind(AssertUnwindSafe(f)).err()?;
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    Some(text.unwrap_or_else(|| "a value that is no text".to_owned()))
}

/// From now on panics are written down.
pub(crate) fn watch() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        note(info);
        before(info);
    }));
}

fn note(info: &PanicHookInfo<'_>) {
    let location = info.location();
    let panic = Panic {
        message: info.payload_as_str().unwrap_or("a value that is no text").to_owned(),
        file: location.map(|at| at.file().to_owned()).unwrap_or_default(),
        line: location.map_or(0, |at| at.line()),
    };
    let thread = current().id();
    with(|record| {
        let ours = panic.file == CHECKS && !record.exempt.contains(&thread);
        if ours && record.ours.len() < KEPT {
            record.ours.push(panic.clone());
        }
        record.last.retain(|(other, _)| *other != thread);
        if record.last.len() < 64 {
            record.last.push((thread, panic));
        }
    });
}

/// What the current thread has panicked with.
pub(crate) fn last_of_this_thread() -> Panic {
    let thread = current().id();
    let found = with(|record| record.last.iter().find(|(other, _)| *other == thread).cloned());
    let resumed = Panic { message: "a panic that was passed on".to_owned(), ..Panic::default() };
    found.map_or(resumed, |(_, panic)| panic)
}

/// The panics of the check's own code.
pub(crate) fn recorded() -> Vec<Panic> {
    with(|record| record.ours.clone())
}
