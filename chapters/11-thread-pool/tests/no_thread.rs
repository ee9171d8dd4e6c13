//! The system gives no more threads. A file of its own: it limits what the whole process may have.

use ch11_thread_pool::{ExecuteError, Sizes, ThreadPool};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::sync::{Arc, Barrier};

/// While it lives, the process gets no more address space, and so no stack for a thread.
struct NoMoreStacks(Rlimit);

impl NoMoreStacks {
    fn begin() -> NoMoreStacks {
        let before = getrlimit(Resource::As);
        setrlimit(Resource::As, Rlimit { current: Some(1), ..before }).unwrap();
        NoMoreStacks(before)
    }
}

impl Drop for NoMoreStacks {
    fn drop(&mut self) {
        setrlimit(Resource::As, self.0).unwrap();
    }
}

#[test]
fn the_first_thread_must_be_had_and_the_others_may() {
    let pool = ThreadPool::bounded(2, 1);
    let no_more = NoMoreStacks::begin();
    let refused = pool.try_submit(|| "comes back");
    let with_callback = pool.try_execute(|| "comes back too", |_| ());
    drop(no_more);
    let refused = refused.unwrap_err();
    assert!(matches!(refused, ExecuteError::NoThread(..)), "{refused:?}");
    assert_eq!(refused.into_task()(), "comes back");
    let refused = with_callback.unwrap_err();
    assert!(matches!(refused, ExecuteError::NoThread(..)), "{refused:?}");
    assert_eq!(refused.into_task().0(), "comes back too");
    assert_eq!(pool.sizes(), Sizes { spawned: 0, idle: 0, waiting: 0 });

    let gate = Arc::new(Barrier::new(2));
    let its_gate = Arc::clone(&gate);
    pool.execute(move || its_gate.wait(), |_| ()).unwrap();
    let no_more = NoMoreStacks::begin();
    let waits = pool.try_submit(|| "ran");
    let refused = pool.try_submit(|| ());
    drop(no_more);
    let sizes = pool.sizes();
    gate.wait(); // the one thread comes to what waits
    // Whether there is room does not depend on it.
    assert!(matches!(refused, Err(ExecuteError::Full(_))), "{refused:?}");
    assert_eq!(sizes, Sizes { spawned: 1, idle: 0, waiting: 1 });
    assert_eq!(waits.unwrap().join().unwrap(), "ran");
    pool.wait_idle().unwrap();
    assert_eq!(pool.sizes(), Sizes { spawned: 1, idle: 1, waiting: 0 });
}
