//! What a phaser must do.

use judge::drawn;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use student::{Phaser, PhaserError};

judge::seen!(PhaserError { TimedOut, Broken });

const SECOND: Duration = Duration::from_secs(1);
const SLACK: Duration = Duration::from_millis(100);

/// One party never waits for anybody.
pub fn one_party() {
    let phaser = Phaser::new(1);
    assert_eq!((phaser.phase(), phaser.parties()), (0, 1));
    let phases = drawn(2..30) as usize;
    for phase in 0..phases {
        assert_eq!(phaser.wait(), Ok(phase));
    }
    assert_eq!(phaser.wait_timeout(SECOND), Ok(phases));
    assert_eq!(phaser.phase(), phases + 1);
    assert!(!phaser.is_broken());
}

/// Nobody goes on before everybody has arrived.
pub fn nobody_goes_on_alone() {
    let phaser = Phaser::new(3);
    let brought = [(); 3].map(|()| drawn(1..1000));
    let (arrived, all) = (AtomicU64::new(0), brought.iter().sum::<u64>());
    thread::scope(|scope| {
        for mine in brought {
            let (phaser, arrived) = (&phaser, &arrived);
            scope.spawn(move || {
                arrived.fetch_add(mine, Ordering::Relaxed);
                assert_eq!(phaser.wait(), Ok(0));
                assert_eq!(arrived.load(Ordering::Relaxed), all, "went on without the others");
            });
        }
    });
}

/// The phaser is used again at once: nobody is ever a phase ahead or behind.
pub fn phase_after_phase() {
    let phaser = Phaser::new(2);
    let first = drawn(0..1000) as usize;
    let steps = AtomicUsize::new(2 * first);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for phase in 0..2 {
                    let before = steps.fetch_add(1, Ordering::SeqCst);
                    let where_all_are = (phase, before / 2 - first);
                    assert_eq!(where_all_are, (phase, phase), "a party is in another phase");
                    assert_eq!(phaser.wait(), Ok(phase));
                }
            });
        }
    });
    assert_eq!(phaser.phase(), 2);
}

/// A thread that wakes up for no reason has not got past the barrier.
pub fn survives_spurious_wake_ups() {
    let phaser = Phaser::new(2);
    let (mine, theirs) = (drawn(1..1000), drawn(1..1000));
    let (arrived, all) = (AtomicU64::new(0), mine + theirs);
    thread::scope(|scope| {
        scope.spawn(|| {
            arrived.fetch_add(theirs, Ordering::Relaxed);
            assert_eq!(phaser.wait_timeout(SECOND * 60), Ok(0));
            assert_eq!(arrived.load(Ordering::Relaxed), all, "went on without the other");
        });
        arrived.fetch_add(mine, Ordering::Relaxed);
        assert_eq!(phaser.wait(), Ok(0));
        assert_eq!(arrived.load(Ordering::Relaxed), all, "went on without the other");
    });
}

/// A party that leaves is not waited for, and may be the last that was missing.
pub fn leaving_may_end_the_phase() {
    let phaser = Phaser::new(3);
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(phaser.wait(), Ok(0)));
        scope.spawn(|| assert_eq!(phaser.wait(), Ok(0)));
        phaser.leave();
    });
    assert_eq!((phaser.parties(), phaser.phase()), (2, 1));
}

/// A party that registers is waited for in the phase that is going on.
pub fn a_new_party_is_waited_for() {
    let phaser = Phaser::new(1);
    let (ready, word) = (AtomicU64::new(0), drawn(1..1000));
    phaser.register();
    assert_eq!(phaser.parties(), 2);
    thread::scope(|scope| {
        scope.spawn(|| {
            ready.store(word, Ordering::Relaxed);
            assert_eq!(phaser.wait(), Ok(0));
        });
        assert_eq!(phaser.wait(), Ok(0));
        assert_eq!(ready.load(Ordering::Relaxed), word, "the new party was not waited for");
    });
    assert_eq!(phaser.phase(), 1);
}

/// Parties come and go while others wait; whoever is left goes on together.
pub fn coming_and_going() {
    let phaser = Phaser::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(phaser.wait(), Ok(0));
            assert_eq!(phaser.wait(), Ok(1));
        });
        phaser.register();
        scope.spawn(|| {
            assert_eq!(phaser.wait(), Ok(0));
            phaser.leave();
        });
        assert_eq!(phaser.wait(), Ok(0));
        assert_eq!(phaser.wait(), Ok(1));
    });
    assert_eq!((phaser.parties(), phaser.phase()), (2, 2));
}

/// Somebody's time is over: everybody who waits hears of it, and whoever comes later.
pub fn a_time_out_breaks_it_for_all() {
    let phaser = Phaser::new(3);
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(phaser.wait(), Err(PhaserError::Broken)));
        scope.spawn(|| {
            let result = phaser.wait_timeout(SECOND * 2);
            assert_eq!(result, Err(PhaserError::TimedOut));
            let waited = start.elapsed();
            assert!(waited >= SECOND * 2, "gave up after {waited:?} of 2 s");
            assert!(waited < SECOND * 2 + SLACK, "waited {waited:?} instead of 2 s");
        });
    });
    assert!(phaser.is_broken());
    assert_eq!(phaser.wait(), Err(PhaserError::Broken), "it stays broken");
    assert_eq!(phaser.wait_timeout(SECOND), Err(PhaserError::Broken), "it stays broken");
}
