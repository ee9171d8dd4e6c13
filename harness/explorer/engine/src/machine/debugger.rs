//! Where a debugger stops in a replay: on the stack of the program's code, with the failing step before it.
//!
//! Which call of the engine that is, nobody knows before the run has failed. So it is made twice: the first time its calls are counted.

use std::cell::{Cell, RefCell};
use std::hint::black_box;

use super::Bad;
use super::context;

thread_local! {
    static AWAITED: Cell<Awaited> = const { Cell::new(Awaited::Nothing) };
    /// The panic that is awaited.
    static PLACE: RefCell<Option<trace::Location>> = const { RefCell::new(None) };
}

/// What the run is watched for.
#[derive(Clone, Copy)]
enum Awaited {
    /// No debugger is there.
    Nothing,
    /// So many calls were made: the first run.
    Counted(u32),
    /// A call, after so many.
    Call(u32),
    /// A panic at [`PLACE`].
    Panic,
    /// Memory is touched that should not be.
    Fault,
}

/// Where a debugger's breakpoint is. It does nothing.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn explore_stops_here() {
    black_box(());
}

/// Counts the calls of the run that comes.
pub fn count() {
    AWAITED.set(Awaited::Counted(0));
}

/// Stops where the run ended that was counted, when it is made again.
pub fn stop_at(bad: &Bad) {
    let Awaited::Counted(calls) = AWAITED.get() else { return };
    AWAITED.set(match bad {
        Bad::Panic { note, .. } => {
            PLACE.with(|place| place.borrow_mut().clone_from(&note.at));
            Awaited::Panic
        }
        Bad::Memory(fault) if fault.later.is_some() => Awaited::Fault,
        // There a signal stops the debugger.
        Bad::Crash { .. } | Bad::StackOverflow { .. } => Awaited::Nothing,
        _ => Awaited::Call(calls.saturating_sub(1)),
    });
}

/// The program's code calls the engine.
#[inline]
pub fn called() {
    match AWAITED.get() {
        Awaited::Nothing | Awaited::Panic | Awaited::Fault => {}
        Awaited::Counted(calls) => AWAITED.set(Awaited::Counted(calls + 1)),
        Awaited::Call(0) => stop(),
        Awaited::Call(calls) => AWAITED.set(Awaited::Call(calls - 1)),
    }
}

/// The program's code panics.
pub fn panicked(at: Option<&std::panic::Location<'_>>) {
    if !matches!(AWAITED.get(), Awaited::Panic) || !context::is_exploring() {
        return;
    }
    let is_there = PLACE.with(|place| match (&*place.borrow(), at) {
        (Some(place), Some(at)) => (place.file.as_str(), place.line) == (at.file(), at.line()),
        (place, at) => place.is_none() && at.is_none(),
    });
    if is_there {
        stop();
    }
}

/// The program's code touches memory that it should not.
pub fn faulted() {
    if matches!(AWAITED.get(), Awaited::Fault) {
        stop();
    }
}

/// Once.
#[cold]
#[inline(never)]
fn stop() {
    AWAITED.set(Awaited::Nothing);
    explore_stops_here();
}
