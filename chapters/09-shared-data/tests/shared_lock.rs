//! The lock beside shared data: exclusion, reentrancy, and the death of holders.

use ch08_multiprocessing::{Connection, Process, StartMethod, pipe};
use ch09_shared_data::{Array, NotOwner, OwnerDied, RLock, TryLockError, Value};
use std::thread;
use std::time::Duration;
use test_support::{trials, valgrind};

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("additions_under_the_lock_are_exact", exact),
            ("held_as_often_as_taken", depth),
            ("a_stranger_cannot_release", stranger),
            ("others_wait_only_as_long_as_they_say", time_outs),
            ("a_forked_child_does_not_hold_its_parents_lock", forked_child),
            ("a_killed_holder_is_told_of_once", killed_holder),
            ("a_thread_that_ends_holding_counts_as_dead", ended_thread),
            ("those_who_wait_when_the_holder_dies_get_the_lock", killed_while_others_wait),
            ("get_and_set_leave_the_news_to_who_asks_for_the_lock", silent_access),
            ("a_lock_alone", lock_alone),
            ("what_needs_no_process_is_clean_under_valgrind", under_valgrind),
        ],
    );
}

fn add(value: Value<u64>) {
    for i in 0..5_000 {
        let guard = value.lock().unwrap();
        // Now and then long enough for the others to fall asleep.
        if i % 500 == 0 {
            thread::yield_now();
        }
        guard.set(guard.get() + 1);
    }
}

fn exact() {
    let value = Value::new(0).unwrap();
    let children: Vec<_> =
        (0..3).map(|_| Process::new(add, value.clone()).start().unwrap()).collect();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| add(value.clone()));
        }
    });
    for child in children {
        assert_eq!(child.join().unwrap(), 0);
    }
    assert_eq!(value.get(), 25_000);
}

fn depth() {
    let value = Value::new(0_u8).unwrap();
    let (first, second) = (value.lock().unwrap(), value.lock().unwrap());
    drop(first);
    assert!(value.get_lock().is_owned());
    thread::scope(|scope| {
        scope.spawn(|| assert!(matches!(value.try_lock(), Err(TryLockError::WouldBlock))));
    });
    drop(second);
    assert!(!value.get_lock().is_locked());
}

fn stranger() {
    let lock = RLock::new().unwrap();
    lock.acquire().unwrap();
    thread::scope(|scope| {
        // SAFETY: no guard exists.
        scope.spawn(|| assert_eq!(unsafe { lock.release() }, Err(NotOwner)));
    });
    // SAFETY: this is the level that was acquired, and then one too many.
    unsafe {
        assert_eq!(lock.release(), Ok(()));
        assert_eq!(lock.release(), Err(NotOwner));
    }
}

fn time_outs() {
    let array = Array::new([0_u8]).unwrap();
    let guard = array.lock().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            let brief = Duration::from_millis(1);
            assert!(matches!(array.lock_timeout(brief), Err(TryLockError::WouldBlock)));
        });
    });
    thread::scope(|scope| {
        let waiter = scope.spawn(|| array.lock_timeout(Duration::MAX).is_ok());
        drop(guard);
        assert!(waiter.join().unwrap());
    });
}

fn is_free(lock: RLock) -> i32 {
    i32::from(lock.is_owned() || lock.try_lock().is_ok())
}

fn forked_child() {
    // The name of this thread is known by now, and copied by the fork.
    let lock = RLock::new().unwrap();
    let guard = lock.lock().unwrap();
    let child = Process::new(is_free, lock.clone()).method(StartMethod::Fork).start().unwrap();
    assert_eq!(child.join().unwrap(), 0);
    assert!(lock.is_owned());
    drop(guard);
}

/// Takes the lock twice, says so, and waits for the end.
fn hold((value, mut main): (Value<i32>, Connection)) {
    let _guard = value.lock().map_err(OwnerDied::into_inner);
    let _again = value.lock();
    main.send(&()).unwrap();
    let _ = main.recv::<()>();
}

/// A value whose lock was held by a process that has been killed.
fn value_of_a_dead_holder() -> Value<i32> {
    let value = Value::new(1).unwrap();
    let (mut ours, theirs) = pipe().unwrap();
    let child = Process::new(hold, (value.clone(), theirs)).start().unwrap();
    ours.recv::<()>().unwrap();
    assert!(matches!(value.try_lock(), Err(TryLockError::WouldBlock)));
    child.kill().unwrap();
    child.join().unwrap();
    value
}

fn killed_holder() {
    for round in 0..3 {
        let value = value_of_a_dead_holder();
        let died = match round {
            0 => value.lock().unwrap_err(),
            _ => match value.lock_timeout(Duration::MAX) {
                Err(TryLockError::OwnerDied(died)) => died,
                other => panic!("{other:?}"),
            },
        };
        assert_eq!(died.to_string(), "the lock's last holder died while it held the lock");
        died.into_inner().set(2);
        assert!(!value.get_lock().is_locked(), "both levels of the dead holder are gone");
        assert_eq!(value.lock().unwrap().get(), 2);
    }
}

fn ended_thread() {
    let lock = RLock::new().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| std::mem::forget(lock.lock().unwrap()));
    });
    assert!(lock.lock().is_err());
    assert!(lock.lock().is_ok());
}

fn wait_and_add((value, mut main): (Value<i32>, Connection)) -> i32 {
    main.send(&()).unwrap();
    let (guard, told) = match value.lock() {
        Ok(guard) => (guard, 0),
        Err(died) => (died.into_inner(), 1),
    };
    guard.set(guard.get() + 10);
    told
}

fn killed_while_others_wait() {
    for _ in 0..3 {
        let value = Value::new(0).unwrap();
        let (mut ours, theirs) = pipe().unwrap();
        let holder = Process::new(hold, (value.clone(), theirs)).start().unwrap();
        ours.recv::<()>().unwrap();
        let waiters: Vec<_> = (0..3)
            .map(|_| {
                let (mut ours, theirs) = pipe().unwrap();
                let child = Process::new(wait_and_add, (value.clone(), theirs)).start().unwrap();
                ours.recv::<()>().unwrap();
                child
            })
            .collect();
        holder.kill().unwrap();
        let told: i32 = waiters.iter().map(|waiter| waiter.join().unwrap()).sum();
        assert_eq!(told, 1, "one of them, and only one, is told");
        assert_eq!(value.get(), 30);
    }
}

fn silent_access() {
    let value = value_of_a_dead_holder();
    assert_eq!(value.get(), 1);
    value.set(5);
    assert_eq!(value.lock().unwrap_err().into_inner().get(), 5);
}

fn lock_alone() {
    let lock = RLock::new().unwrap();
    assert_eq!(format!("{lock:?}"), "RLock { is_locked: false }");
    let guard = lock.lock().unwrap();
    let copy: RLock = ch08_multiprocessing::Message::encode(&lock).unwrap().decode().unwrap();
    assert!(copy.is_owned());
    drop(guard);
    assert!(!copy.is_locked());
}

fn under_valgrind() {
    let with_processes = [
        "additions_under_the_lock",
        "a_forked_child",
        "a_killed_holder",
        "those_who_wait_when",
        "get_and_set_leave",
    ];
    valgrind::clean(&with_processes);
}
