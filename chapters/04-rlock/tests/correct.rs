//! The step before the last does all that the last one does.

use ch04_rlock::{ReleaseError, correct::RLock};
use std::thread;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(2);

#[test]
fn the_owner_comes_in_again_and_a_stranger_does_not() {
    let lock = RLock::default();
    lock.acquire();
    assert!(lock.try_acquire() && lock.acquire_timeout(Duration::ZERO));
    assert_eq!(lock.depth(), 3);
    thread::scope(|scope| {
        scope.spawn(|| {
            assert!(!lock.try_acquire() && !lock.acquire_timeout(SHORT));
            assert_eq!(lock.depth(), 0);
            assert_eq!(lock.release(), Err(ReleaseError::NotOwner));
        });
    });
    for _ in 0..3 {
        assert!(lock.is_locked());
        assert_eq!(lock.release(), Ok(()));
    }
    assert!(!lock.is_locked());
    assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    assert_eq!(lock.release_all(), Err(ReleaseError::NotLocked));
}

#[test]
fn all_levels_can_be_lent_and_come_back() {
    let lock = RLock::new();
    lock.acquire();
    lock.acquire();
    let levels = lock.release_all().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            lock.acquire();
            lock.release().unwrap();
        });
    });
    lock.restore(levels);
    assert_eq!(lock.depth(), 2);
}
