//! Queues of which the owner takes at one end, and thieves at the other. What they fight for is the last item.

use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::AtomicUsize;
use explore_engine::sync::atomic::Ordering::SeqCst;
use explore_engine::thread;

/// The items from `head` to `tail` are there: each is its own place.
struct Queue {
    head: AtomicUsize,
    tail: AtomicUsize,
    lock: Mutex<()>,
    /// How often each was taken.
    taken: Vec<AtomicUsize>,
}

impl Queue {
    fn of(items: usize) -> Self {
        let taken = (0..items).map(|_| AtomicUsize::new(0)).collect();
        let (head, tail) = (AtomicUsize::new(0), AtomicUsize::new(items));
        Self { head, tail, lock: Mutex::new(()), taken }
    }

    fn take(&self, item: Option<usize>) {
        if let Some(item) = item {
            assert_eq!(self.taken[item].fetch_add(1, SeqCst), 0, "an item was taken twice");
        }
    }

    /// The owner takes as many items as there were; each of the thieves steals one.
    fn share(
        &self,
        thieves: usize,
        pop: fn(&Self) -> Option<usize>,
        steal: fn(&Self) -> Option<usize>,
    ) {
        thread::scope(|scope| {
            for _ in 0..thieves {
                scope.spawn(|| self.take(steal(self)));
            }
            scope.spawn(|| (0..self.taken.len()).for_each(|_| self.take(pop(self))));
        });
    }

    // With a lock, as Cilk's (Frigo, Leiserson, Randall: "The Implementation of the Cilk-5 Multithreaded Language", PLDI 1998).

    fn steal(&self) -> Option<usize> {
        let _lock = self.lock.lock().unwrap();
        let head = self.head.load(SeqCst);
        self.head.store(head + 1, SeqCst);
        if head < self.tail.load(SeqCst) {
            return Some(head);
        }
        self.head.store(head, SeqCst);
        None
    }

    fn steal_unannounced(&self) -> Option<usize> {
        let _lock = self.lock.lock().unwrap();
        let head = self.head.load(SeqCst);
        if head < self.tail.load(SeqCst) {
            self.head.store(head + 1, SeqCst);
            return Some(head);
        }
        None
    }

    fn pop(&self) -> Option<usize> {
        let last = self.tail.load(SeqCst).checked_sub(1)?;
        self.tail.store(last, SeqCst);
        if self.head.load(SeqCst) <= last {
            return Some(last);
        }
        self.tail.store(last + 1, SeqCst);
        let _lock = self.lock.lock().unwrap();
        if self.head.load(SeqCst) <= last {
            self.tail.store(last, SeqCst);
            return Some(last);
        }
        None
    }

    fn pop_unannounced(&self) -> Option<usize> {
        let last = self.tail.load(SeqCst).checked_sub(1)?;
        if self.head.load(SeqCst) > last {
            return None;
        }
        self.tail.store(last, SeqCst);
        Some(last)
    }

    // With compare-exchange (Chase, Lev: "Dynamic Circular Work-Stealing Deque", SPAA 2005).

    fn steal_by_exchange(&self) -> Option<usize> {
        let head = self.head.load(SeqCst);
        if head >= self.tail.load(SeqCst) {
            return None;
        }
        self.head.compare_exchange(head, head + 1, SeqCst, SeqCst).ok()
    }

    fn steal_by_store(&self) -> Option<usize> {
        let head = self.head.load(SeqCst);
        if head >= self.tail.load(SeqCst) {
            return None;
        }
        self.head.store(head + 1, SeqCst);
        Some(head)
    }

    fn pop_by_exchange(&self) -> Option<usize> {
        self.pop_last(|head| self.head.compare_exchange(head, head + 1, SeqCst, SeqCst).is_ok())
    }

    fn pop_by_store(&self) -> Option<usize> {
        self.pop_last(|head| {
            self.head.store(head + 1, SeqCst);
            true
        })
    }

    fn pop_last(&self, win: impl Fn(usize) -> bool) -> Option<usize> {
        let last = self.tail.load(SeqCst).checked_sub(1)?;
        self.tail.store(last, SeqCst);
        let head = self.head.load(SeqCst);
        if head < last {
            return Some(last);
        }
        let won = head == last && win(head);
        self.tail.store(last + 1, SeqCst);
        won.then_some(last)
    }
}

/// Bug: the owner takes the last item as if no thief could have it.
pub(super) fn last_without_exchange(mended: bool) {
    let pop = if mended { Queue::pop_by_exchange } else { Queue::pop_by_store };
    Queue::of(2).share(1, pop, Queue::steal_by_exchange);
}

/// Bug: a thief moves the head as if there was no other.
pub(super) fn stolen_without_exchange(mended: bool) {
    let steal = if mended { Queue::steal_by_exchange } else { Queue::steal_by_store };
    Queue::of(2).share(2, Queue::pop_by_exchange, steal);
}

/// Bug: the thief looks whether there is an item before it says that it takes one.
pub(super) fn steals_unannounced(mended: bool) {
    let steal = if mended { Queue::steal } else { Queue::steal_unannounced };
    Queue::of(2).share(1, Queue::pop, steal);
}

/// Bug: the owner looks whether there is an item before it says that it takes one.
pub(super) fn pops_unannounced(mended: bool) {
    let pop = if mended { Queue::pop } else { Queue::pop_unannounced };
    Queue::of(2).share(1, pop, Queue::steal);
}
