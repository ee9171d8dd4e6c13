//! What a thread of the pool does.

use super::Shared;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// Starts a thread that takes tasks until the pool is closed and its queue is
/// empty. On the books it begins with a task, not idle.
pub(super) fn spawn(shared: &Arc<Shared>, number: usize) -> io::Result<JoinHandle<()>> {
    let shared = Arc::clone(shared);
    thread::Builder::new().name(format!("pool-{number}")).spawn(move || work(&shared))
}

fn work(shared: &Shared) {
    for task in &shared.tasks {
        task.run(); // does not panic

        let mut state = shared.lock();
        if state.waiting > 0 {
            state.waiting -= 1; // takes that one next
        } else {
            state.idle += 1;
        }
        drop(state);
        // Also when the thread became idle: of two that ended a task before a
        // caller woke up, each has made room for one.
        shared.room.notify_one();
        shared.tasks.task_done().expect("every task was put, and is reported once");
    }

    // The queue is shut down and empty: no task was given to this thread.
    let mut state = shared.lock();
    state.idle -= 1;
    state.spawned -= 1;
    if state.spawned == 0 {
        shared.empty.notify_all();
    }
}
