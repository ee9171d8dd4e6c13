//! Scenes in which a process is killed, again and again: 3 rounds of each, or
//! 200 with `EI_FULL=1`. After each round no process that it started is left,
//! and no shared memory with a name.

use crate::left_behind;
use std::time::{Duration, Instant};

/// After this long without its outcome a scene fails rather than hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The first line of `main`: marks the processes that it will start.
pub fn mark() {
    if std::env::var_os(left_behind::MARKER).is_none() {
        let marker = format!("{}-kills", std::process::id());
        // SAFETY: main has only begun; there is no other thread.
        unsafe { std::env::set_var(left_behind::MARKER, marker) };
    }
}

/// Whether this is the long run.
pub fn full() -> bool {
    std::env::var_os("EI_FULL").is_some()
}

/// Plays the scene, which returns the time from the kill to its outcome.
///
/// # Panics
///
/// When something is left behind, or [`mark`] was not called.
pub fn rounds(scene: fn() -> Duration) {
    let count = if full() { 200 } else { 3 };
    let marker = std::env::var(left_behind::MARKER).unwrap();
    let shared_memory_before = left_behind::shared_memory();
    let mut slowest = Duration::ZERO;
    for round in 0..count {
        slowest = slowest.max(scene());
        let left = left_behind::processes(&marker);
        assert!(left.is_empty(), "round {round}: still there: {left:?}");
        let named = left_behind::named_since(&shared_memory_before);
        assert!(named.is_empty(), "round {round}: shared memory left: {named:?}");
    }
    eprintln!("{count} rounds, the slowest outcome after {} ms", slowest.as_millis());
}

/// How long it takes from `kill` until `outcome` has come.
pub fn time<T>(kill: impl FnOnce(), outcome: impl FnOnce() -> T) -> (Duration, T) {
    kill();
    let start = Instant::now();
    let outcome = outcome();
    (start.elapsed(), outcome)
}
