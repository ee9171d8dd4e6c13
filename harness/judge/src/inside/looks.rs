//! What a check looks at, and the numbers that it asks with.
//!
//! Where `assert_eq!(left, right)` stands, a check that is not told what is right has `look!(place, left)`: `right` is not compiled at all. What
//! an execution looked at is kept as text, sorted, so that the order of its threads is no part of it.

mod values;

pub use values::Seen;

use explore_engine::thread::{ThreadId, current};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The most bytes that are kept of one process.
const ROOM: usize = 4 << 20;

#[derive(Debug)]
struct Log {
    seed: u64,
    /// How many different executions are of interest.
    most: usize,
    /// Which thread runs the check.
    main: Option<ThreadId>,
    /// How many numbers this execution has drawn.
    drawn: u64,
    /// What it has looked at.
    now: Vec<String>,
    /// Whether its check has returned. A search gives up executions that would repeat others.
    whole: bool,
    /// How many bytes are kept.
    bytes: usize,
    seen: BTreeSet<Vec<String>>,
}

static LOG: Mutex<Log> = Mutex::new(Log {
    seed: 0,
    most: usize::MAX,
    main: None,
    drawn: 0,
    now: Vec::new(),
    whole: false,
    bytes: 0,
    seen: BTreeSet::new(),
});

fn with<R>(f: impl FnOnce(&mut Log) -> R) -> R {
    f(&mut LOG.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Log {
    /// Keeps the execution that is over: in memory that is not its own, where this is called outside of it. An execution's memory is only given back
    /// when nothing in it is kept.
    fn keep(&mut self) {
        let texts = std::mem::take(&mut self.now);
        let mut now: Vec<String> = texts.iter().map(|text| text.as_str().to_owned()).collect();
        if std::mem::take(&mut self.whole) {
            now.sort_unstable();
            let bytes: usize = now.iter().map(|text| text.len() + 8).sum();
            if self.seen.insert(now) {
                self.bytes += bytes;
            }
        }
        (self.drawn, self.main) = (0, None);
    }
}

/// Says where numbers come from, and how many different executions are of interest.
pub(super) fn draw_from(seed: u64, most: usize) {
    with(|log| (log.seed, log.most) = (seed, most));
}

/// An execution begins.
///
/// # Panics
///
/// When there were more different ones than are of interest: that ends a search.
pub(super) fn begin() {
    let enough = with(|log| {
        log.keep();
        log.main = Some(current().id());
        log.seen.len() > log.most || log.bytes > ROOM
    });
    assert!(!enough, "there are more different executions than are of interest");
}

/// Its check has returned.
pub(super) fn end() {
    with(|log| log.whole = true);
}

/// An execution is over, and the next has not begun.
pub(super) fn over() {
    with(Log::keep);
}

/// What all executions looked at, each once.
pub(super) fn seen() -> Vec<Vec<String>> {
    with(|log| {
        log.keep();
        std::mem::take(&mut log.seen).into_iter().collect()
    })
}

/// Notes a value that the check would hold against another. [`look!`](crate::look) calls it.
///
/// # Panics
///
/// When an execution looks at more than anybody would compare.
pub fn look<C, T: Seen<C> + ?Sized>(place: u32, value: &T) {
    let mut text = format!("{place} ");
    value.seen(&mut text);
    note(text);
}

/// Notes a text of this execution.
///
/// # Panics
///
/// As [`look`].
pub(super) fn note(text: String) {
    let fits = with(|log| {
        let fits = log.now.len() < 10_000 && text.len() < ROOM;
        if fits {
            log.now.push(text);
        }
        fits
    });
    assert!(fits, "an execution looks at more than can be compared");
}

/// What stands in the place of an assertion: its first operand is looked at, and the rest is not compiled.
#[doc(hidden)]
#[allow(clippy::crate_in_macro_def, reason = "it is the checks' own crate that is meant")]
#[macro_export]
macro_rules! look {
    ($place:literal, $value:expr $(, $($rest:tt)*)?) => {
        $crate::inside::looks::look::<crate::Checks, _>($place, &$value)
    };
}

/// A number of the range that is another in each grading, and the same in each execution of it: a check asks with numbers that nobody knows
/// before. The result of a submission has the seed that repeats them.
///
/// Draw before the check starts threads, so that their order has no say in it.
///
/// ```
/// let balance = judge::drawn(100..900);
/// assert!((100..900).contains(&balance));
/// assert!((0..1000).any(|_| judge::drawn(0..100) != judge::drawn(0..100)));
/// ```
///
/// # Panics
///
/// When the range is empty, and on a thread that the check has started.
#[track_caller]
pub fn drawn(range: Range<u64>) -> u64 {
    assert!(!range.is_empty(), "there is no number in {range:?}");
    let thread = current().id();
    let drawn = with(|log| {
        let other = log.main.is_some_and(|main| main != thread);
        log.drawn += 1;
        (!other).then(|| mixed(log.seed, log.drawn))
    });
    let number = drawn.expect("numbers are drawn before the check starts threads");
    range.start + number % (range.end - range.start)
}

/// A number that looks like no other: splitmix64.
fn mixed(seed: u64, count: u64) -> u64 {
    let mut x = seed.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Held by a test that uses the log, which belongs to the process.
#[cfg(test)]
pub(super) fn alone() -> std::sync::MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What these executions come to. One test, as the log belongs to the process.
    #[test]
    fn each_execution_that_ends_is_kept_once_and_sorted() {
        let _log = alone();
        draw_from(7, 1);
        let execution = |values: &[u64], whole: bool| {
            begin();
            for value in values {
                crate::look!(3, *value, 99, "{} is not compiled", no_such_name);
            }
            let drawn = drawn(10..1000);
            if whole {
                end();
            }
            drawn
        };
        let first = execution(&[2, 1], true);
        assert_eq!(execution(&[1, 2], true), first);
        // One that was given up in the middle.
        assert_eq!(execution(&[9], false), first);
        execution(&[5], true);
        assert!(std::panic::catch_unwind(begin).is_err());
        let texts = |of: &[&str]| of.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(seen(), [texts(&["3 1", "3 2"]), texts(&["3 5"])]);
        draw_from(8, 1);
        begin();
        assert_ne!(drawn(10..1000), first);
        let other = std::thread::spawn(|| drawn(0..2));
        assert!(other.join().is_err());
        seen();
    }
}
