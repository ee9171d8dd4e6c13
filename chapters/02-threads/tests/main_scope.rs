//! Whom the end of a main scope waits for.

use ch02_threads::{Builder, Thread, main_scope, spawn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, mpsc};

#[test]
fn it_waits_for_a_detached_thread() {
    let mut thread: Option<Thread> = None;
    main_scope(|| {
        let (let_go, held) = mpsc::channel::<()>();
        thread = Some(spawn(move || held.recv()).thread().clone());
        // Dropped at the end of the body, not earlier: the thread cannot have ended before.
        assert!(thread.as_ref().unwrap().is_alive());
        drop(let_go);
    });
    assert!(!thread.unwrap().is_alive());
}

#[test]
fn it_waits_for_what_its_threads_start() {
    let ended = Arc::new(AtomicU32::new(0));
    fn generation(left: u32, ended: Arc<AtomicU32>) {
        if left > 0 {
            let for_child = Arc::clone(&ended);
            spawn(move || generation(left - 1, for_child));
        }
        ended.fetch_add(1, Relaxed);
    }
    let first = Arc::clone(&ended);
    main_scope(|| drop(spawn(move || generation(9, first))));
    assert_eq!(ended.load(Relaxed), 10);
}

#[test]
fn it_leaves_daemons_behind() {
    let (let_go, held) = mpsc::channel::<()>();
    // Would never return if it waited.
    let daemon =
        main_scope(|| Builder::new().daemon(true).spawn(move || held.recv().is_err()).unwrap());
    assert!(daemon.is_alive());
    drop(let_go);
    assert!(daemon.join().unwrap());
}

#[test]
fn an_inner_scope_waits_for_its_own_only() {
    let (let_go, held) = mpsc::channel::<()>();
    main_scope(|| {
        let outer = spawn(move || held.recv());
        let inner = main_scope(|| spawn(|| ()).thread().clone());
        assert!(!inner.is_alive());
        assert!(outer.is_alive());
        drop(let_go);
    });
}

#[test]
fn a_thread_started_after_an_inner_scope_belongs_to_the_outer() {
    let thread = main_scope(|| {
        main_scope(|| ());
        spawn(|| ()).thread().clone()
    });
    assert!(!thread.is_alive());
}

#[test]
fn a_scope_inside_a_thread_does_not_wait_for_that_thread() {
    let inner = main_scope(|| spawn(|| main_scope(|| spawn(|| 7).join().unwrap())));
    assert_eq!(inner.join().unwrap(), 7);
}

#[test]
fn a_panic_in_the_body_waits_first_and_then_goes_on() {
    let mut thread = None;
    let panic = catch_unwind(AssertUnwindSafe(|| {
        main_scope(|| {
            thread = Some(spawn(|| ()).thread().clone());
            panic!("in the body");
        })
    }));
    assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"in the body"));
    assert!(!thread.unwrap().is_alive());
}

#[test]
fn a_panic_in_a_detached_thread_does_not_reach_the_scope() {
    main_scope(|| drop(spawn(|| panic!("nobody asks"))));
}

#[test]
fn thousands_of_threads_are_waited_for_and_forgotten() {
    let ended = Arc::new(AtomicU32::new(0));
    main_scope(|| {
        for _ in 0..1000 {
            let ended = Arc::clone(&ended);
            let handle = spawn(move || ended.fetch_add(1, Relaxed));
            // Some joined, some left to the scope.
            if handle.ident().unwrap().get().get() % 2 == 0 {
                handle.join().unwrap();
            }
        }
    });
    assert_eq!(ended.load(Relaxed), 1000);
}
