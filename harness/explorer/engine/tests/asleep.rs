//! Sleeps beside time-outs: a sleep that is longer than a time-out of another thread outlasts it, and whoever is slow may still come late.

use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::atomic::{AtomicBool, Ordering::*};
use explore_engine::sync::{Condvar, Mutex, mpsc};
use explore_engine::{Config, Explorer, Outcome, Status, thread};

const SHORT: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(1);

fn explore(scenario: impl Fn() + 'static) -> Outcome {
    Explorer::default().run("scenario", scenario)
}

#[track_caller]
fn proved(scenario: impl Fn() + 'static) -> Outcome {
    let outcome = explore(scenario);
    assert_eq!(outcome.status, Status::Proved, "{outcome}");
    outcome
}

/// It fails, and the schedule shows it again.
#[track_caller]
fn fails(scenario: impl Fn() + Clone + 'static) -> Outcome {
    let outcome = explore(scenario.clone());
    assert_eq!(outcome.status, Status::Failed, "{outcome}");
    let schedule = outcome.schedule.clone().unwrap();
    let again = Explorer::default().replay("scenario", scenario, &schedule).unwrap();
    assert_eq!((again.status, &again.summary), (outcome.status, &outcome.summary));
    outcome
}

/// One thread sleeps, and says that it is ready; main waits so long for it. Whether that came in time.
fn waited(sleep: Duration, timeout: Duration) -> bool {
    let pair = Arc::new((Mutex::new(false), Condvar::new()));
    let theirs = Arc::clone(&pair);
    let other = thread::spawn(move || {
        thread::sleep(sleep);
        *theirs.0.lock().unwrap() = true;
        theirs.1.notify_all();
    });
    let ready = pair.0.lock().unwrap();
    let (ready, result) = pair.1.wait_timeout_while(ready, timeout, |ready| !*ready).unwrap();
    let in_time = *ready && !result.timed_out();
    drop(ready);
    other.join().unwrap();
    in_time
}

fn received(sleep: Duration, timeout: Duration) -> bool {
    let (sender, receiver) = mpsc::channel();
    let other = thread::spawn(move || {
        thread::sleep(sleep);
        let _ = sender.send(1);
    });
    let in_time = receiver.recv_timeout(timeout).is_ok();
    other.join().unwrap();
    in_time
}

fn parked(sleep: Duration, timeout: Duration) -> bool {
    let ready = Arc::new(AtomicBool::new(false));
    let (theirs, main) = (Arc::clone(&ready), thread::current());
    let other = thread::spawn(move || {
        thread::sleep(sleep);
        theirs.store(true, Release);
        main.unpark();
    });
    thread::park_timeout(timeout);
    let in_time = ready.load(Acquire);
    other.join().unwrap();
    in_time
}

const WAYS: [fn(Duration, Duration) -> bool; 3] = [waited, received, parked];

#[test]
fn a_time_out_passes_before_a_longer_sleep_has_ended() {
    for way in WAYS {
        let outcome = fails(move || assert!(way(LONG, SHORT)));
        // Nobody had to be slow for that.
        assert_eq!(outcome.preemptions, Some(0), "{outcome}");
    }
}

#[test]
fn a_shorter_sleep_has_ended_before_the_time_out() {
    for way in WAYS {
        proved(move || assert!(way(SHORT, LONG)));
        // Both at once: who is first is open.
        proved(move || assert!(way(SHORT, SHORT)));
    }
}

/// Who sleeps may wake before the others have gone on, however short the time-out is: they are slow then.
#[test]
fn whoever_waits_may_be_slow() {
    for way in WAYS {
        fails(move || assert!(!way(LONG, SHORT)));
    }
}

#[test]
fn of_two_sleeps_and_a_time_out_the_first_is_first() {
    let run = |first: Duration, second: Duration, timeout: Duration| {
        let (sender, receiver) = mpsc::channel();
        let sleeps = |time: Duration, number: u32| {
            let sender = sender.clone();
            thread::spawn(move || {
                thread::sleep(time);
                let _ = sender.send(number);
            })
        };
        let others = [sleeps(first, 1), sleeps(second, 2)];
        let seen = [receiver.recv_timeout(timeout).ok(), receiver.recv_timeout(timeout).ok()];
        others.into_iter().for_each(|other| other.join().unwrap());
        seen
    };
    let ms = Duration::from_millis;
    // The short sleep ends, then the time-out passes, then the long one ends.
    fails(move || assert_ne!(run(ms(5), ms(900), ms(100)), [Some(1), None]));
    // No time-out passes before the short sleep has ended.
    proved(move || assert!(run(ms(5), ms(900), ms(100))[0].is_some()));
    proved(move || assert_eq!(run(ms(5), ms(50), ms(100)).iter().flatten().count(), 2));
}

/// The clock of who sleeps goes on: a second sleep may outlast a time-out that the first has not.
#[test]
fn sleeps_add_up() {
    let way = |naps: u32| {
        let (sender, receiver) = mpsc::channel();
        let other = thread::spawn(move || {
            for _ in 0..naps {
                thread::sleep(Duration::from_millis(40));
            }
            let _ = sender.send(());
        });
        let in_time = receiver.recv_timeout(Duration::from_millis(30)).is_ok();
        other.join().unwrap();
        in_time
    };
    fails(move || assert!(way(1)));
    fails(move || assert!(way(2)));
}

/// What nothing orders costs nothing: without a time-out that is shorter, a sleep is one step.
#[test]
fn who_only_sleeps_costs_nothing() {
    let outcome = proved(|| {
        let other = thread::spawn(|| thread::sleep(LONG));
        thread::sleep(SHORT);
        other.join().unwrap();
    });
    assert_eq!(outcome.executions, 1);
    let outcome = proved(|| {
        // One thread waits, and sleeps afterwards, and there is no other that does either.
        let (_sender, receiver) = mpsc::channel::<()>();
        assert!(receiver.recv_timeout(SHORT).is_err());
        thread::spawn(|| ()).join().unwrap();
        thread::sleep(LONG);
    });
    assert_eq!(outcome.executions, 1);
}

/// Time-outs that fire at any moment fire before a sleep ends, too, and need no more for that.
#[test]
fn time_outs_at_any_moment_are_no_other_than_before() {
    let config = Config { eager_timeouts: true, ..Config::default() };
    let outcome = Explorer::new(config).run("scenario", || assert!(received(LONG, SHORT)));
    assert!(outcome.is_failed(), "{outcome}");
    assert!(!outcome.schedule.unwrap().contains('z'));
}

/// `Duration::MAX` is how programs say that there is no time-out, and std takes it so.
#[test]
fn what_passes_after_everybody_s_life_never_passes() {
    const FOR_EVER: Duration = Duration::MAX;
    let stuck: [fn(); 5] = [
        || {
            let pair = (Mutex::new(()), Condvar::new());
            let _ = pair.1.wait_timeout(pair.0.lock().unwrap(), FOR_EVER);
        },
        || {
            let (_sender, receiver) = mpsc::channel::<()>();
            let _ = receiver.recv_timeout(FOR_EVER);
        },
        || thread::park_timeout(FOR_EVER),
        || thread::sleep(FOR_EVER),
        || thread::sleep(Duration::from_secs(u64::MAX / 2)),
    ];
    for stuck in stuck {
        let outcome = fails(stuck);
        assert!(outcome.summary.starts_with("deadlock: main "), "{outcome}");
    }
    // A wake-up that is lost is lost.
    let outcome = fails(|| {
        let (lock, changed, ready) = (Mutex::new(()), Condvar::new(), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                ready.store(true, SeqCst);
                changed.notify_one();
            });
            let mut guard = lock.lock().unwrap();
            while !ready.load(SeqCst) {
                guard = changed.wait_timeout(guard, FOR_EVER).unwrap().0;
            }
        });
    });
    assert!(outcome.summary.starts_with("deadlock: main "), "{outcome}");
    // What is only long passes.
    let year = Duration::from_secs(365 * 24 * 3600);
    proved(move || thread::sleep(year));
    proved(move || thread::park_timeout(year));
    proved(|| {
        let (sender, receiver) = mpsc::channel();
        let other = thread::spawn(move || sender.send(1).unwrap());
        assert_eq!(receiver.recv_timeout(FOR_EVER), Ok(1));
        other.join().unwrap();
    });
}

const LONGER_FIRST: &str = "time-outs that fire before those of less than half their length";

/// A thread that does something each ten milliseconds, until it is told to stop.
fn beats() {
    let (stop, stopped) = mpsc::channel::<()>();
    let (beats, heard) = mpsc::channel();
    let other = thread::spawn(move || {
        while stopped.recv_timeout(SHORT) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _ = beats.send(());
        }
    });
    for _ in 0..2 {
        assert!(heard.recv_timeout(LONG).is_ok());
    }
    drop(stop);
    other.join().unwrap();
}

#[test]
fn a_heartbeat_comes_before_whoever_waits_for_it_has_given_up() {
    let outcome = proved(beats);
    assert!(outcome.not_checked.iter().any(|line| line == LONGER_FIRST), "{outcome}");
    // Somebody may be very slow; that is another question.
    let config = Config { eager_timeouts: true, early_timeouts: 1, ..Config::default() };
    let outcome = Explorer::new(config).run("scenario", beats);
    assert_eq!(outcome.status, Status::Failed, "{outcome}");
}

/// Two that are nearly alike pass in any order, and so do those of which one began late enough.
#[test]
fn of_two_time_outs_that_are_nearly_alike_either_may_be_the_first() {
    let first = |one: Duration, other: Duration| {
        move || {
            let order = Arc::new(Mutex::new(Vec::new()));
            let theirs = Arc::clone(&order);
            let waits = thread::spawn(move || {
                thread::park_timeout(one);
                theirs.lock().unwrap().push(1);
            });
            thread::park_timeout(other);
            order.lock().unwrap().push(2);
            waits.join().unwrap();
            assert_eq!(*order.lock().unwrap(), [1, 2]);
        }
    };
    fails(first(SHORT, SHORT));
    fails(first(SHORT, SHORT * 2));
    proved(first(SHORT, SHORT * 2 + Duration::from_nanos(1)));
    // Where the clock is exact, only those of one moment do.
    let exact = |one, other| {
        let config = Config { due_first: true, ..Config::default() };
        Explorer::new(config).run("scenario", first(one, other))
    };
    assert!(exact(SHORT, SHORT).is_failed());
    let outcome = exact(SHORT, SHORT + Duration::from_nanos(1));
    assert!(outcome.is_proved(), "{outcome}");
    let out_of_order = "time-outs that fire before others that are due earlier";
    assert!(outcome.not_checked.iter().any(|line| line == out_of_order), "{outcome}");
}
