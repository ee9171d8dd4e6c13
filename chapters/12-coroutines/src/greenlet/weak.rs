//! [`WeakGreenlet`].

use super::Greenlet;
use super::core::Core;
use super::switch::transfer;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;
use std::rc::Weak;

/// A handle that does not keep its greenlet alive.
///
/// What greenlets that switch to each other hold of one another:
///
/// ```
/// use ch12_coroutines::Greenlet;
///
/// let ping = Greenlet::without_run();
/// let pong = Greenlet::without_run();
/// let (to_ping, to_pong) = (ping.downgrade(), pong.downgrade());
/// ping.set_run(move |n: u32| to_pong.switch(n + 1) * 2);
/// pong.set_run(move |n: u32| to_ping.switch(n * 10));
/// assert_eq!(ping.switch(4), 100);
/// assert!(ping.is_dead() && !pong.is_dead());
/// ```
pub struct WeakGreenlet<T: 'static> {
    /// `None` is the main greenlet.
    core: Option<Weak<Core<T>>>,
}

impl<T: 'static> WeakGreenlet<T> {
    pub(super) fn new(core: Option<Weak<Core<T>>>) -> WeakGreenlet<T> {
        WeakGreenlet { core }
    }

    /// A handle that keeps the greenlet alive, unless it has been dropped.
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// let greenlet = Greenlet::new(|()| ());
    /// let weak = greenlet.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(greenlet);
    /// assert!(weak.upgrade().is_none());
    /// ```
    pub fn upgrade(&self) -> Option<Greenlet<T>> {
        match &self.core {
            None => Some(Greenlet::main()),
            Some(weak) => weak.upgrade().map(|core| Greenlet { core: Some(core) }),
        }
    }

    /// [`Greenlet::switch`], without keeping the greenlet alive meanwhile.
    ///
    /// One that has been dropped is dead, and the main greenlet gets `value`.
    ///
    /// # Panics
    ///
    /// As [`Greenlet::switch`].
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// let double = Greenlet::new(|n: u32| 2 * n);
    /// assert_eq!(double.downgrade().switch(4), 8);
    /// ```
    #[inline(always)]
    pub fn switch(&self, value: T) -> T {
        match &self.core {
            Some(weak) if weak.strong_count() > 0 => {
                // SAFETY: a living one is not at null, and something still holds it as an `Rc`.
                unsafe { transfer(Some(NonNull::new_unchecked(weak.as_ptr().cast_mut())), value) }
            }
            _ => switch_to_main(value),
        }
    }
}

/// Apart, so that it does not make the usual switch longer.
#[cold]
fn switch_to_main<T: 'static>(value: T) -> T {
    Greenlet::main().switch(value)
}

impl<T: 'static> Clone for WeakGreenlet<T> {
    fn clone(&self) -> WeakGreenlet<T> {
        WeakGreenlet { core: self.core.clone() }
    }
}

impl<T: 'static> fmt::Debug for WeakGreenlet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakGreenlet(..)")
    }
}

impl<T: 'static> UnwindSafe for WeakGreenlet<T> {}
impl<T: 'static> RefUnwindSafe for WeakGreenlet<T> {}
