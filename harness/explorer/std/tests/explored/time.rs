//! Virtual time: a run depends on its schedule alone.

use explore_std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use explore_std::sync::mpsc::sync_channel;
use explore_std::sync::{Condvar, Mutex, OnceLock, RwLock};
use explore_std::thread;
use explore_std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::{config, expect, expect_with};

#[test]
fn a_sleep_takes_its_time_and_no_more() {
    // Looking at the clock takes a little; an hour passes in no time.
    expect(&["true"], || {
        let start = Instant::now();
        thread::sleep(Duration::from_secs(3600));
        let slept = start.elapsed();
        (slept >= Duration::from_secs(3600) && slept < Duration::from_secs(3601)).to_string()
    });
}

#[test]
fn the_calendar_starts_in_2000() {
    // From 1970 on there were 30 years and 7 leap days.
    expect(&["10957"], || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        (since.as_secs() / 86_400).to_string()
    });
}

#[test]
fn a_sleep_orders_nothing() {
    expect(&["main", "other"], || {
        let first = OnceLock::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_secs(1));
                first.get_or_init(|| "other");
            });
            first.get_or_init(|| "main");
        });
        (*first.get().unwrap()).to_owned()
    });
}

#[test]
fn a_loop_that_waits_for_a_time_gets_there() {
    expect(&["late"], || {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) {
            thread::yield_now();
        }
        "late".to_owned()
    });
}

#[test]
fn park_timeout_ends_by_time_or_by_the_token() {
    #[expect(deprecated, reason = "std still has it")]
    let scenario = || {
        let main = thread::current();
        let start = Instant::now();
        thread::spawn(move || main.unpark()).join().unwrap();
        // The token is there, so no time passes; the second time it is not.
        thread::park_timeout(Duration::from_secs(10));
        let first = start.elapsed() < Duration::from_secs(10);
        thread::park_timeout_ms(10_000);
        format!("{first} {}", start.elapsed() >= Duration::from_secs(10))
    };
    expect(&["true true"], scenario);
    expect_with(
        explore_std::explore::Config { eager_timeouts: true, ..config() },
        &["true true"],
        scenario,
    );
}

#[test]
fn time_passes_along_what_orders_threads() {
    expect(&["true"], || {
        let start = Instant::now();
        thread::spawn(|| thread::sleep(Duration::from_secs(5))).join().unwrap();
        (start.elapsed() >= Duration::from_secs(5)).to_string()
    });
}

#[test]
fn how_many_threads_to_use_does_not_depend_on_the_machine() {
    expect(&["2"], || thread::available_parallelism().unwrap().to_string());
}

#[test]
fn a_time_out_counts_from_the_wait() {
    // Whichever of the two has the lock again first, the other has been waiting meanwhile.
    expect(&["true"], || {
        let (lock, condvar) = (Mutex::new(()), Condvar::new());
        let start = Instant::now();
        thread::scope(|scope| {
            for seconds in [2, 3] {
                let (lock, condvar) = (&lock, &condvar);
                scope.spawn(move || {
                    let timeout = Duration::from_secs(seconds);
                    drop(condvar.wait_timeout(lock.lock().unwrap(), timeout));
                });
            }
        });
        (start.elapsed() < Duration::from_secs(4)).to_string()
    });
}

/// Time is no knowledge of memory: whoever sees what was done after three milliseconds has a clock that is not behind it.
#[track_caller]
fn is_never_early(scenario: impl Fn(Instant) -> bool + Clone + 'static) {
    let outcome = expect(&["not seen", "seen in time"], move || {
        let start = Instant::now();
        let seen = scenario(start);
        let late = start.elapsed() >= Duration::from_millis(3);
        match (seen, late) {
            (true, false) => "seen too early",
            (true, true) => "seen in time",
            (false, _) => "not seen",
        }
        .to_owned()
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn no_clock_goes_back_by_a_relaxed_load() {
    is_never_early(|_| {
        let flag = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(3));
                flag.store(1, Relaxed);
            });
            flag.load(Relaxed) == 1
        })
    });
    // By way of a third, and by an update that fails.
    is_never_early(|_| {
        let (first, second) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(3));
                first.store(1, Relaxed);
            });
            scope.spawn(|| second.store(first.load(Relaxed), Relaxed));
            second.compare_exchange(0, 2, Relaxed, Relaxed) == Err(1)
        })
    });
}

#[test]
fn no_clock_goes_back_by_a_look_at_a_lock() {
    is_never_early(|_| {
        let lock = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(3));
                let _guard = lock.lock();
            });
            lock.try_lock().is_err()
        })
    });
    is_never_early(|_| {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(3));
                let _guard = lock.read();
            });
            lock.try_write().is_err()
        })
    });
    is_never_early(|_| {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(3));
                let _guard = lock.write();
            });
            lock.try_read().is_err()
        })
    });
    is_never_early(|_| {
        let lock = Mutex::new(());
        thread::scope(|scope| {
            let poisons = scope.spawn(|| {
                thread::sleep(Duration::from_millis(3));
                let _guard = lock.lock();
                panic!("poisons");
            });
            let seen = lock.is_poisoned();
            let _ = poisons.join();
            seen
        })
    });
}

#[test]
fn no_clock_goes_back_by_the_end_of_a_thread_or_a_notification() {
    is_never_early(|_| {
        let other = thread::spawn(|| thread::sleep(Duration::from_millis(3)));
        let seen = other.is_finished();
        if !seen {
            other.join().unwrap();
        }
        seen
    });
    let outcome = expect(&["late"], || {
        let (lock, changed) = (Mutex::new(false), Condvar::new());
        let start = Instant::now();
        thread::scope(|scope| {
            let guard = lock.lock().unwrap();
            scope.spawn(|| {
                *lock.lock().unwrap() = true;
                thread::sleep(Duration::from_millis(3));
                changed.notify_one();
            });
            drop(changed.wait(guard).unwrap());
            if start.elapsed() >= Duration::from_millis(3) { "late" } else { "early" }.to_owned()
        })
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn no_clock_goes_back_by_a_full_channel() {
    is_never_early(|_| {
        let (sender, receiver) = sync_channel(1);
        thread::scope(|scope| {
            let theirs = sender.clone();
            scope.spawn(move || {
                thread::sleep(Duration::from_millis(3));
                theirs.send(1).unwrap();
            });
            let full = sender.try_send(2).is_err();
            if !full {
                receiver.recv().unwrap();
            }
            receiver.recv().unwrap();
            full
        })
    });
}
