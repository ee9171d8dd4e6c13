//! Forks at the very moment in which somebody else has something locked.

use crate::gate::is_shut;
use crate::{Condvar, Whole, forks};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// What a forked copy that runs `scene` ends with.
fn in_a_copy(scene: impl FnOnce() -> i32) -> i32 {
    // SAFETY: the child only looks at this package, and ends.
    match unsafe { libc::fork() } {
        // SAFETY: it ends the process.
        0 => unsafe { libc::_exit(scene()) },
        child => {
            let mut status = 0;
            // SAFETY: it is this process's child.
            assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
            assert!(libc::WIFEXITED(status), "{status}");
            libc::WEXITSTATUS(status)
        }
    }
}

/// Until a fork stands before the gate.
fn a_fork_waits() {
    while !is_shut() {
        thread::yield_now();
    }
}

#[test]
fn a_fork_waits_for_who_has_locked() {
    let (whole, before) = (Whole::new(0), forks());
    let (locked, is_locked) = channel();
    let (go_on, may_go_on) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(|| {
            let may_go_on: Receiver<()> = may_go_on;
            let mut guard = whole.lock();
            *guard = 1;
            locked.send(()).unwrap();
            may_go_on.recv().unwrap();
            *guard = 2;
        });
        is_locked.recv().unwrap();
        // The child finds it unlocked, and what the holder did in the end.
        let forker = scope.spawn(|| in_a_copy(|| *whole.lock() + i32::from(forks() != before)));
        a_fork_waits();
        go_on.send(()).unwrap();
        assert_eq!(forker.join().unwrap(), 3);
    });
    assert_eq!(forks(), before);
}

#[test]
fn who_has_locked_one_may_lock_another_while_a_fork_waits() {
    let (outer, inner) = (Whole::new(1), Whole::new(2));
    let guard = outer.lock();
    thread::scope(|scope| {
        let forker = scope.spawn(|| in_a_copy(|| *outer.lock() + *inner.lock()));
        a_fork_waits();
        let both = *guard + *inner.lock();
        assert_eq!(both, 3);
        let other = inner.lock();
        // In the other order, too.
        drop(guard);
        drop(other);
        assert_eq!(forker.join().unwrap(), 3);
    });
}

#[test]
fn who_waits_for_a_notice_holds_up_no_fork_and_is_none_in_the_copy() {
    let (ready, changed) = (Whole::new(false), Condvar::new());
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let mut is_ready = ready.lock();
            while !*is_ready {
                is_ready = changed.wait(is_ready);
            }
        });
        let copied = in_a_copy(|| {
            *ready.lock() = true;
            changed.notify_all();
            i32::from(*changed.wait_timeout(ready.lock(), std::time::Duration::ZERO))
        });
        assert_eq!(copied, 1);
        assert!(!*ready.lock());
        *ready.lock() = true;
        changed.notify_one();
        waiter.join().unwrap();
    });
}

#[test]
fn a_thread_forks_while_its_own_values_are_destroyed() {
    struct Forks;
    impl Drop for Forks {
        fn drop(&mut self) {
            assert_eq!(in_a_copy(|| *SEEN.lock()), 7);
            *SEEN.lock() = 8;
        }
    }
    static SEEN: Whole<i32> = Whole::new(7);
    thread_local! {
        static AT_THE_END: Forks = const { Forks };
    }
    thread::spawn(|| AT_THE_END.with(|_| ())).join().unwrap();
    assert_eq!(*SEEN.lock(), 8);
}

#[test]
fn many_wait_and_are_woken_one_by_one() {
    let (count, changed) = (Whole::new(0), Condvar::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    let mut left = count.lock();
                    while *left == 0 {
                        left = changed.wait(left);
                    }
                    *left -= 1;
                }
            });
        }
        for _ in 0..2000 {
            *count.lock() += 1;
            changed.notify_one();
        }
    });
    assert_eq!(*count.lock(), 0);
}
