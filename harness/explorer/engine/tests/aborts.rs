//! A program that ends itself without asking: std aborts it when a thread panics while it unwinds, or lets a panic out of a function of another
//! language; a library calls `abort`. That is its failure, with the run that led there, and the explorer goes on.

use std::ffi::c_int;
use std::sync::Arc;

use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::AtomicU32;
use explore_engine::sync::atomic::Ordering::SeqCst;
use explore_engine::{Explorer, Outcome, thread};
use trace::{Failure, Operation, ThreadId};

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("in the destructor");
    }
}

/// The outcome of a program that is aborted by a thread; the story ends with that.
fn aborts(by: u32, why: &str, scenario: fn()) -> Outcome {
    let outcome = Explorer::default().run("scenario", scenario);
    let trace = outcome.trace.as_ref().unwrap_or_else(|| panic!("no picture: {outcome}"));
    let failure = Failure::Exit { thread: ThreadId(by), code: None };
    assert_eq!(trace.verdict.outcome, trace::Outcome::Failed { failure }, "{outcome}");
    assert!(outcome.summary.contains(why), "{outcome}");
    let last = trace.steps.last().expect("it has steps");
    assert_eq!((last.thread.0, &last.operation), (by, &Operation::Abort));
    let schedule = outcome.schedule.as_ref().expect("a failure can be seen again");
    let again = Explorer::default().replay("scenario", scenario, schedule).unwrap();
    assert_eq!((&again.summary, &again.trace.unwrap().steps), (&outcome.summary, &trace.steps));
    is_unharmed();
    outcome
}

/// The process is as it was: panics can be caught, and a look is a step.
fn is_unharmed() {
    assert!(!std::thread::panicking());
    let looks = Explorer::default().run("looks", || {
        let number = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&number);
        let other = thread::spawn(move || theirs.store(1, SeqCst));
        let caught = explore_engine::panic::catch_unwind(|| panic!("expected"));
        assert!(caught.is_err());
        assert_eq!(format!("{number:?}"), "0", "it was seen");
        other.join().unwrap();
    });
    assert!(looks.summary.contains("it was seen"), "{looks}");
}

#[test]
fn a_panic_while_a_thread_unwinds() {
    let outcome = aborts(1, "it panics (in the destructor) while it unwinds", || {
        thread::spawn(|| {
            let _bomb = Bomb;
            panic!("the first");
        })
        .join()
        .unwrap();
    });
    assert!(outcome.summary.contains("from a panic (the first)"), "{outcome}");
    aborts(0, "while it unwinds from a panic (main's own)", || {
        let _bomb = Bomb;
        panic!("main's own");
    });
}

/// It is found where only one order shows it, and the preemption is told.
#[test]
fn a_panic_while_a_thread_unwinds_in_one_order_only() {
    struct Last(Arc<Mutex<u32>>);
    impl Drop for Last {
        fn drop(&mut self) {
            let number = *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            assert!(!thread::panicking() || number == 0, "too late");
        }
    }
    let outcome = aborts(1, "too late", || {
        let number = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&number);
        let other = thread::spawn(move || {
            let last = Last(theirs);
            let before = *last.0.lock().unwrap();
            if before != 0 {
                return std::mem::forget(last);
            }
            assert_eq!(*last.0.lock().unwrap(), 0, "between");
        });
        *number.lock().unwrap() += 1;
        other.join().unwrap();
    });
    assert!(outcome.executions > 1, "{outcome}");
}

/// A destructor may panic, and catch that itself.
#[test]
fn a_panic_that_is_caught_in_a_destructor_ends_nothing() {
    struct Careful;
    impl Drop for Careful {
        fn drop(&mut self) {
            assert!(explore_engine::panic::catch_unwind(|| panic!("inside")).is_err());
        }
    }
    let outcome = Explorer::default().run("scenario", || {
        let ended = thread::spawn(|| {
            let _careful = Careful;
            panic!("outside");
        })
        .join();
        assert!(ended.is_err());
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn a_panic_that_comes_to_a_function_of_another_language() {
    extern "C" fn compare(_: c_int) -> c_int {
        panic!("no order")
    }
    aborts(0, "its panic (no order) comes to a function that cannot unwind", || {
        compare(1);
    });
}

/// The compiler's own checks panic so.
#[test]
fn a_panic_that_does_not_unwind() {
    let why = "is one that cannot unwind";
    let outcome = aborts(0, why, || {
        let nothing: *const u32 = std::hint::black_box(std::ptr::null());
        // SAFETY: it is not.
        let _ = std::hint::black_box(unsafe { *nothing });
    });
    assert!(outcome.summary.contains("null pointer dereference occurred"), "{outcome}");
    let told = trace::Terminal::default().draw(outcome.trace.as_ref().unwrap());
    assert!(told.contains("main panics at "), "{told}");
    assert!(told.contains("Such a panic cannot be caught"), "{told}");
    let outcome = aborts(1, why, || {
        let number = Arc::new(Mutex::new(0_usize));
        let theirs = Arc::clone(&number);
        let other = thread::spawn(move || {
            let bytes = [0_u8; 8];
            let start = *theirs.lock().unwrap();
            // SAFETY: it is not, if the number is there already.
            let _ = std::hint::black_box(unsafe { bytes.get_unchecked(start) });
        });
        *number.lock().unwrap() += 8;
        other.join().unwrap();
    });
    assert!(outcome.summary.contains("unsafe precondition(s) violated"), "{outcome}");
}

/// A destructor that calls `abort` while its thread unwinds from an ordinary panic: that panic is not what ends the process.
#[test]
fn a_destructor_that_calls_abort_while_its_thread_unwinds() {
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            // SAFETY: it may be called at any time.
            unsafe { libc::abort() }
        }
    }
    let outcome = aborts(0, "main aborts", || {
        let _last = Last;
        panic!("an ordinary one");
    });
    assert!(!outcome.summary.contains("cannot unwind"), "{outcome}");
}

#[test]
fn a_library_that_calls_abort() {
    aborts(1, "thread 1 aborts", || {
        let number = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&number);
        let other = thread::spawn(move || {
            if *theirs.lock().unwrap() == 1 {
                // SAFETY: it may be called at any time.
                unsafe { libc::abort() }
            }
        });
        *number.lock().unwrap() += 1;
        other.join().unwrap();
    });
}
