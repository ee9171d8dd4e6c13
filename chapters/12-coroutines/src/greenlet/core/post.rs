//! What a greenlet gets when it wakes, and what it leaves when it goes to sleep.

use super::{Core, State};
use crate::greenlet::Greenlet;
use crate::greenlet::switch::Arrival;
use std::panic::resume_unwind;
use std::ptr;
use std::rc::Rc;

/// What a greenlet says when it goes to sleep: who is next. One of
///
/// - a greenlet: it is suspended, and its post has been filled;
/// - [`MAIN`]: the main greenlet, with the value in the post of the one that says so;
/// - [`ASIDE`]: see its `onward`, and its own post for what to bring there.
///
/// No more than a pointer, because corosensei passes that in a register.
pub(in crate::greenlet) type Next<T> = *const Core<T>;

/// See [`Next`].
pub(in crate::greenlet) const MAIN: usize = 0;
/// See [`Next`].
pub(in crate::greenlet) const ASIDE: usize = 1;

impl<T: 'static> Core<T> {
    /// Fills the post, which must be empty.
    #[inline(always)]
    pub(in crate::greenlet) fn put_value(&self, value: T) {
        // SAFETY: nobody keeps a reference into it.
        unsafe { (*self.value.get()).write(value) };
    }

    /// Empties the post.
    ///
    /// # Safety
    ///
    /// A value is in it.
    #[inline(always)]
    pub(in crate::greenlet) unsafe fn take_value(&self) -> T {
        // SAFETY: by contract; nobody keeps a reference into it.
        unsafe { (*self.value.get()).assume_init_read() }
    }

    /// As [`put_value`](Core::put_value), for any arrival.
    pub(super) fn put(&self, arrival: Arrival<T>) {
        match arrival {
            Arrival::Value(value) => self.put_value(value),
            Arrival::Thrown(payload) => self.thrown.set(Some(payload)),
        }
    }

    /// Empties the post.
    ///
    /// # Safety
    ///
    /// Something is in it.
    pub(super) unsafe fn take(&self) -> Arrival<T> {
        match self.thrown.take() {
            Some(payload) => Arrival::Thrown(payload),
            // SAFETY: by contract, and it is not `thrown`.
            None => Arrival::Value(unsafe { self.take_value() }),
        }
    }

    /// Is what is in the post a panic?
    #[inline(always)]
    fn is_thrown(&self) -> bool {
        // SAFETY: nobody keeps a reference into the cell.
        unsafe { (*self.thrown.as_ptr()).is_some() }
    }

    /// Fills the post of this greenlet, which has just been found ready.
    #[cold]
    pub(in crate::greenlet) fn send(&self, arrival: Arrival<T>) {
        assert!(self.state.get() == State::Suspended, "only a suspended greenlet is sent anything");
        self.put(arrival);
    }

    /// Before a greenlet goes to sleep, and before it fills anybody's post.
    #[inline(always)]
    pub(in crate::greenlet) fn assert_can_sleep() {
        assert!(
            !std::thread::panicking(),
            "a destructor that runs because of a panic must not switch to another greenlet"
        );
    }

    /// Suspends this greenlet; returns what arrives when it is resumed.
    ///
    /// # Safety
    ///
    /// This greenlet runs: the caller is on its stack, or on one that was
    /// switched to from there and not by a greenlet of this type. What [`Next`] says
    /// of posts has been seen to.
    #[inline(always)]
    pub(in crate::greenlet) unsafe fn sleep(&self, next: Next<T>) -> T {
        // SAFETY: set when the greenlet started; the yielder lives at the base of its stack.
        unsafe { &*self.yielder.get() }.suspend(next);
        if self.is_thrown() {
            self.raise();
        }
        // SAFETY: who resumes a greenlet has filled its post, and not with a panic.
        unsafe { self.take_value() }
    }

    #[cold]
    fn raise(&self) -> ! {
        resume_unwind(*self.thrown.take().expect("a panic was found here"));
    }

    /// As [`sleep`](Core::sleep), for any target and arrival.
    ///
    /// # Safety
    ///
    /// This greenlet runs, as for `sleep`.
    #[cold]
    pub(in crate::greenlet) unsafe fn depart(
        &self,
        mut target: Greenlet<T>,
        arrival: Arrival<T>,
    ) -> T {
        self.put(arrival);
        self.onward.set(target.core.take());
        // SAFETY: by contract; the post has been filled.
        unsafe { self.sleep(ptr::without_provenance(ASIDE)) }
    }

    /// Turns any [`Next`] of this greenlet into [`ASIDE`].
    #[cold]
    pub(super) fn turn_aside(&self, next: Next<T>) -> Next<T> {
        if next.addr() > ASIDE {
            // SAFETY: it lives, as nothing has run since this greenlet found it; handles are `Rc`s.
            let target = unsafe {
                Rc::increment_strong_count(next);
                Rc::from_raw(next)
            };
            // SAFETY: the one that departed has filled it.
            self.put(unsafe { target.take() });
            self.onward.set(Some(target));
        }
        ptr::without_provenance(ASIDE)
    }

    /// Where this greenlet has departed for, after it said [`ASIDE`], and with what.
    ///
    /// # Safety
    ///
    /// It has said so, and nobody has asked yet. If it was an orphan, it is gone afterwards.
    #[cold]
    pub(in crate::greenlet) unsafe fn settle(this: *const Core<T>) -> (Greenlet<T>, Arrival<T>) {
        // SAFETY: alive until its orphan's handle is dropped, at the end.
        let core = unsafe { &*this };
        let target = Greenlet { core: core.onward.take() };
        // SAFETY: filled by who said `ASIDE`.
        let arrival = unsafe { core.take() };
        if core.orphan.take() {
            // SAFETY: that handle did not give up its count.
            drop(Greenlet { core: Some(unsafe { Rc::from_raw(this) }) });
        }
        (target, arrival)
    }
}
