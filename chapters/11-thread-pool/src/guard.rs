//! Something to be done at the end of a scope, whatever ends it.

use std::fmt;
use std::ops::{Deref, DerefMut};

/// A value, and what is to be done with it when the guard is dropped.
///
/// Made by [`guard`] or [`defer`]. Guards are dropped in the reverse order of
/// their making, at the end of their scope: at its last line, at a `return`, at
/// a `?` and in a panic alike.
///
/// The crate scopeguard has the same and more.
///
/// # Panics
///
/// To drop it passes on a panic of what is to be done. The guards that were made
/// earlier are still dropped. If it is a panic that drops the guard, a second one
/// ends the process, as it does in any destructor: what is done at the end should
/// not panic.
#[must_use = "a guard that is not bound to a name runs at once"]
pub struct Guard<T, F: FnOnce(T)> {
    // None only while the guard is taken apart.
    parts: Option<(T, F)>,
}

/// Runs `at_end` with `value` when the guard is dropped. Until then the guard
/// stands for the value.
///
/// # Panics
///
/// Never; to drop the [`Guard`] may.
///
/// ```
/// let mut seen = Vec::new();
/// {
///     let mut text = ch11_thread_pool::guard(String::from("a"), |text| seen.push(text));
///     text.push('b');
/// }
/// assert_eq!(seen, ["ab"]);
/// ```
pub fn guard<T, F: FnOnce(T)>(value: T, at_end: F) -> Guard<T, F> {
    Guard { parts: Some((value, at_end)) }
}

/// Runs `at_end` when the guard is dropped.
///
/// # Panics
///
/// Never; to drop the [`Guard`] may.
///
/// ```
/// use ch11_thread_pool::defer;
/// use std::cell::RefCell;
///
/// let marks = RefCell::new(Vec::new());
/// {
///     let _first = defer(|| marks.borrow_mut().push("made first, dropped last"));
///     let _second = defer(|| marks.borrow_mut().push("made last, dropped first"));
/// }
/// assert_eq!(marks.into_inner(), ["made last, dropped first", "made first, dropped last"]);
/// ```
pub fn defer(at_end: impl FnOnce()) -> Guard<(), impl FnOnce(())> {
    guard((), |()| at_end())
}

impl<T, F: FnOnce(T)> Guard<T, F> {
    /// Returns the value and does nothing at the end.
    ///
    /// A function of the type and not a method, so that it hides no method of
    /// the value.
    ///
    /// ```
    /// use ch11_thread_pool::{Guard, guard};
    /// let text = guard("kept", |_| panic!("never runs"));
    /// assert_eq!(Guard::into_inner(text), "kept");
    /// ```
    pub fn into_inner(mut guard: Guard<T, F>) -> T {
        guard.parts.take().expect(WHOLE).0
    }
}

const WHOLE: &str = "a guard is taken apart only by what consumes it";

impl<T, F: FnOnce(T)> Drop for Guard<T, F> {
    fn drop(&mut self) {
        if let Some((value, at_end)) = self.parts.take() {
            at_end(value);
        }
    }
}

impl<T, F: FnOnce(T)> Deref for Guard<T, F> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.parts.as_ref().expect(WHOLE).0
    }
}

impl<T, F: FnOnce(T)> DerefMut for Guard<T, F> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.parts.as_mut().expect(WHOLE).0
    }
}

impl<T: fmt::Debug, F: FnOnce(T)> fmt::Debug for Guard<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Guard").field(&**self).finish()
    }
}
