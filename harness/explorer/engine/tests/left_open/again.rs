//! Barriers that are used again, sleeps that grow, and smaller ones.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};
use explore_engine::sync::mpsc;
use explore_engine::{thread, thread_local};
use trace::Failure;

use crate::{explore, failure, is_panic, proved};

#[test]
fn who_passes_a_barrier_late_knows_nothing_of_the_next_time() {
    let run = |order: [char; 3]| {
        move || {
            let (barrier, x) = (&explore_engine::sync::Barrier::new(2), &AtomicU32::new(0));
            let (sender, receiver) = mpsc::channel::<()>();
            let (mut sender, mut receiver) = (Some(sender), Some(receiver));
            thread::scope(|scope| {
                for which in order {
                    let sender = if which == 'b' { sender.take() } else { None };
                    let receiver = if which == 'c' { receiver.take() } else { None };
                    scope.spawn(move || match which {
                        'a' => {
                            if !barrier.wait().is_leader() {
                                assert_eq!(x.load(SeqCst), 1);
                            }
                        }
                        'b' => {
                            barrier.wait();
                            sender.unwrap().send(()).unwrap();
                            barrier.wait();
                        }
                        _ => {
                            receiver.unwrap().recv().unwrap();
                            x.store(1, SeqCst);
                            barrier.wait();
                        }
                    });
                }
            });
        }
    };
    for order in [['a', 'b', 'c'], ['c', 'b', 'a'], ['b', 'a', 'c'], ['c', 'a', 'b']] {
        assert!(is_panic(&failure(run(order))), "{order:?}");
    }
}

#[test]
fn a_sleep_that_grows_ends() {
    let grows = || {
        let done = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&done);
        let other = thread::spawn(move || {
            let mut time = Duration::from_secs(1 << 30);
            while !theirs.load(SeqCst) {
                thread::sleep(time);
                time = time.saturating_mul(2);
            }
        });
        done.store(true, SeqCst);
        other.join().unwrap();
    };
    let outcome = explore(grows);
    assert!(!outcome.is_failed(), "{outcome}");
    // One that is as long as that from the start is meant to be endless.
    let endless = || thread::sleep(Duration::from_secs(200 * 365 * 24 * 3600));
    assert!(matches!(failure(endless), Failure::Deadlock { .. }));
}

// Smaller ones.

#[test]
fn a_channel_has_room_for_all_it_may_hold() {
    assert!(is_panic(&failure(|| drop(mpsc::sync_channel::<u32>(usize::MAX)))));
    proved(|| drop(mpsc::sync_channel::<u32>(1 << 20)));
}

#[test]
fn an_initialiser_may_come_to_its_own_key() {
    #[expect(clippy::declare_interior_mutable_const, reason = "it is what a thread begins with")]
    const INIT: Cell<u32> = Cell::new(0);
    thread_local! {
        static DEPTH: Cell<u32> = const { INIT };
        static VALUE: Box<u32> = init();
    }
    fn init() -> Box<u32> {
        DEPTH.set(DEPTH.get() + 1);
        Box::new(if DEPTH.get() == 1 { VALUE.with(|inner| **inner + 10) } else { 1 })
    }
    proved(|| {
        let value = || VALUE.with(|value| **value);
        assert_eq!((value(), value()), (11, 11));
    });
}
