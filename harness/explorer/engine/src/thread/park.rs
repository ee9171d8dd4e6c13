//! Giving up the turn: `park`, `sleep`, `yield_now`, `spin_loop`.

use std::io;
use std::num::NonZero;
use std::panic::Location;
use std::time::Duration;

use crate::machine::chance;
use crate::machine::context::{self, Answer};
use crate::machine::op::Op;
use crate::record;

/// A duration in nanoseconds, as far as they can be counted.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Blocks until the thread's token is available, as `std::thread::park`. May wake spuriously.
#[track_caller]
pub fn park() {
    let at = Location::caller();
    if context::visible(Op::Park { timeout: None }, at) == Answer::Outside {
        record::blocking(
            trace::Operation::Park { timeout_ns: None },
            trace::WaitsFor::Unpark,
            "park",
            at,
            std::thread::park,
        );
    }
}

/// [`park`] with a time-out, as `std::thread::park_timeout`.
#[track_caller]
pub fn park_timeout(timeout: Duration) {
    let at = Location::caller();
    let ns = Some(nanoseconds(timeout));
    if context::visible(Op::Park { timeout: ns }, at) == Answer::Outside {
        let park = || std::thread::park_timeout(timeout);
        record::blocking(
            trace::Operation::Park { timeout_ns: ns },
            trace::WaitsFor::Unpark,
            "park_timeout",
            at,
            park,
        );
    }
}

/// [`park_timeout`] in milliseconds, as `std::thread::park_timeout_ms`.
#[deprecated(since = "1.6.0", note = "replaced by `std::thread::park_timeout`")]
#[track_caller]
pub fn park_timeout_ms(ms: u32) {
    park_timeout(Duration::from_millis(u64::from(ms)));
}

/// Lets other threads go first, as `std::thread::yield_now`.
#[track_caller]
pub fn yield_now() {
    if context::visible(Op::Yield, Location::caller()) == Answer::Outside {
        std::thread::yield_now();
    }
}

/// Sleeps, as `std::thread::sleep`. Explored, any other thread may go first, as many steps as it likes: a sleep orders nothing.
#[track_caller]
pub fn sleep(time: Duration) {
    let at = Location::caller();
    let ns = nanoseconds(time);
    match context::visible(Op::Sleep(ns), at) {
        Answer::Outside => record::blocking(
            trace::Operation::Sleep { ns },
            trace::WaitsFor::Time,
            "sleep",
            at,
            || std::thread::sleep(time),
        ),
        // It takes its time.
        Answer::Done(done) if done.value == 1 => {
            context::visible(Op::SleepEnds(ns), at);
        }
        _ => {}
    }
}

/// [`sleep`] in milliseconds, as `std::thread::sleep_ms`.
#[deprecated(since = "1.6.0", note = "replaced by `std::thread::sleep`")]
#[track_caller]
pub fn sleep_ms(ms: u32) {
    sleep(Duration::from_millis(u64::from(ms)));
}

/// How many threads to use, as `std::thread::available_parallelism`. Explored always 2: what is found must not depend on the machine.
///
/// # Errors
///
/// If the operating system does not say.
pub fn available_parallelism() -> io::Result<NonZero<usize>> {
    if chance::note(|read| read.processors = true) {
        Ok(NonZero::<usize>::MIN.saturating_add(1))
    } else {
        std::thread::available_parallelism()
    }
}

/// Tells the processor, and the explorer, that this is a spin loop; as `std::hint::spin_loop`.
#[track_caller]
pub fn spin_loop() {
    // Where nothing was read since the last round there is nothing to wait for, and a step of its own would only cost runs.
    let idle = context::with(|machine| machine.threads[machine.current].spin.reads.is_empty());
    if idle != Some(true) && context::visible(Op::Yield, Location::caller()) == Answer::Outside {
        std::hint::spin_loop();
    }
}
