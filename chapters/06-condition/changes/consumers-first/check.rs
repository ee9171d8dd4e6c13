use change::Inbox;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// Two clerks meet while they are answering, so they work at the same time.
fn two_clerks_work_at_the_same_time() {
    let (inbox, meeting, answered) = (Inbox::default(), Barrier::new(2), AtomicU32::new(0));
    let answer = |letter| {
        meeting.wait();
        answered.fetch_add(letter, SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(|| inbox.work(answer));
        scope.spawn(|| inbox.work(answer));
        inbox.put(1);
        inbox.put(2);
    });
    assert_eq!(answered.into_inner(), 3, "the letters 1 and 2, each answered once");
}
