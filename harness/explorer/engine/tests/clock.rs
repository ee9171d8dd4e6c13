//! The explorer's clock: loops that wait for a time get there, and who makes a deadline and looks once whether it has passed finds that it has not.

use std::time::Duration;

use explore_engine::sync::atomic::{AtomicBool, Ordering::Relaxed};
use explore_engine::sync::mpsc;
use explore_engine::time::Instant;
use explore_engine::{Explorer, Status, thread};

const LONG: Duration = Duration::from_millis(100);
/// So often a clock that goes twice as far at each look has passed any time.
const OFTEN: u32 = 60;

#[track_caller]
fn proved(scenario: impl Fn() + 'static) {
    let outcome = Explorer::default().run("scenario", scenario);
    assert_eq!(outcome.status, Status::Proved, "{outcome}");
}

#[test]
fn a_deadline_that_was_just_made_has_not_passed() {
    proved(|| {
        for _ in 0..OFTEN {
            let deadline = Instant::now() + LONG;
            assert!(Instant::now() < deadline);
        }
    });
    proved(|| {
        for _ in 0..OFTEN {
            let deadline = Instant::now().checked_add(LONG).unwrap();
            assert!(deadline.checked_duration_since(Instant::now()).is_some());
        }
    });
}

#[test]
fn what_is_measured_once_took_no_time() {
    proved(|| {
        for _ in 0..OFTEN {
            let start = Instant::now();
            assert!(start.elapsed() < LONG);
        }
    });
    // Nobody looks what it was.
    proved(|| {
        let start = Instant::now();
        let times: Vec<Instant> = (0..OFTEN).map(|_| Instant::now()).collect();
        assert!(times.is_sorted());
        assert!(start.elapsed() < LONG);
    });
}

#[test]
fn a_loop_that_waits_gets_there() {
    const HOUR: Duration = Duration::from_secs(3600);
    proved(|| {
        let deadline = Instant::now() + HOUR;
        while Instant::now() < deadline {
            thread::yield_now();
        }
    });
    proved(|| {
        let start = Instant::now();
        while start.elapsed() < HOUR {
            std::hint::spin_loop();
        }
    });
    // The deadline is made anew in each round, and is the same.
    proved(|| {
        let start = Instant::now();
        while !HOUR.saturating_sub(Instant::now() - start).is_zero()
            && Instant::now() < start + HOUR
        {}
    });
    proved(|| {
        let (_sender, receiver) = mpsc::channel::<()>();
        let deadline = Instant::now() + HOUR;
        while deadline.checked_duration_since(Instant::now()).is_some() {
            assert!(receiver.try_recv().is_err());
        }
    });
}

#[test]
fn a_loop_that_waits_and_measures_gets_there() {
    const HOUR: Duration = Duration::from_secs(3600);
    proved(|| {
        let deadline = Instant::now() + HOUR;
        let flag = AtomicBool::new(false);
        while Instant::now() < deadline {
            let round = Instant::now();
            assert!(!flag.load(Relaxed));
            assert!(round.elapsed() < LONG);
        }
    });
    // A short wait within a long one.
    proved(|| {
        let deadline = Instant::now() + HOUR;
        while Instant::now() < deadline {
            let soon = Instant::now() + Duration::from_millis(1);
            while Instant::now() < soon {
                thread::yield_now();
            }
        }
    });
    // All looks are at one place, so that which of them wait is not told from which measure.
    proved(|| {
        let now = || Instant::now();
        let start = now();
        while now() - start < HOUR {
            let round = now();
            assert!(now() > round);
            thread::yield_now();
        }
    });
}
