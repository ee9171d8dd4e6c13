//! crossbeam-deque: a batch is stolen while the worker's buffer is replaced by a smaller one.
//!
//! Who steals a batch from a last-in-first-out worker reads the pointer to the buffer once, and then takes task by task. When the worker has
//! few tasks left it moves them into a smaller buffer, and what it pushes from then on lies only there. A thief that goes on in the
//! old buffer finds tasks that the worker has long popped: they are done twice, and the new ones never.
//!
//! <https://rustsec.org/advisories/RUSTSEC-2021-0093>, mended by looking, before each task is taken, whether the buffer is still the same.
//!
//! Expected of crossbeam-deque 0.8.0 and 0.7.3: a task is done twice. Of 0.8.8 and 0.7.4: proved, if the search gets that far.

use std::thread;

macro_rules! each_task_once {
    ($deque:ident) => {{
        use $deque::{Steal, Worker};
        let worker = Worker::new_lifo();
        let stealer = worker.stealer();
        // The 65th needs a larger buffer, which stays as it is while others steal.
        for task in 0..65 {
            worker.push(task);
        }
        let others = Worker::new_lifo();
        for _ in 0..4 {
            assert_eq!(stealer.steal_batch(&others), Steal::Success(()));
        }
        assert_eq!(stealer.steal(), Steal::Success(61));
        let thief = thread::spawn(move || {
            let mine = Worker::new_lifo();
            let _ = stealer.steal_batch(&mine);
            [mine.pop(), mine.pop()]
        });
        let first = [worker.pop(), worker.pop()];
        worker.push(65);
        let stolen = thief.join().unwrap();
        let last = [worker.pop(), worker.pop(), worker.pop()];
        let mut done: Vec<u32> = first.into_iter().chain(last).chain(stolen).flatten().collect();
        done.sort_unstable();
        assert_eq!(done, [62, 63, 64, 65]);
    }};
}

/// Each task is done once.
pub fn batch_beside_pops() {
    each_task_once!(crossbeam_deque);
}

/// The same of the older line of releases.
pub fn batch_beside_pops_in_0_7() {
    each_task_once!(crossbeam_deque_0_7);
}
