//! [`Greenlet`]: coroutines that switch to one another as equals.

mod core;
mod switch;
mod weak;

use self::core::{Core, State};
use self::switch::{Arrival, Payload, current, transfer, transfer_any};
use std::any::Any;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;
use std::rc::Rc;

pub(crate) use self::switch::{Current, swap_current};
pub use weak::WeakGreenlet;

/// A coroutine with a stack of its own that says itself who runs next.
///
/// [`switch`](Greenlet::switch) puts the running greenlet to sleep in the
/// middle of whatever it does, wakes another one, and carries a value of type
/// `T` there. It returns when somebody switches back, with the value that was
/// brought. Nothing else ever interrupts a greenlet: between two switches no
/// other greenlet of the thread runs, so plain `Cell`s need no lock.
///
/// The code that runs when no greenlet does, `main` say, counts as one too: the
/// *main greenlet*. It needs no making, is never dead, and can be named with
/// [`Greenlet::main`]. Code inside a greenlet of another type is the main
/// greenlet for those of this one.
///
/// Every other greenlet has a *parent*, the one that made it unless
/// [`set_parent`](Greenlet::set_parent) says otherwise. When a greenlet ends,
/// its result goes to its parent, out of the `switch` in which the parent
/// sleeps; when it ends by a panic, the panic goes there. A switch to a dead
/// greenlet is a switch to its parent.
///
/// A `Greenlet` is a handle; clones name the same greenlet. When the last handle
/// of a suspended greenlet is dropped, its stack is unwound, so that everything
/// on it is dropped. Handles kept *on* greenlets' stacks can form a ring that
/// keeps itself alive, as with any `Rc`: give greenlets that name each other
/// [`WeakGreenlet`]s. A greenlet does not keep its parent alive either; a
/// parent that has been dropped is dead, and the main greenlet takes its place.
///
/// Handles stay on their thread: a switch across threads is an error in Python
/// and does not compile here.
///
/// ```
/// use ch12_coroutines::Greenlet;
///
/// let adder = Greenlet::new(|first: u32| {
///     let mut sum = first;
///     for _ in 0..2 {
///         sum += Greenlet::main().switch(sum);
///     }
///     sum
/// });
/// assert_eq!(adder.switch(1), 1);
/// assert_eq!(adder.switch(10), 11);
/// assert_eq!(adder.switch(100), 111);
/// assert!(adder.is_dead());
/// ```
///
/// Modelled on Python's [greenlet](https://greenlet.readthedocs.io); its stack
/// switching is [corosensei](https://docs.rs/corosensei)'s. That one is
/// asymmetric (a coroutine can only go back to whoever resumed it), so a switch
/// between two greenlets goes through the main greenlet's stack, where a small
/// loop sends it on.
///
/// # When not to use it
///
/// To write a sequence lazily, an iterator is lighter. To wait for sockets and
/// clocks, use the [`hub`](crate::hub) or tokio, which know what to wait for.
pub struct Greenlet<T: 'static> {
    /// `None` is the main greenlet.
    core: Option<Rc<Core<T>>>,
}

/// A payload for [`Greenlet::throw`] that ends a greenlet quietly: when it
/// arrives at the top, the value in it goes to the parent as if returned.
///
/// Python calls it `GreenletExit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit<T>(
    /// What the parent gets.
    pub T,
);

/// [`Greenlet::set_parent`] would have made a greenlet its own ancestor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a greenlet cannot be its own parent, nor its parent's parent")]
pub struct CyclicParents;

impl<T: 'static> Greenlet<T> {
    /// A greenlet that will run `run` with the value of the first switch to it.
    ///
    /// Its parent is the greenlet that calls this. Nothing runs yet, and no
    /// stack is taken before the first switch.
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// let double = Greenlet::new(|n: i32| 2 * n);
    /// assert!(!double.has_started());
    /// assert_eq!(double.switch(21), 42);
    /// ```
    pub fn new(run: impl FnOnce(T) -> T + 'static) -> Greenlet<T> {
        Greenlet { core: Some(Core::new(Some(Box::new(run)))) }
    }

    /// A greenlet whose code comes later, by [`set_run`](Greenlet::set_run).
    ///
    /// With it two greenlets can name each other before either has code.
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// let later = Greenlet::without_run();
    /// later.set_run(|n: u32| n + 1);
    /// assert_eq!(later.switch(1), 2);
    /// ```
    pub fn without_run() -> Greenlet<T> {
        Greenlet { core: Some(Core::new(None)) }
    }

    /// Says what the greenlet will run. Example: [`WeakGreenlet`].
    ///
    /// # Panics
    ///
    /// If it has started or ended, or is the main greenlet.
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// let greenlet = Greenlet::new(|n: u32| n + 1);
    /// greenlet.set_run(|n| n + 2); // another, as it has not started
    /// assert_eq!(greenlet.switch(1), 3);
    /// ```
    pub fn set_run(&self, run: impl FnOnce(T) -> T + 'static) {
        let core = self.core.as_ref().expect("the main greenlet already runs");
        assert!(core.set_run(Box::new(run)), "set_run on a greenlet that has already started");
    }

    /// The greenlet that runs now, the main one outside all others.
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// assert!(Greenlet::<()>::current().is_main());
    /// let inner = Greenlet::new(|()| assert!(!Greenlet::<()>::current().is_main()));
    /// inner.switch(());
    /// ```
    pub fn current() -> Greenlet<T> {
        Greenlet { core: current() }
    }

    /// The main greenlet: the code that runs when no greenlet of this type does.
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// let asker = Greenlet::new(|()| Greenlet::main().switch(()));
    /// asker.switch(()); // back here by the switch inside
    /// assert!(!asker.is_dead());
    /// ```
    pub fn main() -> Greenlet<T> {
        Greenlet { core: None }
    }

    /// Is this the main greenlet?
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// assert!(Greenlet::<u32>::main().is_main());
    /// assert!(!Greenlet::new(|n: u32| n).is_main());
    /// ```
    pub fn is_main(&self) -> bool {
        self.core.is_none()
    }

    /// Sleeps here and wakes this greenlet with `value`; returns what the switch
    /// that wakes the caller again brings.
    ///
    /// A greenlet that has not started starts. A dead one passes `value` on
    /// to its parent. A switch to oneself returns `value` at once.
    ///
    /// # Panics
    ///
    /// - With whatever is thrown at the caller while it sleeps: by
    ///   [`throw`](Greenlet::throw), or by a child that ends by a panic.
    /// - If the greenlet is active already: it waits, further out on the same
    ///   chain of calls, for a greenlet of another type.
    /// - If this is the main greenlet, and the caller a greenlet of another type:
    ///   a value of the wrong type, most likely.
    /// - If it has no code yet, or no stack can be had.
    /// - If the caller is being unwound: a destructor must not switch. As that
    ///   is a panic in a destructor, it ends the process.
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// let polite = Greenlet::new(|name: String| {
    ///     let other = Greenlet::main().switch(format!("hello, {name}"));
    ///     format!("goodbye, {other}")
    /// });
    /// assert_eq!(polite.switch("Ann".into()), "hello, Ann");
    /// assert_eq!(polite.switch("Bob".into()), "goodbye, Bob");
    /// ```
    #[inline(always)]
    pub fn switch(&self, value: T) -> T {
        let core = self.core.as_ref().map(|core| NonNull::from(&**core));
        // SAFETY: `self` has it from an `Rc`.
        unsafe { transfer(core, value) }
    }

    /// Like [`switch`](Greenlet::switch), but the greenlet wakes by a panic with
    /// `payload`, which it can catch (`std::panic::catch_unwind`).
    ///
    /// If it does not, the greenlet ends and the panic goes to its parent. A
    /// greenlet that has not started, or is dead, cannot catch anything: the
    /// panic goes to its parent at once. No message is printed.
    /// An [`Exit`] goes to the parent as a value instead.
    ///
    /// ```
    /// # use ch12_coroutines::{Exit, Greenlet};
    /// let sleeper = Greenlet::new(|()| { Greenlet::main().switch(()); unreachable!() });
    /// sleeper.switch(());
    /// sleeper.throw(Exit(()));
    /// assert!(sleeper.is_dead());
    /// ```
    ///
    /// # Panics
    ///
    /// As [`switch`](Greenlet::switch).
    pub fn throw<P: Any + Send>(&self, payload: P) -> T {
        let payload: Payload = Box::new(Box::new(payload));
        transfer_any(self.clone(), Arrival::Thrown(payload))
    }

    /// Has it ended?
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// let once = Greenlet::new(|()| ());
    /// assert!(!once.is_dead());
    /// once.switch(());
    /// assert!(once.is_dead());
    /// ```
    pub fn is_dead(&self) -> bool {
        self.core.as_ref().is_some_and(|core| core.state() == State::Dead)
    }

    /// Has anything switched to it yet? It may have ended since.
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// let once = Greenlet::new(|()| ());
    /// assert!(!once.has_started());
    /// once.switch(());
    /// assert!(once.has_started());
    /// ```
    pub fn has_started(&self) -> bool {
        let fresh = |core: &Rc<Core<T>>| matches!(core.state(), State::Unset | State::Fresh);
        !self.core.as_ref().is_some_and(fresh)
    }

    /// Who gets its result; `None` for the main greenlet.
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// let child = Greenlet::new(|()| ());
    /// assert!(child.parent().unwrap().is_main());
    /// ```
    pub fn parent(&self) -> Option<Greenlet<T>> {
        self.core.as_ref().map(|core| Greenlet { core: core.parent() })
    }

    /// Sends its result to `parent` from now on.
    ///
    /// # Errors
    ///
    /// [`CyclicParents`], and nothing is changed.
    ///
    /// # Panics
    ///
    /// For the main greenlet, which has no parent.
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// let collector = Greenlet::new(|result: u32| 100 + result);
    /// let worker = Greenlet::new(|n: u32| n + 1);
    /// worker.set_parent(&collector)?;
    /// assert_eq!(worker.switch(1), 102); // through the collector
    /// # Ok::<(), ch12_coroutines::CyclicParents>(())
    /// ```
    pub fn set_parent(&self, parent: &Greenlet<T>) -> Result<(), CyclicParents> {
        let core = self.core.as_ref().expect("the main greenlet has no parent");
        if core.set_parent(parent.core.clone()) { Ok(()) } else { Err(CyclicParents) }
    }

    /// A handle that does not keep the greenlet alive.
    ///
    /// ```
    /// # use ch12_coroutines::Greenlet;
    /// let greenlet = Greenlet::new(|()| ());
    /// let weak = greenlet.downgrade();
    /// drop(greenlet);
    /// assert!(weak.upgrade().is_none());
    /// ```
    pub fn downgrade(&self) -> WeakGreenlet<T> {
        WeakGreenlet::new(self.core.as_ref().map(Rc::downgrade))
    }
}

impl<T: 'static> Clone for Greenlet<T> {
    #[inline(always)]
    fn clone(&self) -> Greenlet<T> {
        Greenlet { core: self.core.clone() }
    }
}

impl<T: 'static> PartialEq for Greenlet<T> {
    /// Do both name the same greenlet?
    fn eq(&self, other: &Greenlet<T>) -> bool {
        self.core.as_ref().map(Rc::as_ptr) == other.core.as_ref().map(Rc::as_ptr)
    }
}

impl<T: 'static> Eq for Greenlet<T> {}

impl<T: 'static> fmt::Debug for Greenlet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.core.as_ref().map(|core| core.state()) {
            None => "main",
            Some(State::Unset) => "without code",
            Some(State::Fresh) => "not started",
            Some(State::Suspended) => "suspended",
            Some(State::Active) => "active",
            Some(State::Dead) => "dead",
        };
        f.debug_struct("Greenlet").field("state", &state).finish_non_exhaustive()
    }
}

// A panic leaves a greenlet dead or untouched, never half-way.
impl<T: 'static> UnwindSafe for Greenlet<T> {}
impl<T: 'static> RefUnwindSafe for Greenlet<T> {}
