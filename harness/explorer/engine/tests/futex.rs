//! Waiting below std: programs that call the kernel's `futex` themselves.

#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use std::cell::UnsafeCell;
use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::atomic::AtomicU32;
use explore_engine::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use explore_engine::time::Instant;
use explore_engine::{Config, Explorer, Outcome, Status, thread};

/// Waits if the word is this. What the kernel says: 0, or the number of the error.
fn wait(word: &AtomicU32, expected: u32, time: Option<Duration>, flags: i32) -> i32 {
    let time = time.map(|time| libc::timespec {
        tv_sec: time.as_secs() as i64,
        tv_nsec: i64::from(time.subsec_nanos()),
    });
    let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    let address = std::ptr::from_ref(word).cast::<u32>();
    let command = if flags & libc::FUTEX_WAIT_BITSET != 0 { 0 } else { libc::FUTEX_WAIT };
    let unused = std::ptr::null::<u32>();
    // SAFETY: the word and the time live until the call returns.
    match unsafe {
        libc::syscall(libc::SYS_futex, address, command | flags, expected, time, unused, u32::MAX)
    } {
        0 => 0,
        // SAFETY: the place of this thread's error.
        _ => unsafe { *libc::__errno_location() },
    }
}

/// Wakes so many; how many there were.
fn wake(word: &AtomicU32, most: i32) -> i64 {
    let address = std::ptr::from_ref(word).cast::<u32>();
    let command = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the address is only a name here.
    unsafe { libc::syscall(libc::SYS_futex, address, command, most) }
}

fn sleep_while(word: &AtomicU32, value: u32) {
    wait(word, value, None, libc::FUTEX_PRIVATE_FLAG);
}

/// A mutex of one word: 0 is free, 1 is held, 2 is held and somebody may wait.
struct Lock {
    word: AtomicU32,
    wakes: bool,
    value: UnsafeCell<u32>,
}

// SAFETY: the value is used by who holds the lock.
unsafe impl Sync for Lock {}

impl Lock {
    fn new(wakes: bool) -> Arc<Self> {
        Arc::new(Self { word: AtomicU32::new(0), wakes, value: UnsafeCell::new(0) })
    }

    fn add(&self) -> u32 {
        if self.word.compare_exchange(0, 1, Acquire, Relaxed).is_err() {
            while self.word.swap(2, Acquire) != 0 {
                sleep_while(&self.word, 2);
            }
        }
        // SAFETY: the lock is held.
        let value = unsafe {
            *self.value.get() += 1;
            *self.value.get()
        };
        if self.word.swap(0, Release) == 2 && self.wakes {
            wake(&self.word, 1);
        }
        value
    }
}

fn explore(scenario: impl Fn() + 'static) -> Outcome {
    Explorer::default().run("scenario", scenario)
}

fn three_add(wakes: bool) {
    let lock = Lock::new(wakes);
    let others: Vec<_> = (0..2)
        .map(|_| {
            let lock = Arc::clone(&lock);
            thread::spawn(move || lock.add())
        })
        .collect();
    lock.add();
    for other in others {
        other.join().unwrap();
    }
    assert_eq!(lock.add(), 4);
}

#[test]
fn a_lock_of_one_word_is_proved_and_is_not_without_its_wake() {
    let proved = explore(|| three_add(true));
    assert!(proved.is_proved(), "{proved}");
    let failed = explore(|| three_add(false));
    assert!(failed.summary.starts_with("deadlock"), "{failed}");
    let picture = failed.trace.expect("a failure is drawn");
    let waits = |step: &trace::Step| matches!(step.operation, trace::Operation::Wait { .. });
    assert!(picture.steps.iter().any(waits));
}

/// To look at the word and to begin to wait is one step to whoever changes it and then wakes.
#[test]
fn no_wake_is_lost_between_the_look_and_the_wait() {
    let proved = explore(|| {
        let word = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&word);
        let other = thread::spawn(move || {
            theirs.store(1, Relaxed);
            wake(&theirs, 1);
        });
        while word.load(Relaxed) == 0 {
            sleep_while(&word, 0);
        }
        other.join().unwrap();
    });
    assert!(proved.is_proved(), "{proved}");
    // Who wakes before the change is too early.
    let failed = explore(|| {
        let word = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&word);
        let other = thread::spawn(move || {
            wake(&theirs, 1);
            theirs.store(1, Relaxed);
        });
        while word.load(Relaxed) == 0 {
            sleep_while(&word, 0);
        }
        other.join().unwrap();
    });
    assert!(failed.summary.starts_with("deadlock"), "{failed}");
}

#[test]
fn what_the_kernel_returns() {
    let proved = explore(|| {
        let word = AtomicU32::new(5);
        assert_eq!(word.load(SeqCst), 5);
        assert_eq!(wait(&word, 4, None, 0), libc::EAGAIN);
        assert_eq!(wake(&word, 1), 0);
        let start = Instant::now();
        let time = Some(Duration::from_secs(3600));
        assert_eq!(wait(&word, 5, time, libc::FUTEX_PRIVATE_FLAG), libc::ETIMEDOUT);
        assert!(start.elapsed() >= Duration::from_secs(3600));
        // A moment that has passed.
        let flags = libc::FUTEX_WAIT_BITSET | libc::FUTEX_PRIVATE_FLAG;
        assert_eq!(wait(&word, 5, Some(Duration::ZERO), flags), libc::ETIMEDOUT);
        assert_eq!(wait(&word, 4, None, flags), libc::EAGAIN);
    });
    assert!(proved.is_proved(), "{proved}");
}

/// Two wait, and so many are woken; the count is that of those who were there.
fn wakes(most: i32, then: i32) -> impl Fn() + Copy {
    move || {
        let word = Arc::new(AtomicU32::new(0));
        let others: Vec<_> = (0..2)
            .map(|_| {
                let word = Arc::clone(&word);
                thread::spawn(move || {
                    while word.load(SeqCst) == 0 {
                        sleep_while(&word, 0);
                    }
                })
            })
            .collect();
        word.store(1, SeqCst);
        let (first, second) = (wake(&word, most), wake(&word, then));
        assert!(first <= i64::from(most) && first + second <= 2, "{first} and {second}");
        others.into_iter().for_each(|other| other.join().unwrap());
    }
}

#[test]
fn as_many_are_woken_as_was_said() {
    for (most, then) in [(i32::MAX, 0), (2, 0), (1, 1)] {
        let outcome = explore(wakes(most, then));
        assert!(outcome.is_proved(), "{most} and {then}: {outcome}");
    }
    let outcome = explore(wakes(1, 0));
    assert!(outcome.summary.starts_with("deadlock"), "{outcome}");
}

/// A wait may end for no reason, if that is asked for.
#[test]
fn a_wait_may_be_spurious() {
    let once = || {
        let word = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&word);
        let other = thread::spawn(move || {
            theirs.store(1, SeqCst);
            wake(&theirs, 1);
        });
        if word.load(SeqCst) == 0 {
            sleep_while(&word, 0);
        }
        assert_eq!(word.load(SeqCst), 1, "for no reason");
        other.join().unwrap();
    };
    assert!(explore(once).is_proved());
    let config = Config { spurious: 1, ..Config::default() };
    let outcome = Explorer::new(config).run("scenario", once);
    assert!(outcome.summary.contains("for no reason"), "{outcome}");
}

#[test]
fn what_cannot_be_explored_is_said() {
    let requeue = explore(|| {
        let word = AtomicU32::new(0);
        let address = std::ptr::from_ref(&word).cast::<u32>();
        // SAFETY: nobody waits there.
        unsafe { libc::syscall(libc::SYS_futex, address, libc::FUTEX_REQUEUE, 1, 1, address, 0) };
    });
    assert_eq!(requeue.status, Status::Refused, "{requeue}");
    assert!(requeue.summary.contains("other than to wait or to wake"), "{requeue}");
}

/// An atomic is its value: so memory that nobody has used as one yet is one to the kernel.
#[test]
fn any_word_can_be_waited_at() {
    let plain = |expected: u32| {
        explore(move || {
            let words = [0_u64; 4];
            let command = libc::FUTEX_WAIT;
            let none = std::ptr::null::<u32>();
            let at = words.as_ptr();
            // SAFETY: the word is there.
            unsafe { libc::syscall(libc::SYS_futex, at, command, expected, none, none, 0) };
        })
    };
    let waits = plain(0);
    assert!(waits.is_failed() && waits.summary.contains("deadlock"), "{waits}");
    let another = plain(1);
    assert!(another.is_proved(), "{another}");
}

/// A loop that waits in each round: what the kernel looked at is no load that a bounded search could repeat.
#[test]
fn a_bounded_search_looks_again_after_a_wait() {
    let config = Config { looks: Some(1), ..Config::default() };
    let outcome = Explorer::new(config).run("scenario", || {
        let word = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&word);
        let other = thread::spawn(move || {
            theirs.store(1, SeqCst);
            wake(&theirs, 1);
        });
        while word.load(SeqCst) == 0 {
            sleep_while(&word, 0);
        }
        other.join().unwrap();
    });
    assert!(outcome.is_proved(), "{outcome}");
}

/// Outside of an exploration the kernel is asked.
#[test]
fn outside_the_kernel_answers() {
    let word = AtomicU32::new(1);
    assert_eq!(wait(&word, 0, None, libc::FUTEX_PRIVATE_FLAG), libc::EAGAIN);
    assert_eq!(wake(&word, 1), 0);
}
