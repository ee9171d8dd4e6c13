//! SIGKILL to the holder of a lock in shared memory, and to a parent.

use ch08_multiprocessing::{
    Child, Connection, Lock, OwnerDied, Process, RLock, RecvError, TryLockError, pipe,
};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;
use test_support::kills::{self, PATIENCE, rounds, time};
use test_support::trials;

fn main() {
    kills::mark();
    trials::run(
        ch08_multiprocessing::init,
        [
            ("who_waits_for_a_lock_whose_holder_is_killed_gets_it_and_is_told", || rounds(lock)),
            ("the_same_of_an_rlock_that_was_held_twice", || rounds(rlock)),
            ("with_a_killed_parent_go_its_daemons_and_what_they_hold", || rounds(parent)),
        ],
    );
}

/// A child that runs `function`, once it has said that it is ready.
fn ready_child<T>(function: fn((T, Connection)), shared: &T) -> (Child, Connection)
where
    T: Clone + Serialize + DeserializeOwned,
{
    let (mut ours, theirs) = pipe().unwrap();
    let child = Process::new(function, (shared.clone(), theirs)).start().unwrap();
    assert_eq!(ours.recv_timeout::<()>(PATIENCE).unwrap(), Some(()));
    (child, ours)
}

fn say_and_wait(mut main: Connection) {
    main.send(&()).unwrap();
    let _ = main.recv::<()>();
}

fn hold_lock((lock, main): (Lock, Connection)) {
    let _guard = lock.lock().unwrap();
    say_and_wait(main);
}

fn lock() -> Duration {
    let lock = Lock::new().unwrap();
    let (holder, _open) = ready_child(hold_lock, &lock);
    let (took, next) = time(|| holder.kill().unwrap(), || lock.lock_timeout(PATIENCE));
    assert!(matches!(next, Err(TryLockError::OwnerDied(_))), "{next:?}");
    drop(next);
    assert!(lock.try_lock().is_ok(), "told of once");
    assert_eq!(holder.join().unwrap(), -9);
    took
}

fn hold_rlock((lock, main): (RLock, Connection)) {
    let _guards = (lock.lock().unwrap(), lock.lock().unwrap());
    say_and_wait(main);
}

fn rlock() -> Duration {
    let lock = RLock::new().unwrap();
    let (holder, _open) = ready_child(hold_rlock, &lock);
    let (took, next) = time(|| holder.kill().unwrap(), || lock.lock_timeout(PATIENCE));
    assert!(matches!(next, Err(TryLockError::OwnerDied(_))), "{next:?}");
    drop(next);
    assert!(!lock.is_locked(), "both levels are gone");
    assert!(lock.try_lock().is_ok(), "told of once");
    assert_eq!(holder.join().unwrap(), -9);
    took
}

fn have_a_daemon((lock, main): (Lock, Connection)) {
    let daemon = Process::new(hold_lock, (lock, main)).daemon(true).start().unwrap();
    daemon.join().unwrap();
}

fn parent() -> Duration {
    let lock = Lock::new().unwrap();
    let (parent, mut from_daemon) = ready_child(have_a_daemon, &lock);
    let kill = || parent.kill().unwrap();
    let (took, end) = time(kill, || from_daemon.recv_timeout::<()>(PATIENCE));
    assert!(matches!(end, Err(RecvError::Closed)), "{end:?}");
    let next = lock.lock_timeout(PATIENCE).map_err(|error| match error {
        TryLockError::OwnerDied(died) => OwnerDied::into_inner(died),
        other => panic!("{other:?}"),
    });
    assert!(next.is_err(), "the daemon held it");
    assert_eq!(parent.join().unwrap(), -9);
    took
}
