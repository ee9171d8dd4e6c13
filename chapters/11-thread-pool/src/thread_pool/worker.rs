//! What a thread of the pool does.

use super::books::{Back, Shared};
use crate::Task;
use std::io;
use std::sync::{Arc, MutexGuard};
use std::thread::{self, JoinHandle};

/// Starts a thread that takes tasks until the pool is closed and its queue is
/// empty.
pub(super) fn spawn(shared: &Arc<Shared>, number: usize) -> io::Result<JoinHandle<()>> {
    let shared = Arc::clone(shared);
    thread::Builder::new().name(format!("pool-{number}")).spawn(move || work(&shared, number))
}

fn work(shared: &Shared, number: usize) {
    let mut back = shared.lock_back();
    back.has_come();
    let mut looks = 0;
    loop {
        let mut both = shared.lock_too(back);
        if let Some(task) = both.take() {
            let next = both.who_to_wake();
            drop(both);
            if let Some(next) = next {
                next.unpark();
            }
            run_all(shared, task);
            looks = 0;
            back = shared.lock_back();
            continue;
        }
        let quiet = both.is_quiet();
        back = both.unlock_front();
        if quiet && back.want_quiet > 0 {
            shared.quiet.notify_all();
        }
        if back.closed {
            break;
        }
        if looks < shared.looks {
            looks += 1;
            back.will_come();
            drop(back);
            thread::yield_now();
            back = shared.lock_back();
        } else {
            looks = 0;
            back = sleep(shared, back, number);
        }
        back.has_come();
    }

    back.spawned -= 1;
    if back.spawned == 0 && back.want_quiet > 0 {
        shared.quiet.notify_all();
    }
}

/// Runs `task`, and then whatever stands at the front.
// ANCHOR: run_all
fn run_all(shared: &Shared, task: Task) {
    let mut next = Some(task);
    while let Some(task) = next {
        task.run(); // does not panic
        let mut front = shared.lock_front();
        front.ended();
        let want_room = front.want_room > 0;
        next = front.take();
        drop(front);
        if want_room {
            // Also if this thread becomes idle: of two that ended a task before a
            // caller woke up, each has made room for one.
            shared.room.notify_one();
        }
    }
}
// ANCHOR_END: run_all

/// Returns when somebody has woken this thread.
fn sleep<'a>(
    shared: &'a Shared,
    mut back: MutexGuard<'a, Back>,
    number: usize,
) -> MutexGuard<'a, Back> {
    back.goes_to_sleep(number);
    loop {
        drop(back);
        thread::park();
        back = shared.lock_back();
        // Parking may end for no reason, or because of what a task has left behind.
        if !back.sleeps(number) {
            return back;
        }
    }
}
