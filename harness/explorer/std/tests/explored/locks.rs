//! `RwLock`, `Barrier`, and poisoning.

use explore_std::panic::{AssertUnwindSafe, catch_unwind};
use explore_std::sync::atomic::AtomicU32;
use explore_std::sync::atomic::Ordering::{Acquire, Release};
use explore_std::sync::{Barrier, Mutex, RwLock, RwLockWriteGuard};
use explore_std::thread;

use crate::expect;

#[test]
fn readers_share_and_writers_do_not() {
    expect(&["0", "2"], || {
        let lock = RwLock::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut value = lock.write().unwrap();
                *value += 1;
                *value += 1;
            });
            let first = *lock.read().unwrap();
            first.to_string()
        })
    });
    // Two readers hold it at once in some order, which a lock that did not share would make a deadlock.
    expect(&["both"], || {
        let lock = RwLock::new(());
        let _mine = lock.read().unwrap();
        thread::scope(|scope| scope.spawn(|| drop(lock.read().unwrap())).join().unwrap());
        "both".to_owned()
    });
}

#[test]
fn nobody_comes_first_by_right() {
    // A waiting writer does not keep a reader out, and a reader does not keep a writer waiting: every order is explored.
    expect(&["rrw", "rwr", "wrr"], || {
        let order = Mutex::new(String::new());
        let lock = RwLock::new(());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let _guard = lock.read().unwrap();
                    order.lock().unwrap().push('r');
                });
            }
            let _guard = lock.write().unwrap();
            order.lock().unwrap().push('w');
        });
        order.into_inner().unwrap()
    });
}

#[test]
fn try_read_and_try_write_say_who_is_in_the_way() {
    expect(&["r:Ok w:WouldBlock", "r:Ok w:Ok"], || {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.read().unwrap()));
            let read = lock.try_read().map_or("WouldBlock", |_| "Ok");
            let write = lock.try_write().map_or("WouldBlock", |_| "Ok");
            format!("r:{read} w:{write}")
        })
    });
    expect(&["r:Ok", "r:WouldBlock"], || {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.write().unwrap()));
            format!("r:{}", lock.try_read().map_or("WouldBlock", |_| "Ok"))
        })
    });
}

#[test]
fn downgrade_lets_no_writer_between() {
    expect(&["1"], || {
        let lock = RwLock::new(0);
        thread::scope(|scope| {
            let mut guard = lock.write().unwrap();
            scope.spawn(|| *lock.write().unwrap() += 10);
            *guard = 1;
            let guard = RwLockWriteGuard::downgrade(guard);
            guard.to_string()
        })
    });
    // But readers may come in at once.
    expect(&["read"], || {
        let lock = RwLock::new(0);
        let guard = RwLockWriteGuard::downgrade(lock.write().unwrap());
        thread::scope(|scope| scope.spawn(|| drop(lock.read().unwrap())).join().unwrap());
        drop(guard);
        "read".to_owned()
    });
}

#[test]
fn a_reader_who_wants_to_write_too_deadlocks() {
    let outcome = expect(&["failed: deadlock: main waits for the RwLock, held by main"], || {
        let lock = RwLock::new(());
        let _reader = lock.read().unwrap();
        let _writer = lock.write().unwrap();
        "never".to_owned()
    });
    assert!(outcome.is_failed());
}

#[test]
fn writers_poison_and_readers_do_not() {
    expect(&["write:true read:false mutex:true cleared:false"], || {
        let (write, read, mutex) = (RwLock::new(0), RwLock::new(0), Mutex::new(0));
        let poison = |f: &dyn Fn()| assert!(catch_unwind(AssertUnwindSafe(f)).is_err());
        poison(&|| {
            let _guard = write.write();
            panic!("while writing");
        });
        poison(&|| {
            let _guard = read.read();
            panic!("while reading");
        });
        poison(&|| {
            let _guard = mutex.lock();
            panic!("while locked");
        });
        let told = format!(
            "write:{} read:{} mutex:{}",
            write.read().is_err(),
            read.write().is_err(),
            mutex.lock().is_err()
        );
        write.clear_poison();
        format!("{told} cleared:{}", write.write().is_err())
    });
    // Whether the other thread meets the poison depends on who was first.
    expect(&["Ok", "Poisoned"], || {
        let lock = RwLock::new(0);
        thread::scope(|scope| {
            let panics = scope.spawn(|| {
                let _guard = lock.write();
                panic!("while writing");
            });
            let met = if lock.read().is_ok() { "Ok" } else { "Poisoned" };
            assert!(panics.join().is_err());
            met.to_owned()
        })
    });
}

#[test]
fn any_thread_may_lead_a_barrier_and_one_does() {
    expect(&["leads: 0", "leads: 1", "leads: 2"], || {
        let barrier = Barrier::new(3);
        thread::scope(|scope| {
            let threads: Vec<_> =
                (0..2).map(|_| scope.spawn(|| barrier.wait().is_leader())).collect();
            let mut leaders = vec![barrier.wait().is_leader()];
            leaders.extend(threads.into_iter().map(|thread| thread.join().unwrap()));
            let leaders: Vec<_> = (0..3).filter(|&place| leaders[place]).collect();
            assert_eq!(leaders.len(), 1);
            format!("leads: {}", leaders[0])
        })
    });
}

#[test]
fn a_barrier_opens_again_for_the_next_round() {
    expect(&["11", "12", "21", "22"], || {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            let other = scope.spawn(|| [(); 2].map(|()| barrier.wait().is_leader()));
            let mine = [(); 2].map(|()| barrier.wait().is_leader());
            let other = other.join().unwrap();
            (0..2).map(|round| if mine[round] && !other[round] { '1' } else { '2' }).collect()
        })
    });
}

#[test]
fn a_barrier_that_is_missing_a_thread_is_a_deadlock() {
    expect(&["failed: deadlock: main waits at the Barrier"], || {
        let barrier = Barrier::new(2);
        barrier.wait();
        "never".to_owned()
    });
}

#[test]
fn a_barrier_for_nobody_lets_everybody_pass_as_leader() {
    expect(&["true true"], || {
        format!("{} {}", Barrier::new(0).wait().is_leader(), Barrier::new(1).wait().is_leader())
    });
}

#[test]
fn asking_for_poison_and_clearing_it_are_steps() {
    expect(&["false", "true"], || {
        let lock = Mutex::new(());
        thread::scope(|scope| {
            let panics = scope.spawn(|| {
                let _guard = lock.lock();
                panic!("while locked");
            });
            let poisoned = lock.is_poisoned();
            assert!(panics.join().is_err());
            poisoned.to_string()
        })
    });
    expect(&["Ok", "Poisoned"], || {
        let lock = RwLock::new(());
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let _guard = lock.write();
            panic!("while writing");
        }));
        thread::scope(|scope| {
            scope.spawn(|| lock.clear_poison());
            (if lock.read().is_ok() { "Ok" } else { "Poisoned" }).to_owned()
        })
    });
}

/// A panic takes its time to give back what its thread holds: meanwhile the lock is held and not poisoned.
#[test]
fn a_lock_is_not_poisoned_before_it_is_given_back() {
    let outcome = expect(&["0 false", "0 true", "1 false", "1 true"], || {
        let lock = Mutex::new(());
        let held = AtomicU32::new(0);
        thread::scope(|scope| {
            let poisons = scope.spawn(|| {
                let _guard = lock.lock();
                held.store(1, Release);
                panic!("poisons");
            });
            let seen = format!("{} {}", held.load(Acquire), lock.is_poisoned());
            let _ = poisons.join();
            seen
        })
    });
    assert!(outcome.is_proved(), "{outcome}");
}

/// std's locks on Linux do not ask which thread gives them back, and guards can be made to go to another one.
#[test]
fn a_guard_for_reading_may_come_from_another_thread() {
    struct Sent<G>(G);
    // SAFETY: the guard is only dropped, and nobody asks whose it was.
    unsafe impl<G> Send for Sent<G> {}
    fn dropped<G>(guard: Sent<G>) {
        drop(guard);
    }
    for is_downgraded in [false, true] {
        let outcome = expect(&["1"], move || {
            let lock = RwLock::new(0);
            let guard = match is_downgraded {
                true => RwLockWriteGuard::downgrade(lock.write().unwrap()),
                false => lock.read().unwrap(),
            };
            let guard = Sent(guard);
            thread::scope(|scope| {
                scope.spawn(move || dropped(guard));
                *lock.write().unwrap() += 1;
            });
            lock.into_inner().unwrap().to_string()
        });
        assert!(outcome.is_proved(), "{outcome}");
    }
}
