//! A limit on how long something may wait.

use super::error::Timeout;
use super::scheduler::{try_with, with};
use super::task::{Interrupt, Raised, TaskRef};
use super::timers::TimerId;
use super::wait::moment_in;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

/// Runs `body`; ends it when it waits although `duration` is over.
///
/// The wait in which `body` sleeps then unwinds, out of `body` and no further. A
/// `body` that does not wait cannot be interrupted: nothing on a hub can.
/// Time-outs nest; each ends its own body.
///
/// What `body` has changed stays changed, as after an early `return`.
///
/// # Errors
///
/// [`Timeout`] if it was ended.
///
/// # Panics
///
/// Outside tasks, and with the panic of `body`.
///
/// ```
/// use ch12_coroutines::hub;
/// use std::time::Duration;
///
/// hub::run(|| {
///     let event = hub::Event::new();
///     let result = hub::timeout(Duration::from_millis(1), || event.wait());
///     assert_eq!(result, Err(hub::Timeout));
///     assert_eq!(hub::timeout(Duration::from_secs(3600), || 42), Ok(42));
/// });
/// ```
pub fn timeout<R>(duration: Duration, body: impl FnOnce() -> R) -> Result<R, Timeout> {
    /// Whatever happens, the time-out means nothing once its body is left.
    struct Off {
        task: TaskRef,
        interrupt: Interrupt,
        timer: Option<TimerId>,
    }
    impl Drop for Off {
        fn drop(&mut self) {
            if let Some(timer) = self.timer {
                try_with(|hub| hub.timers.borrow_mut().cancel(timer));
            }
            self.task.forget(self.interrupt);
        }
    }
    let off = with(|hub| {
        let task = hub.current();
        let interrupt = Interrupt::Timeout(hub.next_timeout());
        let timer = moment_in(duration)
            .map(|due| hub.timers.borrow_mut().set(due, task.clone(), Some(interrupt)));
        Off { task, interrupt, timer }
    });
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| match payload.downcast_ref::<Raised>() {
        Some(Raised(interrupt)) if *interrupt == off.interrupt => Timeout,
        _ => resume_unwind(payload),
    })
}
