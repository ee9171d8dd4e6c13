//! Small programs with one bug each, and correct ones beside them.
//!
//! The same source runs on every engine that it is measured on: the module around it gives it `super::facade`, with `sync` and
//! `thread` in the shape of `std`'s. A bug shows as a panic or a deadlock.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::facade::sync::atomic::AtomicUsize;
use super::facade::sync::{Condvar, Mutex};
use super::facade::thread::{self, JoinHandle};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

fn join(handles: Vec<JoinHandle<()>>) {
    for handle in handles {
        handle.join().unwrap();
    }
}

/// Threads add to a counter by a load and a store.
pub fn counter(threads: usize, times: usize) -> usize {
    let counter = Arc::new(AtomicUsize::new(0));
    let add = || {
        let counter = Arc::clone(&counter);
        thread::spawn(move || {
            for _ in 0..times {
                let value = counter.load(SeqCst);
                counter.store(value + 1, SeqCst);
            }
        })
    };
    let handles = (0..threads).map(|_| add()).collect();
    join(handles);
    counter.load(SeqCst)
}

/// Bug: two threads read the same value.
pub fn lost_update() {
    assert_eq!(counter(2, 1), 2, "an update is lost");
}

/// A queue of one place.
struct Queue {
    items: Mutex<VecDeque<u8>>,
    not_empty: Condvar,
    not_full: Condvar,
}

impl Queue {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            items: Mutex::new(VecDeque::new()),
            not_empty: Condvar::new(),
            not_full: Condvar::new(),
        })
    }

    fn put(&self, item: u8) {
        let mut items = self.items.lock().unwrap();
        while items.len() == 1 {
            items = self.not_full.wait(items).unwrap();
        }
        items.push_back(item);
        self.not_empty.notify_one();
    }

    fn get(&self) -> u8 {
        let mut items = self.items.lock().unwrap();
        while items.is_empty() {
            items = self.not_empty.wait(items).unwrap();
        }
        let item = items.pop_front().unwrap();
        self.not_full.notify_one();
        item
    }

    fn get_if(&self) -> u8 {
        let mut items = self.items.lock().unwrap();
        if items.is_empty() {
            items = self.not_empty.wait(items).unwrap();
        }
        let item = items.pop_front().expect("woken although the queue is empty");
        self.not_full.notify_one();
        item
    }

    /// Both sides wait at the same condition variable.
    fn put_shared(&self, item: u8) {
        let mut items = self.items.lock().unwrap();
        while items.len() == 1 {
            items = self.not_empty.wait(items).unwrap();
        }
        items.push_back(item);
        self.not_empty.notify_one();
    }

    fn get_shared(&self) -> u8 {
        let mut items = self.items.lock().unwrap();
        while items.is_empty() {
            items = self.not_empty.wait(items).unwrap();
        }
        self.not_empty.notify_one();
        items.pop_front().unwrap()
    }
}

/// Two producers and two consumers.
fn two_and_two(put: fn(&Queue, u8), get: fn(&Queue) -> u8) {
    let queue = Queue::new();
    let mut handles = Vec::new();
    for item in 0..2 {
        let queue = Arc::clone(&queue);
        handles.push(thread::spawn(move || put(&queue, item)));
    }
    for _ in 0..2 {
        let queue = Arc::clone(&queue);
        handles.push(thread::spawn(move || {
            get(&queue);
        }));
    }
    join(handles);
}

/// Bug: `if` around `wait`. Between the notification and the waking another consumer takes the item.
pub fn if_around_wait() {
    two_and_two(Queue::put, Queue::get_if);
}

/// Bug: one condition variable for two conditions. `notify_one` wakes somebody of the same side.
pub fn one_condvar_for_two_conditions() {
    two_and_two(Queue::put_shared, Queue::get_shared);
}

/// Correct: each condition has its own condition variable.
pub fn queue() {
    two_and_two(Queue::put, Queue::get);
}

/// Bug, if wake-ups can be spurious: `if` around `wait`, with a notification that cannot be stolen.
pub fn if_that_needs_a_spurious_wake_up() {
    let queue = Queue::new();
    let other = Arc::clone(&queue);
    let consumer = thread::spawn(move || {
        other.get_if();
    });
    queue.put(1);
    consumer.join().unwrap();
}

/// An event that happens once.
struct Event {
    set: Mutex<bool>,
    happened: Condvar,
}

fn event(waiters: usize, notify: fn(&Condvar)) {
    let event = Arc::new(Event { set: Mutex::new(false), happened: Condvar::new() });
    let wait = || {
        let event = Arc::clone(&event);
        thread::spawn(move || {
            let mut set = event.set.lock().unwrap();
            while !*set {
                set = event.happened.wait(set).unwrap();
            }
        })
    };
    let handles = (0..waiters).map(|_| wait()).collect();
    *event.set.lock().unwrap() = true;
    notify(&event.happened);
    join(handles);
}

/// Bug: `notify_one` where all who wait must wake.
pub fn one_where_all_are_needed() {
    event(2, |happened| happened.notify_one());
}

/// Correct: all are woken.
pub fn event_3() {
    event(3, |happened| happened.notify_all());
}

/// Bug: two locks, taken in two orders.
pub fn ab_ba() {
    let locks = Arc::new((Mutex::new(0), Mutex::new(0)));
    let other = Arc::clone(&locks);
    let handle = thread::spawn(move || {
        let _a = other.0.lock().unwrap();
        let _b = other.1.lock().unwrap();
    });
    {
        let _b = locks.1.lock().unwrap();
        let _a = locks.0.lock().unwrap();
    }
    handle.join().unwrap();
}

/// A lock that its owner may take again. `release` does not ask who calls it.
struct ReentrantLock {
    /// Who has it, and how often.
    state: Mutex<(Option<usize>, usize)>,
    free: Condvar,
}

impl ReentrantLock {
    fn acquire(&self, me: usize) {
        let mut state = self.state.lock().unwrap();
        while state.0.is_some_and(|owner| owner != me) {
            state = self.free.wait(state).unwrap();
        }
        *state = (Some(me), state.1 + 1);
    }

    fn release(&self) {
        let mut state = self.state.lock().unwrap();
        state.1 = state.1.saturating_sub(1);
        if state.1 == 0 {
            state.0 = None;
            self.free.notify_one();
        }
    }
}

/// Bug: a reentrant lock is released by a thread that does not have it.
pub fn released_by_a_stranger() {
    let state = Mutex::new((None, 0));
    let lock = Arc::new((ReentrantLock { state, free: Condvar::new() }, AtomicUsize::new(0)));
    let mut handles = Vec::new();
    for me in 1..=2 {
        let lock = Arc::clone(&lock);
        handles.push(thread::spawn(move || {
            lock.0.acquire(me);
            assert_eq!(lock.1.fetch_add(1, SeqCst), 0, "two threads are inside");
            lock.1.fetch_sub(1, SeqCst);
            lock.0.release();
        }));
    }
    lock.0.release();
    join(handles);
}

/// Bug: a flag that is set with `Relaxed` publishes nothing.
pub fn relaxed_publication() {
    let shared = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let other = Arc::clone(&shared);
    let writer = thread::spawn(move || {
        other.0.store(42, Relaxed);
        other.1.store(1, Relaxed);
    });
    if shared.1.load(Acquire) == 1 {
        assert_eq!(shared.0.load(Relaxed), 42, "the flag was seen before the data");
    }
    writer.join().unwrap();
}

/// Correct: the flag is set with `Release`.
pub fn released_publication() {
    let shared = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let other = Arc::clone(&shared);
    let writer = thread::spawn(move || {
        other.0.store(42, Relaxed);
        other.1.store(1, Release);
    });
    if shared.1.load(Acquire) == 1 {
        assert_eq!(shared.0.load(Relaxed), 42);
    }
    writer.join().unwrap();
}

/// Correct: nobody notifies, so the time-out ends the wait.
pub fn wait_timeout() {
    let (lock, condvar) = (Mutex::new(false), Condvar::new());
    let guard = lock.lock().unwrap();
    let (guard, result) = condvar.wait_timeout(guard, Duration::from_millis(1)).unwrap();
    assert!(result.timed_out() && !*guard);
}

type Job = Box<dyn FnOnce() + Send>;

/// What the workers of a pool share: the jobs, and whether more can come.
struct Work {
    jobs: Mutex<(VecDeque<Job>, bool)>,
    changed: Condvar,
}

impl Work {
    fn next(&self) -> Option<Job> {
        let mut jobs = self.jobs.lock().unwrap();
        loop {
            if let Some(job) = jobs.0.pop_front() {
                return Some(job);
            }
            if jobs.1 {
                return None;
            }
            jobs = self.changed.wait(jobs).unwrap();
        }
    }
}

/// Correct: a thread pool that does all jobs before it ends.
pub fn pool(workers: usize, jobs: usize) {
    let work =
        Arc::new(Work { jobs: Mutex::new((VecDeque::new(), false)), changed: Condvar::new() });
    let done = Arc::new(AtomicUsize::new(0));
    let start = || {
        let work = Arc::clone(&work);
        thread::spawn(move || {
            while let Some(job) = work.next() {
                job();
            }
        })
    };
    let handles = (0..workers).map(|_| start()).collect();
    for _ in 0..jobs {
        let done = Arc::clone(&done);
        let job = move || {
            done.fetch_add(1, SeqCst);
        };
        work.jobs.lock().unwrap().0.push_back(Box::new(job));
        work.changed.notify_one();
    }
    work.jobs.lock().unwrap().1 = true;
    work.changed.notify_all();
    join(handles);
    assert_eq!(done.load(SeqCst), jobs);
}
