//! A panic hook that waits. It is alone in its process, and a `main` of its own: afterwards std believes for good that a thread is in its
//! hook, and libtest, which takes its own hook away at the end, would wait for that thread.

use std::sync::Arc;

use explore_engine::sync::Mutex;
use explore_engine::{Explorer, Status, panic};

fn main() {
    let outcome = Explorer::default().run("scenario", || {
        let lock = Arc::new(Mutex::new(0));
        let hooks = Arc::clone(&lock);
        panic::set_hook(Box::new(move |_| *hooks.lock().unwrap() += 1));
        let mut held = lock.lock().unwrap();
        let _ = panic::catch_unwind(|| panic!("caught"));
        *held += 1;
        assert_eq!(*held, 1);
    });
    assert_eq!(outcome.status, Status::Refused, "{outcome}");
    assert!(outcome.summary.contains("panic hook uses what threads share"), "{outcome}");
    // What comes after it in the same process is told, not tried.
    assert_eq!(Explorer::default().run("scenario", || ()).status, Status::Refused);
    println!("a lock in a panic hook is not had twice: ok");
}
