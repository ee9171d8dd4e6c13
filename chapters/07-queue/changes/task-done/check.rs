use change::Tasks;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// When `join` comes back, both tasks are done.
fn join_waits_for_the_work() {
    let (tasks, done) = (Tasks::default(), AtomicU32::new(0));
    tasks.put();
    tasks.put();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| tasks.work(|| drop(done.fetch_add(1, SeqCst))));
        }
        tasks.join();
        assert_eq!(done.load(SeqCst), 2, "tasks that are done when `join` comes back");
    });
}
