//! Virtual time: a run depends on its schedule alone.

use explore_std::sync::{Condvar, Mutex, OnceLock};
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
