//! The end of the main scope: it waits for whom it must, and for nobody else.

use ch02_threads::{Builder, active_count, main_scope, spawn};
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::mpsc;

/// Threads that nobody joins have ended when the scope ends.
fn waits_for_its_threads() {
    let done = Arc::new(AtomicU32::new(0));
    main_scope(|| {
        for _ in 0..2 {
            let done = Arc::clone(&done);
            spawn(move || done.fetch_add(1, Relaxed));
        }
    });
    assert_eq!(done.load(Relaxed), 2);
    assert_eq!(active_count(), 1);
}

/// A thread that one of its threads starts as its last act is waited for, too.
fn waits_for_threads_of_threads() {
    let done = Arc::new(AtomicU32::new(0));
    main_scope(|| {
        let done = Arc::clone(&done);
        spawn(move || {
            spawn(move || done.store(1, Relaxed));
        });
    });
    assert_eq!(done.load(Relaxed), 1);
}

/// A daemon is left behind: the scope ends while the daemon still waits.
fn leaves_daemons_behind() {
    let (go, gone) = mpsc::channel();
    let daemon =
        main_scope(|| Builder::new().daemon(true).spawn(move || gone.recv().unwrap()).unwrap());
    assert!(daemon.is_alive());
    go.send(()).unwrap(); // would never be reached if the scope waited
    daemon.join().unwrap();
}

/// A scope inside another waits for its own threads, not for those of the outer one.
fn an_inner_scope_has_its_own_threads() {
    let done = Arc::new(AtomicU32::new(0));
    main_scope(|| {
        let (go, gone) = mpsc::channel();
        spawn(move || gone.recv().unwrap());
        main_scope(|| {
            let done = Arc::clone(&done);
            spawn(move || done.store(1, Relaxed));
        });
        assert_eq!(done.load(Relaxed), 1);
        go.send(()).unwrap(); // would never be reached if the inner scope waited for both
    });
}

/// The scope waits also when its body panics, and then goes on with the panic.
fn waits_when_its_body_panics() {
    let done = Arc::new(AtomicU32::new(0));
    let ended = catch_unwind({
        let done = Arc::clone(&done);
        move || {
            main_scope(|| {
                spawn(move || done.store(1, Relaxed));
                panic!("on purpose");
            })
        }
    });
    assert!(ended.is_err());
    assert_eq!(done.load(Relaxed), 1);
}

/// A thread that panics keeps the scope neither from ending nor from waiting for the others.
fn a_panic_in_a_thread_is_its_own_business() {
    let done = Arc::new(AtomicU32::new(0));
    main_scope(|| {
        spawn(|| panic!("on purpose"));
        let done = Arc::clone(&done);
        spawn(move || done.store(1, Relaxed));
    });
    assert_eq!(done.load(Relaxed), 1);
}
