//! What an auto-reset event and a countdown latch must do.

use judge::drawn;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use student::{AutoResetEvent, CountdownLatch};

const SECOND: Duration = Duration::from_secs(1);
const SLACK: Duration = Duration::from_millis(100);

/// A signal that comes while nobody waits is kept for the next who does; a second one is not added.
pub fn a_signal_is_kept_but_not_counted() {
    let event = AutoResetEvent::new();
    assert!(!event.wait_timeout(SECOND), "nobody has set the event");
    event.set();
    event.set();
    event.wait();
    assert!(!event.wait_timeout(SECOND), "two `set` in a row are one signal");
    // In whatever order.
    let (mut answers, mut expected, mut kept) = (Vec::new(), Vec::new(), false);
    for _ in 0..16 {
        if drawn(0..2) == 0 {
            event.set();
            kept = true;
        } else {
            answers.push(event.wait_timeout(SECOND));
            expected.push(std::mem::take(&mut kept));
        }
    }
    assert_eq!(answers, expected, "a signal is there if `set` came since the last one was taken");
}

/// `reset` takes an unused signal back.
pub fn reset_takes_the_signal_back() {
    let event = AutoResetEvent::new();
    event.set();
    event.reset();
    assert!(!event.wait_timeout(SECOND), "the signal was taken back");
    event.set();
    assert!(event.wait_timeout(SECOND), "set again after a reset");
    let (mut answers, mut expected, mut kept) = (Vec::new(), Vec::new(), false);
    for _ in 0..16 {
        match drawn(0..3) {
            0 => {
                event.set();
                kept = true;
            }
            1 => {
                event.reset();
                kept = false;
            }
            _ => {
                answers.push(event.wait_timeout(SECOND));
                expected.push(std::mem::take(&mut kept));
            }
        }
    }
    assert_eq!(answers, expected, "a signal is there if `set` came since the last `reset`");
}

/// One `set`, two waiters: exactly one goes on.
pub fn one_set_frees_one_waiter() {
    let event = AutoResetEvent::new();
    let (freed, worth) = (AtomicU64::new(0), drawn(1..1000));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                if event.wait_timeout(SECOND) {
                    freed.fetch_add(worth, Ordering::Relaxed);
                }
            });
        }
        event.set();
    });
    // A signal that came too late for both is still there.
    let left = if event.wait_timeout(Duration::ZERO) { worth } else { 0 };
    assert_eq!(freed.into_inner() + left, worth, "one `set` is one signal");
}

/// Two waiters, and a `set` for each of them: nobody stays behind.
pub fn every_waiter_gets_a_signal() {
    let event = AutoResetEvent::new();
    let through = AtomicUsize::new(0);
    let (went, goes_on) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..2 {
            let went = went.clone();
            let (event, through) = (&event, &through);
            scope.spawn(move || {
                event.wait();
                through.fetch_add(1, Ordering::Relaxed);
                went.send(()).unwrap();
            });
        }
        for signals in 1..=2 {
            event.set();
            goes_on.recv().unwrap();
            assert_eq!(through.load(Ordering::Relaxed), signals, "a `set` is for one waiter");
        }
    });
}

/// Two threads hand each other the turn.
pub fn ping_pong() {
    let (ping, pong) = (AutoResetEvent::new(), AutoResetEvent::new());
    let first = drawn(0..1000) as usize;
    let turns = AtomicUsize::new(first);
    thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0..2 {
                ping.wait();
                assert_eq!(turns.fetch_add(1, Ordering::Relaxed), first + 2 * turn, "out of turn");
                pong.set();
            }
        });
        for turn in 0..2 {
            ping.set();
            pong.wait();
            let before = turns.fetch_add(1, Ordering::Relaxed);
            assert_eq!(before, first + 2 * turn + 1, "out of turn");
        }
    });
}

/// What was written before `set` is seen after `wait`.
pub fn the_signal_carries_what_was_written() {
    let event = AutoResetEvent::new();
    let (value, written) = (AtomicU64::new(0), drawn(1..1000));
    thread::scope(|scope| {
        scope.spawn(|| {
            value.store(written, Ordering::Relaxed);
            event.set();
        });
        event.wait();
        let value = value.load(Ordering::Relaxed);
        assert_eq!(value, written, "`wait` returned, the write was not seen");
    });
}

/// One waiter gives up, another does not. The signal goes to one of them, and is never lost.
pub fn who_gives_up_does_not_take_the_signal_along() {
    let event = AutoResetEvent::new();
    let taken = thread::scope(|scope| {
        let patient = scope.spawn(|| event.wait_timeout(SECOND * 3600));
        let hasty = scope.spawn(|| event.wait_timeout(SECOND));
        event.set();
        let hasty = hasty.join().unwrap();
        if hasty {
            event.set();
        }
        assert!(patient.join().unwrap(), "the signal was lost");
        hasty
    });
    assert!(!event.wait_timeout(Duration::ZERO), "a signal too many (taken by both: {taken})");
}

/// `wait_timeout` waits as long as it is told to, however often it is woken in between.
pub fn a_time_out_is_kept() {
    let count = drawn(3..1000) as usize;
    let latch = CountdownLatch::new(count);
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            assert!(!latch.wait_timeout(SECOND * 2), "the latch never opened");
            let waited = start.elapsed();
            assert!(waited >= SECOND * 2, "gave up after {waited:?} of 2 s");
            assert!(waited < SECOND * 2 + SLACK, "waited {waited:?} instead of 2 s");
        });
        scope.spawn(|| {
            // A time-out passes only when everybody waits: the other one does so by now.
            assert!(!latch.wait_timeout(SECOND), "the latch never opened");
            latch.count_down();
            latch.count_down();
        });
    });
    assert_eq!(latch.count(), count - 2);
}

/// The latch opens for everybody, when it was counted down by everybody, and stays open.
pub fn the_latch_opens_for_all() {
    let latch = CountdownLatch::new(2);
    let (mine, theirs) = (drawn(1..1000), drawn(1..1000));
    let (counted, all) = (AtomicU64::new(0), mine + theirs);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                latch.wait();
                assert_eq!(counted.load(Ordering::Relaxed), all, "the latch opened too early");
            });
        }
        scope.spawn(|| {
            counted.fetch_add(theirs, Ordering::Relaxed);
            latch.count_down();
        });
        counted.fetch_add(mine, Ordering::Relaxed);
        latch.count_down();
    });
    latch.wait();
    assert!(latch.wait_timeout(Duration::ZERO), "an open latch stays open");
}

/// Two threads count down at the same time; none is lost.
pub fn no_count_is_lost() {
    let count = drawn(3..20) as usize;
    let latch = CountdownLatch::new(count);
    thread::scope(|scope| {
        scope.spawn(|| latch.count_down());
        scope.spawn(|| latch.count_down());
    });
    assert_eq!(latch.count(), count - 2, "two of {count} counted down");
    for _ in 2..count {
        latch.count_down();
    }
    latch.wait();
}

/// A latch of zero is open, and cannot be counted below.
pub fn zero_is_open() {
    let latch = CountdownLatch::new(0);
    latch.wait();
    latch.count_down();
    assert_eq!(latch.count(), 0);
    assert!(latch.wait_timeout(Duration::ZERO));
    let count = drawn(1..9) as usize;
    let latch = CountdownLatch::new(count);
    let counts: Vec<usize> = (0..10)
        .map(|_| {
            latch.count_down();
            latch.count()
        })
        .collect();
    let expected: Vec<usize> = (1..=10).map(|times| count.saturating_sub(times)).collect();
    assert_eq!(counts, expected);
}
