use change::Meeting;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// Two meet twice. Nobody leaves a meeting before both have come to it.
fn two_meet_twice() {
    let (meeting, came) = (Meeting::default(), AtomicU32::new(0));
    let meet_twice = || {
        for all in [2, 4] {
            came.fetch_add(1, SeqCst);
            meeting.meet();
            assert!(came.load(SeqCst) >= all, "nobody leaves before both have come");
        }
    };
    thread::scope(|scope| {
        scope.spawn(meet_twice);
        meet_twice();
    });
}
