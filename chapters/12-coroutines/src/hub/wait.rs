//! A line of tasks that wait for the same thing.

use super::scheduler::{about_to_wait, park, try_with, with};
use super::task::TaskRef;
use super::timers::TimerId;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// First come, first served. Everything on the hub that waits does so in one of these.
#[derive(Default)]
pub(super) struct WaitList {
    waiters: RefCell<VecDeque<Rc<Waiter>>>,
    next_ticket: Cell<u64>,
    /// A wake-up is for one waiter, whichever: see [`WaitList::of_rivals`].
    pass_on: bool,
}

struct Waiter {
    ticket: u64,
    task: TaskRef,
    notified: Cell<bool>,
}

/// Leaves the line, however the wait ends.
struct Leave<'a> {
    list: &'a WaitList,
    waiter: Rc<Waiter>,
    timer: Option<TimerId>,
}

impl WaitList {
    /// For those who wait for a fact: what wakes one of them wakes all who wait at that
    /// moment, and nobody who comes later.
    pub(super) const fn new() -> WaitList {
        let waiters = RefCell::new(VecDeque::new());
        WaitList { waiters, next_ticket: Cell::new(0), pass_on: false }
    }

    /// For those who wait for a thing that only one of them gets. If who was woken for it is
    /// interrupted before it could take it, the next one is woken.
    pub(super) const fn of_rivals() -> WaitList {
        let mut list = WaitList::new();
        list.pass_on = true;
        list
    }

    /// Blocks the task until it is notified.
    pub(super) fn wait(&self) {
        self.wait_until(None);
    }

    /// Blocks the task until it is notified, or `due`; true if it was notified.
    pub(super) fn wait_until(&self, due: Option<Instant>) -> bool {
        let task = about_to_wait();
        let ticket = self.next_ticket.replace(self.next_ticket.get() + 1);
        let waiter = Rc::new(Waiter { ticket, task, notified: Cell::new(false) });
        self.waiters.borrow_mut().push_back(waiter.clone());
        let timer =
            due.map(|due| with(|hub| hub.timers.borrow_mut().set(due, waiter.task.clone(), None)));
        let leave = Leave { list: self, waiter, timer };
        loop {
            park();
            if leave.waiter.notified.get() {
                return true;
            }
            if due.is_some_and(|due| due <= Instant::now()) {
                return false;
            }
        }
    }

    /// Wakes who has waited longest, if anybody waits.
    pub(super) fn notify_one(&self) {
        let first = self.waiters.borrow_mut().pop_front();
        if let Some(waiter) = first {
            waiter.notified.set(true);
            // Without a hub nobody waits any more.
            try_with(|hub| hub.make_ready(waiter.task.clone()));
        }
    }

    /// Wakes everybody who waits now.
    pub(super) fn notify_all(&self) {
        for _ in 0..self.len() {
            self.notify_one();
        }
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiters.borrow().len()
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if let Some(timer) = self.timer {
            try_with(|hub| hub.timers.borrow_mut().cancel(timer));
        }
        if !self.waiter.notified.get() {
            let mut waiters = self.list.waiters.borrow_mut();
            if let Ok(place) = waiters.binary_search_by_key(&self.waiter.ticket, |w| w.ticket) {
                waiters.remove(place);
            }
        } else if self.list.pass_on && std::thread::panicking() {
            // Interrupted after it was notified: what it was woken for is somebody else's now.
            self.list.notify_one();
        }
    }
}

/// The moment `duration` from now, `None` if that is further than clocks reach.
pub(super) fn moment_in(duration: Duration) -> Option<Instant> {
    Instant::now().checked_add(duration)
}

/// Blocks the task until `due`.
pub(super) fn sleep_until(due: Option<Instant>) {
    struct Cancel(Option<TimerId>);
    impl Drop for Cancel {
        fn drop(&mut self) {
            if let Some(timer) = self.0 {
                try_with(|hub| hub.timers.borrow_mut().cancel(timer));
            }
        }
    }
    let task = about_to_wait();
    let timer = due.map(|due| with(|hub| hub.timers.borrow_mut().set(due, task, None)));
    let _cancel = Cancel(timer);
    loop {
        park();
        if due.is_some_and(|due| due <= Instant::now()) {
            return;
        }
    }
}
