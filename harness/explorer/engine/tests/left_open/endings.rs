//! The end of a process, what is poisoned, and what comes before what.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use explore_engine::sync::atomic::{AtomicU32, Ordering::*};
use explore_engine::sync::{Mutex, RwLock, mpsc};
use explore_engine::{panic, thread, thread_local};
use trace::Failure;

use crate::{failure, is_panic, proved};

// The end of a process.

#[test]
fn exit_destroys_the_thread_locals_of_who_calls_it() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }
    thread_local! {
        static PANICS: Panics = const { Panics };
    }
    let aborts = failure(|| {
        PANICS.with(|_| ());
        explore_engine::process::exit(0);
    });
    assert!(!is_panic(&aborts), "{aborts:?}");
    // Those of others are left as they are.
    proved(|| {
        let (sent, received) = mpsc::channel();
        thread::spawn(move || {
            PANICS.with(|_| ());
            sent.send(()).unwrap();
            thread::park();
        });
        received.recv().unwrap();
        explore_engine::process::exit(0);
    });
}

#[test]
fn exit_waits_where_a_destructor_waits() {
    struct Locks(Arc<Mutex<()>>);
    impl Drop for Locks {
        fn drop(&mut self) {
            drop(self.0.lock());
        }
    }
    thread_local! {
        static LOCKS: RefCell<Option<Locks>> = const { RefCell::new(None) };
    }
    let hangs = failure(|| {
        let lock = Arc::new(Mutex::new(()));
        LOCKS.with(|locks| *locks.borrow_mut() = Some(Locks(Arc::clone(&lock))));
        let _guard = lock.lock().unwrap();
        explore_engine::process::exit(0);
    });
    assert!(matches!(hangs, Failure::Deadlock { .. }), "{hangs:?}");
}

// What is poisoned.

#[test]
fn a_lock_is_poisoned_before_it_is_given_back() {
    fn panics_with(lock: &Mutex<u32>) {
        let _guard = lock.lock().unwrap();
        panic!("poisons");
    }
    let held = failure(|| {
        let lock = Arc::new(Mutex::new(0));
        let other = Arc::clone(&lock);
        let poisons = thread::spawn(move || panics_with(&other));
        let held = lock.is_poisoned()
            && matches!(lock.try_lock(), Err(explore_engine::sync::TryLockError::WouldBlock));
        let _ = poisons.join();
        assert!(!held, "poisoned and held");
    });
    assert!(is_panic(&held));
    // Who gets it finds it poisoned, and who finds it poisoned may still find it held, but not for ever.
    proved(|| {
        let lock = Arc::new(Mutex::new(0));
        let other = Arc::clone(&lock);
        let poisons = thread::spawn(move || panics_with(&other));
        if lock.is_poisoned() {
            assert!(lock.lock().is_err());
        }
        let _ = poisons.join();
        assert!(lock.is_poisoned());
    });
    let written = failure(|| {
        let lock = Arc::new(RwLock::new(0));
        let other = Arc::clone(&lock);
        let poisons = thread::spawn(move || {
            let _guard = other.write().unwrap();
            panic!("poisons");
        });
        let held = lock.is_poisoned()
            && matches!(lock.try_read(), Err(explore_engine::sync::TryLockError::WouldBlock));
        let _ = poisons.join();
        assert!(!held, "poisoned and held");
    });
    assert!(is_panic(&written));
}

// What comes before what.

#[test]
fn who_finds_something_broken_knows_what_its_breaker_did() {
    // Without a lock: the orderings of these are all that there is.
    proved(|| {
        let (once, number) =
            (Arc::new(explore_engine::sync::Once::new()), Arc::new(AtomicU32::new(0)));
        let attempt = {
            let (once, number) = (Arc::clone(&once), Arc::clone(&number));
            move || {
                let _ = panic::catch_unwind(AssertUnwindSafe(|| {
                    once.call_once_force(|state| {
                        number.store(number.load(Relaxed) + 1, Relaxed);
                        assert!(state.is_poisoned(), "the first attempt");
                    });
                }));
            }
        };
        let other = thread::spawn(attempt.clone());
        attempt();
        other.join().unwrap();
        assert_eq!(number.load(Relaxed), 2);
    });
    proved(|| {
        let number = Arc::new(AtomicU32::new(0));
        let (sender, receiver) = mpsc::channel();
        let written = Arc::clone(&number);
        let other = thread::spawn(move || {
            written.store(1, Relaxed);
            drop(receiver);
        });
        if sender.send(()).is_err() {
            assert_eq!(number.load(Relaxed), 1);
        }
        other.join().unwrap();
    });
    // A message that a rendezvous takes on trial is taken by a receiver who has come.
    proved(|| {
        let number = Arc::new(AtomicU32::new(0));
        let (sender, receiver) = mpsc::sync_channel(0);
        let written = Arc::clone(&number);
        let other = thread::spawn(move || {
            written.store(1, Relaxed);
            receiver.recv().unwrap();
        });
        while sender.try_send(()).is_err() {
            thread::yield_now();
        }
        assert_eq!(number.load(Relaxed), 1);
        other.join().unwrap();
    });
}

#[test]
fn a_thread_whose_stack_cannot_be_had_is_none() {
    const MUCH: [usize; 4] = [usize::MAX, usize::MAX / 2 + 1, 1 << 50, 1 << 46];
    proved(|| {
        for size in MUCH {
            let (sender, receiver) = mpsc::channel::<()>();
            let spawned = thread::Builder::new().stack_size(size).spawn(move || drop(sender));
            assert!(spawned.is_err());
            // The closure is gone.
            assert!(receiver.recv().is_err());
        }
        let mut size = 1_usize << 50;
        let five = loop {
            match thread::Builder::new().stack_size(size).spawn(|| 5) {
                Ok(handle) => break handle.join().unwrap(),
                Err(_) => size >>= 10,
            }
        };
        assert_eq!(five, 5);
    });
    proved(|| {
        let too_large = || thread::Builder::new().stack_size(1 << 46);
        let spawned = thread::scope(|scope| too_large().spawn_scoped(scope, || 1).is_ok());
        assert!(!spawned);
    });
}

#[test]
fn who_joins_itself_panics() {
    proved(|| {
        let (sends_handle, receives_handle) = mpsc::channel::<thread::JoinHandle<()>>();
        let (sends_answer, receives_answer) = mpsc::channel();
        let joins = thread::spawn(move || {
            let own = receives_handle.recv().unwrap();
            let joined = panic::catch_unwind(AssertUnwindSafe(move || own.join()));
            sends_answer.send(joined.is_err()).unwrap();
        });
        sends_handle.send(joins).unwrap();
        assert!(receives_answer.recv().unwrap());
    });
}
