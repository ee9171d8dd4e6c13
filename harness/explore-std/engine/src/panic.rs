//! Panics under exploration: counted for each thread of the program, silent, and never confused with the end of an execution.
//!
//! `std` counts panics for each thread of the operating system. All threads of an explored program share one, and may take turns
//! while one of them unwinds, so that count says nothing there.

use std::any::Any;
use std::panic::{AssertUnwindSafe, PanicHookInfo, UnwindSafe};
use std::sync::Once;

use crate::machine::context::{self, Abort};
use crate::machine::thread::PanicNote;

/// Makes panics inside an execution silent and noted, and leaves all others to the hook that was there.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let outside = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if note(info).is_none() {
                outside(info);
            }
        }));
    });
}

fn note(info: &PanicHookInfo<'_>) -> Option<()> {
    let message = info.payload_as_str().unwrap_or("a value that is no text").to_owned();
    let at = info.location().map(trace::Location::from);
    context::with(|machine| {
        let current = machine.current;
        let thread = &mut machine.threads[current];
        thread.panics += 1;
        thread.panic = Some(PanicNote { message, at });
        thread.panic_seen = false;
        machine.trace_panic(current);
    })
}

/// Whether the current thread unwinds because of a panic, as `std::thread::panicking`.
pub fn panicking() -> bool {
    context::with(|machine| machine.threads[machine.current].panics > 0)
        .unwrap_or_else(std::thread::panicking)
}

/// Calls a closure and catches its panic, as `std::panic::catch_unwind`.
///
/// # Errors
///
/// The payload of the panic.
pub fn catch_unwind<F: FnOnce() -> R + UnwindSafe, R>(f: F) -> std::thread::Result<R> {
    let result = catch(AssertUnwindSafe(f));
    if result.is_err() {
        context::with(|machine| {
            let current = machine.current;
            machine.threads[current].panic_seen = true;
        });
    }
    result
}

/// [`catch_unwind`] where the panic goes on to whoever joins the thread.
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> std::thread::Result<R> {
    let before = context::with(|machine| machine.threads[machine.current].panics);
    let result = std::panic::catch_unwind(AssertUnwindSafe(f));
    let Some(before) = before else { return result };
    match result {
        // Not a panic of the program: the execution is over, and this thread must be unwound to its root.
        Err(payload) if payload.is::<Abort>() => std::panic::resume_unwind(payload),
        result => {
            context::with(|machine| {
                let current = machine.current;
                machine.threads[current].panics = before;
            });
            result
        }
    }
}

/// Panics with a payload and without a message, as `std::panic::resume_unwind`.
pub fn resume_unwind(payload: Box<dyn Any + Send>) -> ! {
    context::with(|machine| {
        let current = machine.current;
        machine.threads[current].panics += 1;
        machine.threads[current].panic_seen = false;
    });
    std::panic::resume_unwind(payload)
}
