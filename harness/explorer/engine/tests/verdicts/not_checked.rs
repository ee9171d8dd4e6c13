//! What a proof does not speak about.

use std::sync::Arc;

use explore_engine::sync::atomic::{AtomicUsize, Ordering::*};
use explore_engine::sync::{Condvar, Mutex};
use explore_engine::{Config, Explorer, Status, thread};

use crate::{explore, failure};

/// "Proved" says what it does not speak about. A failure is one, whatever else there is.
#[test]
fn what_is_not_checked_is_told_of_a_proof_and_not_of_a_failure() {
    let proved = explore(|| ());
    for part in ["plain memory", "Arc", "statics", "other languages"] {
        let told = proved.not_checked.iter().filter(|line| line.contains(part)).count();
        assert_eq!(told, 1, "{part}: {:?}", proved.not_checked);
    }
    let (_, failed) = failure(|| panic!("as it must"));
    assert!(failed.not_checked.is_empty());
    assert!(failed.trace.unwrap().verdict.search.unwrap().not_checked.is_empty());
}

#[test]
fn what_could_have_happened_once_more_for_no_reason_is_not_checked() {
    let told = |config: Config, scenario: fn()| -> Vec<String> {
        let proved = Explorer::new(config).run("scenario", scenario);
        assert_eq!(proved.status, Status::Proved, "{proved}");
        let is_of_these = |line: &&String| line.contains("spurious") || line.contains("no reason");
        proved.not_checked.iter().filter(is_of_these).cloned().collect()
    };
    // A wake-up for no reason would break it.
    let waits_once = || {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let other = Arc::clone(&shared);
        let one = thread::spawn(move || {
            *other.0.lock().unwrap() = 1;
            other.1.notify_one();
        });
        let mut number = shared.0.lock().unwrap();
        if *number == 0 {
            number = shared.1.wait(number).unwrap();
        }
        assert_eq!(*number, 1);
        drop(number);
        one.join().unwrap();
    };
    let spurious = ["spurious wake-ups (--spurious 1 tries one a thread)"];
    assert_eq!(told(Config::default(), waits_once), spurious);
    let parks = || {
        thread::current().unpark();
        thread::park();
    };
    assert_eq!(told(Config::default(), parks), spurious);
    assert_eq!(told(Config { spurious: 1, ..Config::default() }, parks), [""; 0]);
    // A second failure would break it.
    let tries_twice = || {
        let number = AtomicUsize::new(0);
        if number.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_err() {
            assert!(number.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_ok());
        }
    };
    let weak = ["more weak compare-exchanges a thread that fail for no reason than 1"];
    assert_eq!(told(Config::default(), tries_twice), weak);
    let tries_once = || {
        _ = AtomicUsize::new(0).compare_exchange_weak(0, 1, SeqCst, SeqCst);
    };
    assert_eq!(told(Config::default(), tries_once), [""; 0]);
    assert_eq!(told(Config::default(), || drop(Mutex::new(1).lock().unwrap())), [""; 0]);
}
