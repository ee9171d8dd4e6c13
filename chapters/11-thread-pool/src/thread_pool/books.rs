//! The pool's books: who is there, who does what, and what waits.
//!
//! They are kept in two parts with a lock each, so that who gives tasks and who
//! runs them seldom meet. New tasks come into the [`Back`]. Threads take them
//! from the [`Front`], and move all that has come since to the front when that
//! is empty: one meeting for many tasks. A thread that goes from a task to the
//! next needs the front's lock alone, and a caller whose task finds all
//! possible threads started the back's alone. Whatever needs both takes the
//! back's lock first, and then sees one state of everything: [`Both`].
//!
//! Each task in the queue belongs to a thread, on paper: to one that runs no
//! task, as long as there are such, else it waits. Which thread then takes which
//! task does not matter. So nothing is counted twice: who is idle and what waits
//! follows from `spawned`, `running` and the length of the queue.
//!
//! A thread that runs no task is asleep, or it is *coming*: it will look into
//! both parts of the queue before it goes to sleep. While one is coming, nobody
//! else has to be woken; the one that comes and takes a task wakes the next, if
//! there is more. So:
//!
//! - If there is a task in the queue and somebody sleeps, somebody is coming.

use super::Sizes;
use crate::Task;
use std::collections::VecDeque;
use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, Thread};
use std::time::Instant;

/// What the pool and its threads share.
pub(super) struct Shared {
    pub max_threads: usize,
    /// 0 means any number.
    pub max_waiting: usize,
    /// How often to look again before going to sleep.
    pub looks: u32,
    back: Mutex<Back>,
    front: Mutex<Front>,
    /// With the front: a task has ended, or the pool was closed. There may be
    /// room.
    pub room: Condvar,
    /// With the back: all tasks have run, or the last thread has left.
    pub quiet: Condvar,
}

/// The threads, and the tasks that came last.
#[derive(Default)]
pub(super) struct Back {
    pub tasks: VecDeque<Task>,
    pub spawned: usize,
    pub closed: bool,
    /// Also those that have left, until they are joined. A thread's number is
    /// its place here.
    pub threads: Vec<JoinHandle<()>>,
    /// The numbers of those that sleep, or are just about to.
    asleep: Vec<usize>,
    coming: usize,
    /// How many callers wait in [`Shared::quiet`].
    pub want_quiet: usize,
}

/// The tasks that came first, and how many are being run.
#[derive(Default)]
pub(super) struct Front {
    tasks: VecDeque<Task>,
    running: usize,
    /// How many callers wait in [`Shared::room`].
    pub want_room: usize,
}

/// All the books, locked.
pub(super) struct Both<'a> {
    // Unlocked first.
    pub front: MutexGuard<'a, Front>,
    pub back: MutexGuard<'a, Back>,
}

impl Shared {
    pub fn new(max_threads: usize, max_waiting: usize, looks: u32) -> Shared {
        Shared {
            max_threads,
            max_waiting,
            looks,
            back: Mutex::default(),
            front: Mutex::default(),
            room: Condvar::new(),
            quiet: Condvar::new(),
        }
    }

    // No user code runs under these locks: even poisoned, the books are good.

    pub fn lock_back(&self) -> MutexGuard<'_, Back> {
        self.back.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn lock_front(&self) -> MutexGuard<'_, Front> {
        self.front.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn lock(&self) -> Both<'_> {
        self.lock_too(self.lock_back())
    }

    /// Locks the front, with the back's lock in the hand.
    pub fn lock_too<'a>(&'a self, back: MutexGuard<'a, Back>) -> Both<'a> {
        Both { front: self.lock_front(), back }
    }
}

impl Back {
    pub fn add_thread(&mut self, thread: JoinHandle<()>) {
        self.threads.push(thread);
        self.spawned += 1;
        self.coming += 1;
    }

    /// A thread that runs no task lets go of the lock, and will be back.
    pub fn will_come(&mut self) {
        self.coming += 1;
    }

    /// A thread that was coming has the lock.
    pub fn has_come(&mut self) {
        self.coming -= 1;
    }

    pub fn goes_to_sleep(&mut self, number: usize) {
        self.asleep.push(number);
    }

    pub fn sleeps(&self, number: usize) -> bool {
        self.asleep.contains(&number)
    }

    /// Whom to wake because there is a task, if anybody: the one that fell asleep
    /// last.
    pub fn who_to_wake(&mut self) -> Option<Thread> {
        if self.coming > 0 {
            return None;
        }
        let number = self.asleep.pop()?;
        self.coming += 1;
        Some(self.threads[number].thread().clone())
    }

    /// Nobody sleeps any more; returns who did.
    pub fn wake_all(&mut self) -> Vec<Thread> {
        let asleep = mem::take(&mut self.asleep);
        self.coming += asleep.len();
        asleep.into_iter().map(|number| self.threads[number].thread().clone()).collect()
    }

    /// Whether the calling thread is one of the pool's.
    pub fn called_from_task(&self) -> bool {
        let this = thread::current().id();
        self.threads.iter().any(|thread| thread.thread().id() == this)
    }
}

impl Front {
    /// Takes a task to run it.
    pub fn take(&mut self) -> Option<Task> {
        let task = self.tasks.pop_front()?;
        self.running += 1;
        Some(task)
    }

    /// A task has ended.
    pub fn ended(&mut self) {
        self.running -= 1;
    }
}

impl<'a> Both<'a> {
    pub fn sizes(&self) -> Sizes {
        let (free, queued) = (self.free(), self.queued());
        Sizes {
            spawned: self.back.spawned,
            idle: free.saturating_sub(queued),
            waiting: queued.saturating_sub(free),
        }
    }

    /// Threads that run no task.
    fn free(&self) -> usize {
        self.back.spawned - self.front.running
    }

    fn queued(&self) -> usize {
        self.front.tasks.len() + self.back.tasks.len()
    }

    pub fn has_idle(&self) -> bool {
        self.free() > self.queued()
    }

    /// Whether another task may wait.
    pub fn has_room(&self, max_waiting: usize) -> bool {
        max_waiting == 0 || self.queued() < self.free().saturating_add(max_waiting)
    }

    pub fn is_quiet(&self) -> bool {
        self.front.running == 0 && self.queued() == 0
    }

    /// Takes a task to run it, from wherever there is one.
    pub fn take(&mut self) -> Option<Task> {
        if self.front.tasks.is_empty() {
            mem::swap(&mut self.front.tasks, &mut self.back.tasks);
        }
        self.front.take()
    }

    pub fn unlock_front(self) -> MutexGuard<'a, Back> {
        self.back
    }

    /// Whom to wake because there is still a task, if anybody.
    pub fn who_to_wake(&mut self) -> Option<Thread> {
        if self.queued() == 0 { None } else { self.back.who_to_wake() }
    }

    /// All tasks that nobody has taken, in order.
    pub fn drain(&mut self) -> Vec<Task> {
        let first = mem::take(&mut self.front.tasks);
        first.into_iter().chain(mem::take(&mut self.back.tasks)).collect()
    }
}

/// Waits for a notification, until `deadline` if there is one. False if there
/// was no time left.
pub(super) fn wait<'a, T>(
    condition: &Condvar,
    books: MutexGuard<'a, T>,
    deadline: Option<Instant>,
) -> (MutexGuard<'a, T>, bool) {
    let Some(deadline) = deadline else {
        return (condition.wait(books).unwrap_or_else(PoisonError::into_inner), true);
    };
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return (books, false);
    }
    let waited = condition.wait_timeout(books, left);
    (waited.unwrap_or_else(PoisonError::into_inner).0, true)
}
