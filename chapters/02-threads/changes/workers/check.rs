use change::Job;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Barrier};

/// Two jobs that meet run at the same time.
fn two_jobs_meet() {
    let meeting = Arc::new(Barrier::new(2));
    let job = || -> Job {
        let meeting = Arc::clone(&meeting);
        Box::new(move || drop(meeting.wait()))
    };
    change::run_all(vec![job(), job()]);
}

/// When `run_all` comes back, all jobs are done.
fn all_jobs_are_done_at_the_end() {
    let done = Arc::new(AtomicU32::new(0));
    let job = || -> Job {
        let done = Arc::clone(&done);
        Box::new(move || drop(done.fetch_add(1, SeqCst)))
    };
    change::run_all(vec![job(), job()]);
    assert_eq!(done.load(SeqCst), 2, "two jobs are done when `run_all` comes back");
}
