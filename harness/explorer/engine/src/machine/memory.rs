//! The memory model: RC11 without load buffering, with each atomic's modification order equal to the order of execution.
//!
//! Every thread has a *view*: for each atomic, the oldest store that it may still read. Reading or writing moves it forward;
//! a release store carries the view with it, and an acquire load that reads the store joins it to its own. That is the
//! operational form of coherence and happens-before (Kang, Hur, Lahav, Vafeiadis, Dreyer: "A Promising Semantics for
//! Relaxed-Memory Concurrency", POPL 2017, without promises; the declarative form is Lahav, Vafeiadis, Kang, Hur, Dreyer:
//! "Repairing Sequential Consistency in C/C++11", PLDI 2017).
//!
//! What an engine that runs programs in order cannot show: a load that reads a store which its own thread makes possible later
//! (load buffering), and stores whose modification order contradicts the order of execution (the weak outcome of 2+2W).

use std::sync::atomic::Ordering;

use crate::search::clock::Clock;

/// A store in the history of an atomic.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The value's bits.
    pub value: u64,
    /// What an acquire load that reads this store learns.
    pub view: Clock,
    /// The step that made it; `None` for the first value.
    pub step: Option<u32>,
    /// Whether it was `SeqCst`.
    pub sc: bool,
    /// The place of the store that wrote the value first: an update that writes what it read repeats it.
    pub since: u16,
}

/// What a thread knows.
#[derive(Clone, Debug, Default)]
pub struct Views {
    /// The oldest store of each atomic that it may read.
    pub current: Clock,
    /// What an acquire fence would add: the views of stores that relaxed loads read.
    pub acquirable: Clock,
    /// What a relaxed store carries: the view at the last release fence.
    pub released: Clock,
}

impl Views {
    /// A load of the store at `place`.
    pub fn load(&mut self, atomic: usize, place: u16, stored: &Stored, order: Ordering) {
        self.current.raise(atomic, place);
        // Time is no knowledge of memory: whoever sees a store comes after it, whatever the orderings.
        self.current.time = self.current.time.max(stored.view.time);
        if acquires(order) {
            self.current.join(&stored.view);
        }
        self.acquirable.join(&stored.view);
    }

    /// The view that a new store at `place` carries. `read` is the store that a read-modify-write replaced: it passes on the release
    /// sequence (RC11 drops only the part that C++20 dropped as well: plain stores by the same thread).
    pub fn store(
        &mut self,
        atomic: usize,
        place: u16,
        order: Ordering,
        read: Option<&Stored>,
    ) -> Clock {
        self.current.raise(atomic, place);
        let mut view = if releases(order) { self.current.clone() } else { self.released.clone() };
        view.raise(atomic, place);
        view.time = self.current.time;
        if let Some(read) = read {
            view.join(&read.view);
        }
        view
    }

    /// A fence. `sc` is what all `SeqCst` fences and stores so far knew, for the whole program.
    pub fn fence(&mut self, order: Ordering, sc: &mut Clock) {
        if acquires(order) {
            self.current.join(&self.acquirable);
        }
        if order == Ordering::SeqCst {
            // Fences are totally ordered, and each makes visible what the earlier ones saw (the order psc of RC11).
            self.current.join(sc);
            sc.clone_from(&self.current);
        }
        if releases(order) {
            self.released.clone_from(&self.current);
        }
    }

    /// Learns what another thread knew when it gave back a lock, sent a message or ended.
    pub fn learn(&mut self, view: &Clock) {
        self.current.join(view);
    }
}

/// Whether a load with this ordering acquires.
pub fn acquires(order: Ordering) -> bool {
    matches!(order, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
}

/// Whether a store with this ordering releases.
pub fn releases(order: Ordering) -> bool {
    matches!(order, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst)
}
