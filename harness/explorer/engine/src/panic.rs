//! Panics under exploration: counted for each thread of the program, silent, and never confused with the end of an execution.
//!
//! `std` counts panics for each thread of the operating system. All threads of an explored program share one, and may take turns
//! while one of them unwinds, so that count says nothing there.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo, UnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Once, PoisonError, RwLock};

use crate::machine::{context, debugger, plain};

/// What is called when a thread panics.
pub type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>;

/// The hook for panics outside of executions, if the program has set one.
static OUTSIDE: RwLock<Option<Arc<Hook>>> = RwLock::new(None);

/// Makes panics inside an execution silent and noted, and leaves all others to the hook that was there.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let first = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if info.payload().is::<Forgotten>() {
                HAS_FORGOTTEN.store(true, Relaxed);
                // std counts no panic here, as it is in a hook, and counts one off when it is caught.
                let _ = std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new(Forgotten)));
                return;
            }
            if let Some(hook) = note(info) {
                debugger::panicked(info.location());
                if let Some(hook) = hook {
                    call_explored(&hook, info);
                }
                return;
            }
            if context::is_exploring() {
                own_fault(info);
            }
            let outside = OUTSIDE.read().unwrap_or_else(PoisonError::into_inner).clone();
            match outside {
                Some(hook) => hook(info),
                None => first(info),
            }
        }));
    });
}

/// The explorer itself panics in the midst of an execution. That ends the process, as nothing can unwind from one stack to another, and with it goes what a test harness has captured.
fn own_fault(info: &PanicHookInfo<'_>) {
    let text = format!("the explorer has a fault of its own: {info}\n");
    // SAFETY: the text is there for as long as the call takes. What cannot be written is lost.
    let _ = unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
}

/// Calls the hook that an explored program has set. Threads cannot take turns meanwhile: `std` ends the process if one panics while
/// another is in its hook, and explored threads are one to it.
fn call_explored(hook: &Hook, info: &PanicHookInfo<'_>) {
    context::with(|machine| machine.in_hook = true);
    hook(info);
    context::with(|machine| machine.in_hook = false);
}

/// The payload of a panic that stands for one that never comes to its end.
struct Forgotten;

/// Whether the hook has seen one of these.
static HAS_FORGOTTEN: AtomicBool = AtomicBool::new(false);

/// Threads of an execution were left behind while they panicked. To std this thread of the operating system panics ever since, once for each of their panics.
pub(crate) fn forget_unwinding() {
    for _ in 0..1000 {
        if !std::thread::panicking() {
            return;
        }
        let _ = std::panic::catch_unwind(|| std::panic::panic_any(Forgotten));
        if !HAS_FORGOTTEN.load(Relaxed) {
            // The hook is not the engine's any more.
            return;
        }
    }
}

/// A thread was left behind inside a hook: to std it still panics, and the next panic would be the end of the process.
static NEVER_AGAIN: AtomicBool = AtomicBool::new(false);

/// Notes that a thread is left behind inside its hook.
pub(crate) fn never_again() {
    NEVER_AGAIN.store(true, Relaxed);
}

/// Whether nothing more can be explored in this process.
pub(crate) fn is_spent() -> bool {
    NEVER_AGAIN.load(Relaxed)
}

/// Writes the panic down. Returns the hook of the explored program; `None` outside of executions.
fn note(info: &PanicHookInfo<'_>) -> Option<Option<Arc<Hook>>> {
    plain::asks_who();
    context::with(|machine| {
        let message = info.payload_as_str().unwrap_or("a value that is no text").to_owned();
        let at = info.location().map(trace::Location::from);
        // Nothing else on the stable toolchain says whether a panic unwinds.
        let unwinds = !format!("{info:?}").contains("can_unwind: false");
        machine.uses_hook(false);
        machine.raise(message, at, unwinds);
        machine.hook.clone()
    })
}

/// Replaces what is called when a thread panics, as `std::panic::set_hook`. An explored program whose hook uses locks,
/// atomics or the like is refused when it panics.
///
/// # Panics
///
/// If the current thread panics already.
pub fn set_hook(hook: Hook) {
    assert!(!panicking(), "cannot modify the panic hook from a panicking thread");
    let mut hook = Some(Arc::new(hook));
    let before = context::with(|machine| {
        machine.uses_hook(true);
        std::mem::replace(&mut machine.hook, hook.take())
    });
    match before {
        // Its destructor is the program's, and may do what the program may.
        Some(before) => {
            let _user = plain::as_the_user();
            drop(before);
        }
        None => {
            install_hook();
            *OUTSIDE.write().unwrap_or_else(PoisonError::into_inner) = hook;
        }
    }
}

/// Takes back what was set by [`set_hook`], or what is there from the start, as `std::panic::take_hook`.
///
/// # Panics
///
/// If the current thread panics already.
#[must_use]
pub fn take_hook() -> Hook {
    assert!(!panicking(), "cannot modify the panic hook from a panicking thread");
    let first = || -> Hook { Box::new(default_hook) };
    let taken = context::with(|machine| {
        machine.uses_hook(true);
        machine.hook.take()
    });
    let hook = match taken {
        Some(explored) => explored,
        None => OUTSIDE.write().unwrap_or_else(PoisonError::into_inner).take(),
    };
    hook.map_or_else(first, |hook| Box::new(move |info| hook(info)))
}

/// What `std` does: its own hook cannot be called while another is installed. Explored panics are shown by the verdict.
fn default_hook(info: &PanicHookInfo<'_>) {
    if context::is_exploring() {
        return;
    }
    let current = crate::thread::current();
    std::eprintln!("\nthread '{}' {info}", current.name().unwrap_or("<unnamed>"));
}

/// Whether the current thread unwinds because of a panic, as `std::thread::panicking`.
#[must_use]
pub fn panicking() -> bool {
    plain::asks_who();
    context::with(|machine| machine.threads[machine.current].panics > 0)
        .unwrap_or_else(std::thread::panicking)
}

/// Whether a look that shows a value may be a step of the explored program. While std prepares a panic it may not: the message is
/// put together then, and the turn cannot be given away. Nor may it be a look without a step, which no order would be tried for: a program can
/// catch its panic and read the message, and a value's own `Debug` can change what is behind a shared reference.
pub(crate) fn may_look() -> bool {
    !std::thread::panicking()
}

/// What is shown in the place of a value that may not be looked at.
pub(crate) const NOT_LOOKED_AT: fmt::Arguments<'static> = format_args!("<not looked at>");

/// Calls a closure and catches its panic, as `std::panic::catch_unwind`.
///
/// # Errors
///
/// The payload of the panic.
pub fn catch_unwind<F: FnOnce() -> R + UnwindSafe, R>(f: F) -> std::thread::Result<R> {
    let result = catch(AssertUnwindSafe(f));
    if result.is_err() {
        context::with(|machine| machine.caught());
    }
    result
}

/// [`catch_unwind`] where the panic goes on to whoever joins the thread.
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> std::thread::Result<R> {
    let mut f = Some(f);
    let mut value = None;
    catch_dyn(&mut || value = f.take().map(|f| f()))?;
    Ok(value.expect("the closure returned"))
}

/// [`catch`] without its types: compiled once.
pub(crate) fn catch_dyn(f: &mut dyn FnMut()) -> std::thread::Result<()> {
    let before = context::with(|machine| machine.threads[machine.current].panics);
    let result = std::panic::catch_unwind(AssertUnwindSafe(f));
    let Some(before) = before else { return result };
    context::with(|machine| {
        let current = machine.current;
        machine.threads[current].panics = before;
    });
    result
}

/// Panics with a payload and without a message, as `std::panic::resume_unwind`.
pub fn resume_unwind(payload: Box<dyn Any + Send>) -> ! {
    plain::asks_who();
    context::with(|machine| machine.resume());
    std::panic::resume_unwind(payload)
}

/// Goes on with a panic that was only held up.
pub(crate) fn go_on(payload: Box<dyn Any + Send>) -> ! {
    context::with(|machine| {
        let current = machine.current;
        machine.threads[current].panics += 1;
    });
    std::panic::resume_unwind(payload)
}
