//! An execution that ends before its threads do is not unwound: no destructor runs that would find nothing as it expects it, and take the
//! process down. The next execution finds the process as it was.

use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::{Condvar, LazyLock, Mutex, MutexGuard, OnceLock, mpsc};
use explore_engine::{Config, Explorer, Status, process, thread, thread_local};

/// Runs a function when it is dropped.
struct Finally(fn());

impl Drop for Finally {
    fn drop(&mut self) {
        (self.0)();
    }
}

static LOG: LazyLock<Mutex<Vec<u32>>> = LazyLock::new(Mutex::default);
static EMPTY: OnceLock<u32> = OnceLock::new();

thread_local! {
    static LAST: Finally = const { Finally(|| LOG.lock().unwrap().push(1)) };
}

/// What destructors do that is bad for a process, or for what outlives an execution.
const DESTRUCTORS: [fn(); 7] = [
    || panic!("in a destructor"),
    || LOG.lock().unwrap().push(1),
    || drop(EMPTY.get().unwrap().to_string()),
    || drop(EMPTY.wait().to_string()),
    || LAST.with(|_| ()),
    || mpsc::channel::<()>().1.recv().unwrap(),
    || thread::spawn(thread::park).join().unwrap(),
];

/// Two threads with a destructor each, and one that may not have begun.
fn start(destructor: fn()) -> [Finally; 1] {
    LAST.with(|_| ());
    thread::spawn(move || {
        let _finally = Finally(destructor);
        LAST.with(|_| ());
        thread::park();
    });
    let finally = Finally(destructor);
    thread::spawn(move || drop(finally));
    [Finally(destructor)]
}

#[test]
fn no_destructor_runs_when_an_execution_hangs_fails_or_exits() {
    // Many times, as a search does that goes on.
    let config = Config { keep_going: true, max_executions: 30, ..Config::default() };
    let explore = |destructor: fn(), end: fn()| {
        Explorer::new(Config { random_executions: 0, ..config.clone() }).run("ends", move || {
            assert_eq!(LOG.lock().unwrap().len(), 0, "an execution has left something behind");
            let finally = start(destructor);
            end();
            std::mem::forget(finally);
        })
    };
    for destructor in DESTRUCTORS {
        let outcome = explore(destructor, || process::exit(3));
        assert!(outcome.summary.ends_with("exits with code 3"), "{outcome}");
        let outcome = explore(destructor, || process::exit(0));
        assert_ne!(outcome.status, Status::Refused, "{outcome}");
        assert!(!outcome.summary.contains("left something behind"), "{outcome}");
        let outcome = explore(destructor, || ());
        assert!(outcome.summary.starts_with("leak"), "{outcome}");
    }
    // Panics are what they were.
    let outcome = Explorer::default().run("panics", || panic!("on purpose"));
    assert!(outcome.summary.ends_with("on purpose"), "{outcome}");
    assert!(std::panic::catch_unwind(|| panic!("outside")).is_err());
}

#[test]
fn a_value_whose_making_was_broken_off_is_made_anew() {
    static HALF: LazyLock<u32> = LazyLock::new(|| {
        thread::park();
        1
    });
    for _ in 0..2 {
        let outcome = Explorer::default().run("half", || assert_eq!(*HALF, 1));
        assert!(outcome.summary.starts_with("deadlock"), "{outcome}");
    }
}

/// A wait gives back the guard that it was given: that was made before the panic, and poisons.
#[test]
fn a_guard_that_waits_while_its_thread_unwinds_poisons() {
    struct Waits<'a>(Option<MutexGuard<'a, ()>>, &'a Condvar);
    impl Drop for Waits<'_> {
        fn drop(&mut self) {
            let guard = self.0.take().unwrap();
            drop(self.1.wait_timeout(guard, Duration::from_millis(1)).unwrap());
        }
    }
    let outcome = Explorer::default().run("scenario", || {
        let shared = Arc::new((Mutex::new(()), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let panics = thread::spawn(move || {
            let _waits = Waits(Some(theirs.0.lock().unwrap()), &theirs.1);
            panic!("unwinds");
        });
        assert!(panics.join().is_err());
        assert!(shared.0.is_poisoned());
        // One that was made while it unwound does not.
        let theirs = Arc::clone(&shared);
        let panics = thread::spawn(move || {
            struct Locks(Arc<(Mutex<()>, Condvar)>);
            impl Drop for Locks {
                fn drop(&mut self) {
                    let guard = self.0.0.lock().unwrap();
                    drop(self.0.1.wait_timeout(guard, Duration::from_millis(1)).unwrap());
                }
            }
            theirs.0.clear_poison();
            let _locks = Locks(theirs);
            panic!("unwinds");
        });
        assert!(panics.join().is_err());
        assert!(!shared.0.is_poisoned());
    });
    assert!(outcome.is_proved(), "{outcome}");
}
