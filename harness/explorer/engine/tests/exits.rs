//! Who ends the process: one thread, as std sees to, with the destructors of its thread-locals. Each of these was run for real.

use std::cell::RefCell;
use std::sync::Arc;

use explore_engine::sync::{Condvar, Mutex, mpsc};
use explore_engine::{Explorer, Outcome, Status, process, thread, thread_local};
use trace::Failure;

fn explore(scenario: impl Fn() + 'static) -> Outcome {
    Explorer::default().run("scenario", scenario)
}

#[track_caller]
fn proved(scenario: impl Fn() + 'static) {
    let outcome = explore(scenario);
    assert_eq!(outcome.status, Status::Proved, "{outcome}");
}

#[track_caller]
fn failure(scenario: impl Fn() + 'static) -> (Failure, String) {
    let outcome = explore(scenario);
    assert_eq!(outcome.status, Status::Failed, "{outcome}");
    match outcome.trace.unwrap().verdict.outcome {
        trace::Outcome::Failed { failure } => (failure, outcome.summary),
        other => panic!("not a failure: {other:?}"),
    }
}

type Flag = Arc<(Mutex<bool>, Condvar)>;

/// Waits when it is destroyed.
struct Waits(Flag);

impl Drop for Waits {
    fn drop(&mut self) {
        let (lock, changed) = &*self.0;
        drop(changed.wait_while(lock.lock().unwrap(), |set| !*set).unwrap());
    }
}

struct Exits(i32);

impl Drop for Exits {
    fn drop(&mut self) {
        process::exit(self.0);
    }
}

thread_local! {
    static WAITS: RefCell<Option<Waits>> = const { RefCell::new(None) };
    static EXITS: RefCell<Option<Exits>> = const { RefCell::new(None) };
}

fn wait_at_the_end(flag: &Flag) {
    WAITS.set(Some(Waits(Arc::clone(flag))));
}

fn set(flag: &Flag) {
    *flag.0.lock().unwrap() = true;
    flag.1.notify_all();
}

#[test]
fn who_exits_second_pauses() {
    // The first waits for ever for the second.
    let (hangs, summary) = failure(|| {
        let flag = Flag::default();
        let theirs = Arc::clone(&flag);
        thread::spawn(move || {
            wait_at_the_end(&theirs);
            process::exit(0);
        });
        process::exit(0);
    });
    assert!(matches!(hangs, Failure::Deadlock { .. }), "{hangs:?}");
    assert!(summary.contains("while thread 1 ends the process"), "{summary}");
    // It never ends it with its own code.
    proved(|| {
        let flag = Flag::default();
        let theirs = Arc::clone(&flag);
        let (sender, receiver) = mpsc::channel();
        wait_at_the_end(&flag);
        struct Tells(mpsc::Sender<()>);
        impl Drop for Tells {
            fn drop(&mut self) {
                self.0.send(()).unwrap();
            }
        }
        thread_local! {
            static TELLS: RefCell<Option<Tells>> = const { RefCell::new(None) };
        }
        TELLS.set(Some(Tells(sender)));
        thread::spawn(move || {
            receiver.recv().unwrap();
            set(&theirs);
            process::exit(1);
        });
        process::exit(0);
    });
}

#[test]
fn main_does_not_return_while_another_exits() {
    let (code, _) = failure(|| {
        let flag = Flag::default();
        let theirs = Arc::clone(&flag);
        let other = thread::spawn(move || {
            wait_at_the_end(&theirs);
            process::exit(3);
        });
        set(&flag);
        drop(other.join());
    });
    assert!(matches!(code, Failure::Exit { code: Some(3), .. }), "{code:?}");
    let (hangs, _) = failure(|| {
        let flag = Flag::default();
        thread::spawn(move || {
            wait_at_the_end(&flag);
            process::exit(0);
        })
        .join()
        .unwrap();
    });
    assert!(matches!(hangs, Failure::Deadlock { .. }), "{hangs:?}");
}

#[test]
fn nobody_exits_while_main_returns() {
    let (hangs, summary) = failure(|| {
        let flag = Flag::default();
        wait_at_the_end(&flag);
        thread::spawn(|| process::exit(0));
    });
    assert!(matches!(hangs, Failure::Deadlock { .. }), "{hangs:?}");
    assert!(summary.contains("while main ends the process"), "{summary}");
}

#[test]
fn who_exits_while_it_exits_aborts() {
    for returns in [false, true] {
        let (aborts, summary) = failure(move || {
            EXITS.set(Some(Exits(0)));
            if !returns {
                process::exit(0);
            }
        });
        assert!(matches!(aborts, Failure::Exit { code: None, .. }), "{aborts:?}");
        assert!(summary.contains("it calls `exit` while it ends the process"), "{summary}");
    }
    // The end of another thread is none of the process.
    proved(|| {
        thread::spawn(|| EXITS.set(Some(Exits(0)))).join().unwrap();
        unreachable!("the process has ended");
    });
}
