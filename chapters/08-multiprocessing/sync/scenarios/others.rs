//! Semaphore, event and the queue of a condition: nobody is forgotten.
//!
//! As in `lock`, the system is `model`'s.

use ch08_sync::model::World;
use ch08_sync::{EventWord, LockWord, SemaphoreWord, Wait, WaitQueue};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

fn add_one(number: &AtomicU32) {
    number.store(number.load(Relaxed) + 1, Relaxed);
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_millis(10))
}

/// A semaphore of 1 is a lock, and publishes what was written under it.
fn one_permit_excludes() {
    let (world, semaphore, number) =
        (World::default(), SemaphoreWord::new(1), AtomicU32::new(0));
    let add = |id| {
        let me = world.thread(id);
        assert!(semaphore.acquire(&me, None));
        add_one(&number);
        assert!(semaphore.release(&me, 1, 1));
    };
    thread::scope(|scope| {
        scope.spawn(|| add(1));
        add(2);
    });
    assert_eq!((number.load(Relaxed), semaphore.value()), (2, 1));
}

/// Two wait for a permit each, and two are given at once.
fn two_permits_for_two() {
    let (world, semaphore) = (World::default(), SemaphoreWord::new(0));
    thread::scope(|scope| {
        for id in [1, 2] {
            let (world, semaphore) = (&world, &semaphore);
            scope.spawn(move || assert!(semaphore.acquire(&world.thread(id), None)));
        }
        assert!(semaphore.release(&world.thread(3), 2, 2));
    });
    assert_eq!(semaphore.value(), 0);
}

/// Whoever gives a permit is killed before it wakes anybody: the permit is found.
fn killed_before_it_could_wake() {
    let (world, semaphore) = (World::with_deaths(), SemaphoreWord::new(0));
    thread::scope(|scope| {
        scope.spawn(|| assert!(semaphore.acquire(&world.thread(1), None)));
        let victim = world.thread(2).that_wakes_nobody();
        semaphore.release(&victim, 1, 1);
        world.die(victim);
    });
}

/// Whoever waits when the event is set is released, though it is cleared at once.
fn set_and_cleared() {
    let (world, event, seen) = (World::default(), EventWord::default(), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            seen.store(u32::from(event.wait(&world.thread(1), soon())), Relaxed);
        });
        event.set(&world.thread(2));
        event.clear();
        event.set(&world.thread(2));
    });
    // It may have come late; then it finds the event set.
    assert_eq!(seen.load(Relaxed), 1);
}

/// Two wait for an event, and both are released.
fn an_event_releases_all() {
    let (world, event) = (World::default(), EventWord::default());
    let written = AtomicU32::new(0);
    thread::scope(|scope| {
        for id in [1, 2] {
            let (world, event, written) = (&world, &event, &written);
            scope.spawn(move || {
                assert!(event.wait(&world.thread(id), None));
                assert_eq!(written.load(Relaxed), 1, "what was written before is seen");
            });
        }
        written.store(1, Relaxed);
        event.set(&world.thread(3));
    });
}

/// A consumer waits for a producer's fact: the notification is not lost.
fn no_notification_is_lost() {
    let (world, lock, queue) = (World::default(), LockWord::default(), WaitQueue::<2>::default());
    let fact = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let me = world.thread(1);
            lock.acquire(&me, None);
            while fact.load(Relaxed) == 0 {
                queue.wait(&me, &lock, None);
            }
            assert!(lock.release(&me));
        });
        let me = world.thread(2);
        lock.acquire(&me, None);
        fact.store(1, Relaxed);
        queue.notify(&me, 1, 0);
        lock.release(&me);
    });
    assert!(!lock.is_held());
}

/// A wait that times out and a notification at the same moment agree on who won.
fn a_time_out_and_a_notification() {
    let (world, lock, queue) = (World::default(), LockWord::default(), WaitQueue::<2>::default());
    let told = AtomicU32::new(0);
    let notified = thread::scope(|scope| {
        scope.spawn(|| {
            let me = world.thread(1);
            lock.acquire(&me, None);
            if queue.wait(&me, &lock, soon()) == Wait::Notified(5) {
                add_one(&told);
            }
            lock.release(&me);
        });
        let me = world.thread(2);
        lock.acquire(&me, None);
        let notified = queue.notify(&me, 1, 5);
        lock.release(&me);
        notified
    });
    assert_eq!(told.load(Relaxed), notified);
}

/// The one that waited longest died in its sleep: the notification is the next one's.
fn the_dead_are_passed_over() {
    let (world, lock, queue) =
        (World::with_deaths(), LockWord::default(), WaitQueue::<2>::default());
    let victim = world.thread(1).that_dies_asleep();
    lock.acquire(&victim, None);
    let slept = catch_unwind(AssertUnwindSafe(|| queue.wait(&victim, &lock, None)));
    assert!(slept.is_err());
    let fact = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let me = world.thread(2);
            lock.acquire(&me, None);
            while fact.load(Relaxed) == 0 {
                assert_eq!(queue.wait(&me, &lock, None), Wait::Notified(9));
            }
            lock.release(&me);
        });
        let me = world.thread(3);
        lock.acquire(&me, None);
        fact.store(1, Relaxed);
        queue.notify(&me, 1, 9);
        assert_eq!(queue.waiting(&me), 0);
        lock.release(&me);
    });
}
