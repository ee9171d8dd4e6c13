//! A hub that cannot wait for its sockets says so. A file of its own: it breaks what the whole process uses.

use ch12_coroutines::hub::net::TcpListener;
use ch12_coroutines::hub::{self, RunError};
use std::fs::{self, File};
use std::mem::ManuallyDrop;
use std::os::fd::{FromRawFd, OwnedFd};

/// Puts `/dev/null` in the place of every event queue of the process. Returns how many there were.
fn break_event_queues() -> usize {
    let nothing = File::open("/dev/null").unwrap();
    let mut broken = 0;
    for entry in fs::read_dir("/proc/self/fd").unwrap() {
        let path = entry.unwrap().path();
        if fs::read_link(&path).is_ok_and(|target| target.as_os_str() == "anon_inode:[eventpoll]") {
            let number = path.file_name().unwrap().to_str().unwrap().parse().unwrap();
            // SAFETY: it is open, and stays its owner's: what is here is never dropped.
            let mut queue = ManuallyDrop::new(unsafe { OwnedFd::from_raw_fd(number) });
            rustix::io::dup2(&nothing, &mut queue).unwrap();
            broken += 1;
        }
    }
    broken
}

#[test]
fn an_event_queue_that_fails_ends_the_run() {
    let ended = hub::run(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        hub::spawn(|| assert_eq!(break_event_queues(), 1));
        drop(listener.accept());
    });
    assert!(matches!(ended, Err(RunError::Poll(_))), "{ended:?}");
}
