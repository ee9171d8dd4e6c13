//! Who waits for a condition, in the order of arrival.
//!
//! Each waiter has a ticket of its own. A notification marks tickets, so it
//! reaches exactly those that it was meant for: a thread that arrives later
//! cannot take it away, and a thread that wakes up unmarked sleeps on.

use std::collections::VecDeque;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Release},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::Instant;

#[derive(Default)]
pub(crate) struct WaitList {
    /// First come, first served: arrivals at the back, notifications in front.
    tickets: Mutex<VecDeque<Arc<Ticket>>>,
}

pub(crate) struct Ticket {
    holder: Thread,
    notified: AtomicBool,
}

impl WaitList {
    pub(crate) const fn new() -> WaitList {
        WaitList { tickets: Mutex::new(VecDeque::new()) }
    }

    /// Puts the calling thread at the end of the line.
    pub(crate) fn arrive(&self) -> Arc<Ticket> {
        let ticket =
            Arc::new(Ticket { holder: thread::current(), notified: AtomicBool::new(false) });
        self.tickets().push_back(Arc::clone(&ticket));
        ticket
    }

    /// Takes `ticket` out of the line. Says whether it still stood there; if
    /// not, a notification has reached it.
    pub(crate) fn leave(&self, ticket: &Arc<Ticket>) -> bool {
        let mut tickets = self.tickets();
        let place = tickets.iter().position(|other| Arc::ptr_eq(other, ticket));
        place.and_then(|place| tickets.remove(place)).is_some()
    }

    /// Notifies the first `n`, and says how many that were.
    pub(crate) fn notify(&self, n: usize) -> usize {
        let mut tickets = self.tickets();
        let n = n.min(tickets.len());
        let first: Vec<_> = tickets.drain(..n).collect();
        drop(tickets);
        for ticket in first {
            ticket.notified.store(true, Release);
            ticket.holder.unpark();
        }
        n
    }

    pub(crate) fn len(&self) -> usize {
        self.tickets().len()
    }

    fn tickets(&self) -> MutexGuard<'_, VecDeque<Arc<Ticket>>> {
        // No user code runs under this mutex: even poisoned, the line is good.
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// Blocks the holder until it is notified or `deadline` has passed. Says
    /// whether it was notified.
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> bool {
        while !self.notified.load(Acquire) {
            let Some(deadline) = deadline else {
                thread::park();
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            thread::park_timeout(left);
        }
        true
    }
}
