//! What processes share: locks, semaphores, events, conditions and
//! barriers, used and left behind by real processes.

use ch08_multiprocessing::{
    Barrier, BarrierError, BoundedSemaphore, Child, Condition, Connection, Event, Lock, Message,
    NotLocked, OwnerDied, Process, Queue, RLock, Semaphore, StartMethod, TooManyReleases,
    TryLockError, pipe,
};
use children::{PATIENCE, child, end, hear, kill};
use std::thread;
use std::time::Duration;
use test_support::{trials, valgrind};

#[path = "support/children.rs"]
mod children;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("a_permit_is_given_back_wherever_its_process_is", permits),
            ("a_wait_for_a_fact_ends_with_the_fact_or_the_time", facts),
            ("a_lock_is_released_by_whomever", lock_released_elsewhere),
            ("a_lock_is_not_reentrant", lock_twice),
            ("a_lock_excludes_processes", lock_excludes),
            ("a_killed_holder_of_a_lock_is_told_of_once", lock_of_the_dead),
            ("a_semaphore_lets_in_as_many_as_it_says", semaphore),
            ("a_bounded_semaphore_is_not_released_too_often", bounded),
            ("a_killed_waiter_takes_no_permit_along", semaphore_waiter_killed),
            ("an_event_releases_all_who_wait_even_if_cleared_at_once", event),
            ("a_notification_wakes_exactly_as_many_as_it_says", notify_counts),
            ("a_notification_passes_over_the_dead", notify_the_dead),
            ("a_wait_with_a_time_out_takes_the_lock_again", wait_times_out),
            ("a_condition_gives_back_all_levels_of_its_lock", condition_levels),
            ("a_barrier_lets_all_go_together", barrier),
            ("a_barrier_that_times_out_is_broken_until_reset", broken_barrier),
            ("a_party_killed_while_it_waits_no_longer_counts", barrier_party_killed),
            ("memory_of_another_kind_is_refused", other_kind),
            ("what_needs_no_process_is_clean_under_valgrind", under_valgrind),
        ],
    );
}

const BOTH: [StartMethod; 2] = [StartMethod::Spawn, StartMethod::Fork];

fn release_it((lock, mut main): (Lock, Connection)) {
    lock.release().unwrap();
    main.send(&i32::from(lock.release() == Err(NotLocked))).unwrap();
}

fn lock_released_elsewhere() {
    let lock = Lock::new().unwrap();
    let guard = lock.lock().unwrap();
    let (child, mut from_child) = child(release_it, &lock);
    hear(&mut from_child, 1);
    end(&child);
    assert!(!lock.is_locked());
    let other = lock.clone();
    other.acquire().unwrap();
    // The guard's lock was released for it; what is locked now is another's.
    thread::scope(|scope| {
        scope.spawn(|| {
            other.release().unwrap();
            let _mine = other.lock().unwrap();
            assert!(other.is_locked());
        });
    });
    drop(guard);
}

fn lock_twice() {
    let lock = Lock::new().unwrap();
    let _guard = lock.lock().unwrap();
    assert!(matches!(lock.try_lock(), Err(TryLockError::WouldBlock)));
    let brief = Duration::from_millis(1);
    assert!(matches!(lock.lock_timeout(brief), Err(TryLockError::WouldBlock)));
}

/// Lets one add to what the other reads: the total is right only under the lock.
fn add_under_lock((shared, mut main): ((Lock, Semaphore), Connection)) {
    let (lock, sum) = shared;
    for _ in 0..2000 {
        let _guard = lock.lock().unwrap();
        // A permit is taken and two are given: a sum that nobody may see between.
        sum.acquire();
        thread::yield_now();
        sum.release(2).unwrap();
    }
    main.send(&0).unwrap();
}

fn lock_excludes() {
    let shared = (Lock::new().unwrap(), Semaphore::new(1).unwrap());
    let children: Vec<_> = (0..3).map(|_| child(add_under_lock, &shared)).collect();
    let (lock, sum) = &shared;
    let mut last = 1;
    while last < 6001 {
        let guard = lock.lock().unwrap();
        let now = sum.available();
        assert!(now >= last, "seen between the two steps");
        last = now;
        drop(guard);
        thread::yield_now();
    }
    children.iter().for_each(|(child, _)| end(child));
    assert_eq!(sum.available(), 6001);
}

fn hold((lock, mut main): (Lock, Connection)) {
    let _guard = lock.lock().map_err(OwnerDied::into_inner);
    main.send(&1).unwrap();
    let _ = main.recv::<()>();
}

fn lock_of_the_dead() {
    for _ in 0..3 {
        let lock = Lock::new().unwrap();
        let (holder, mut from_holder) = child(hold, &lock);
        hear(&mut from_holder, 1);
        assert!(matches!(lock.try_lock(), Err(TryLockError::WouldBlock)));
        kill(&holder);
        drop(lock.lock_timeout(PATIENCE).map(drop).unwrap_err());
        assert!(lock.try_lock().is_ok(), "told once");
    }
}

fn take_two((semaphore, mut main): (Semaphore, Connection)) {
    semaphore.acquire();
    semaphore.acquire();
    main.send(&i32::from(semaphore.acquire_timeout(Duration::ZERO))).unwrap();
}

fn semaphore() {
    for method in BOTH {
        let semaphore = Semaphore::new(2).unwrap();
        let (mut ours, theirs) = pipe().unwrap();
        let child = Process::new(take_two, (semaphore.clone(), theirs)).method(method);
        let child = child.start().unwrap();
        hear(&mut ours, 0);
        assert!(!semaphore.acquire_timeout(Duration::from_millis(1)));
        end(&child);
        semaphore.release(3).unwrap();
        assert_eq!(semaphore.available(), 3);
        assert!(semaphore.release(u32::MAX).is_err());
    }
    assert!(Semaphore::new(u32::MAX).is_err());
}

fn bounded() {
    let seats = BoundedSemaphore::new(2).unwrap();
    assert_eq!(seats.release(1), Err(TooManyReleases { bound: 2 }));
    seats.acquire();
    assert!(seats.acquire_timeout(Duration::MAX));
    assert_eq!(seats.release(3), Err(TooManyReleases { bound: 2 }));
    seats.release(2).unwrap();
    assert_eq!(seats.available(), 2);
}

fn take_one((semaphore, mut main): (Semaphore, Connection)) {
    main.send(&1).unwrap();
    semaphore.acquire();
    main.send(&2).unwrap();
}

fn semaphore_waiter_killed() {
    for _ in 0..3 {
        let semaphore = Semaphore::new(0).unwrap();
        let (victim, mut from_victim) = child(take_one, &semaphore);
        let (other, mut from_other) = child(take_one, &semaphore);
        hear(&mut from_victim, 1);
        hear(&mut from_other, 1);
        kill(&victim);
        semaphore.release(1).unwrap();
        hear(&mut from_other, 2);
        end(&other);
        assert_eq!(semaphore.available(), 0);
    }
}

fn wait_for_event((event, mut main): (Event, Connection)) {
    main.send(&1).unwrap();
    event.wait();
    main.send(&2).unwrap();
}

fn event() {
    let event = Event::new().unwrap();
    assert!(!event.wait_timeout(Duration::from_millis(1)) && !event.is_set());
    let mut children: Vec<_> = (0..2).map(|_| child(wait_for_event, &event)).collect();
    children.iter_mut().for_each(|(_, from_child)| hear(from_child, 1));
    // They may not wait yet; then the next one is for them.
    let waiting = |(_, from_child): &mut (Child, Connection)| {
        from_child.recv_timeout::<i32>(Duration::from_millis(1)).unwrap().is_none()
    };
    while !children.is_empty() {
        event.set();
        event.clear();
        children.retain_mut(waiting);
    }
    event.set();
    event.set();
    assert!(event.wait_timeout(Duration::ZERO));
}

/// Says when it waits, and when it was notified.
fn wait_for_notification((condition, mut main): (Condition, Connection)) {
    let guard = condition.lock().unwrap();
    main.send(&1).unwrap();
    let guard = guard.wait().unwrap();
    main.send(&2).unwrap();
    drop(guard);
}

/// Two that wait, in this order.
fn two_waiters(condition: &Condition) -> [(Child, Connection); 2] {
    [(); 2].map(|()| {
        let (child, mut from_child) = child(wait_for_notification, condition);
        hear(&mut from_child, 1);
        // It has the lock, and gives it back by waiting.
        drop(condition.lock().unwrap());
        (child, from_child)
    })
}

fn notify_counts() {
    let condition = Condition::new().unwrap();
    let [(one, mut from_one), (two, mut from_two)] = two_waiters(&condition);
    let guard = condition.lock().unwrap();
    assert_eq!(guard.notify(0), 0);
    assert_eq!(guard.notify(1), 1);
    drop(guard);
    hear(&mut from_one, 2);
    end(&one);
    // The other one waits still: it is there to be notified.
    assert_eq!(from_two.recv_timeout::<i32>(Duration::ZERO).unwrap(), None);
    assert_eq!(condition.lock().unwrap().notify_all(), 1);
    hear(&mut from_two, 2);
    end(&two);
    assert_eq!(condition.lock().unwrap().notify(5), 0);
}

fn notify_the_dead() {
    for _ in 0..3 {
        let condition = Condition::new().unwrap();
        let [(first, _), (second, mut from_second)] = two_waiters(&condition);
        kill(&first);
        assert_eq!(condition.lock().unwrap().notify(1), 1);
        hear(&mut from_second, 2);
        end(&second);
    }
}

fn wait_times_out() {
    let condition = Condition::new().unwrap();
    let guard = condition.lock().unwrap();
    let (guard, notified) = guard.wait_timeout(Duration::from_millis(1)).unwrap();
    assert!(!notified && condition.underlying().is_owned());
    drop(guard);
    assert!(!condition.underlying().is_locked());
}

fn condition_levels() {
    let lock = RLock::new().unwrap();
    let condition = Condition::with_lock(lock.clone()).unwrap();
    let outer = lock.lock().unwrap();
    let guard = condition.lock().unwrap();
    thread::scope(|scope| {
        // Can get in only while the other waits, with both levels given back.
        scope.spawn(|| condition.lock().unwrap().notify(1));
        drop(guard.wait().unwrap());
    });
    assert!(lock.is_owned(), "one level is left");
    drop(outer);
    assert!(!lock.is_locked());
}

fn meet((barrier, mut main): (Barrier, Connection)) {
    let place = barrier.wait().map_or(-1, |place| place as i32);
    main.send(&place).unwrap();
}

fn barrier() {
    let barrier = Barrier::new(3).unwrap();
    for _ in 0..3 {
        let mut children: Vec<_> = (0..2).map(|_| child(meet, &barrier)).collect();
        let mut places = vec![barrier.wait_timeout(PATIENCE).unwrap() as i32];
        for (child, from_child) in &mut children {
            places.push(from_child.recv().unwrap());
            end(child);
        }
        places.sort_unstable();
        assert_eq!(places, [0, 1, 2]);
    }
    assert_eq!((barrier.parties(), barrier.waiting()), (3, 0));
    assert!(Barrier::new(0).is_err() && Barrier::new(1025).is_err());
    assert_eq!(Barrier::new(1).unwrap().wait(), Ok(0));
}

fn broken_barrier() {
    let barrier = Barrier::new(3).unwrap();
    let (waiting, mut from_waiting) = child(meet, &barrier);
    while barrier.waiting() == 0 {
        thread::yield_now();
    }
    assert_eq!(barrier.wait_timeout(Duration::from_millis(1)), Err(BarrierError::TimedOut));
    hear(&mut from_waiting, -1);
    end(&waiting);
    assert!(barrier.is_broken());
    assert_eq!(barrier.wait(), Err(BarrierError::Broken));
    barrier.reset();
    assert!(!barrier.is_broken());
    let (waiting, mut from_waiting) = child(meet, &barrier);
    while barrier.waiting() == 0 {
        thread::yield_now();
    }
    barrier.reset();
    hear(&mut from_waiting, -1);
    end(&waiting);
    barrier.abort();
    assert_eq!(barrier.wait(), Err(BarrierError::Broken));
}

fn barrier_party_killed() {
    let barrier = Barrier::new(2).unwrap();
    let (victim, _) = child(meet, &barrier);
    while barrier.waiting() == 0 {
        thread::yield_now();
    }
    kill(&victim);
    assert_eq!(barrier.waiting(), 0);
    let (other, mut from_other) = child(meet, &barrier);
    assert!(barrier.wait_timeout(PATIENCE).is_ok());
    assert!(from_other.recv::<i32>().unwrap() >= 0);
    end(&other);
}

fn other_kind() {
    fn arrives<S: serde::Serialize, T: serde::de::DeserializeOwned>(sent: &S) -> bool {
        Message::encode(sent).unwrap().decode::<T>().is_ok()
    }
    let semaphore = Semaphore::new(1).unwrap();
    assert!(arrives::<_, Semaphore>(&semaphore));
    assert!(!arrives::<_, BoundedSemaphore>(&semaphore));
    assert!(!arrives::<_, Lock>(&RLock::new().unwrap()));
    assert!(!arrives::<_, RLock>(&Lock::new().unwrap()));
    assert!(!arrives::<_, Event>(&Barrier::new(1).unwrap()));
    assert!(!arrives::<_, Queue<u32>>(&Event::new().unwrap()));
    // Not ours at all: it could shrink under its reader.
    let flags = rustix::fs::MemfdFlags::CLOEXEC;
    let file = rustix::fs::memfd_create("test", flags).unwrap();
    assert!(!arrives::<_, Event>(&ch08_multiprocessing::Descriptor::from(file)));
}

fn under_valgrind() {
    let with_processes = [
        "a_lock_is_released",
        "a_lock_excludes",
        "a_permit_",
        "a_killed_",
        "a_semaphore_lets_in",
        "an_event_releases",
        "a_notification_",
        "a_barrier_",
        "a_party_killed",
    ];
    valgrind::clean(&with_processes);
}

fn take_a_permit((seats, mut main): (Semaphore, Connection)) {
    let permit = seats.permit();
    main.send(&1).unwrap();
    let _ = main.recv::<()>();
    drop(permit);
    main.send(&2).unwrap();
}

fn permits() {
    let seats = Semaphore::new(1).unwrap();
    let (child, mut from_child) = child(take_a_permit, &seats);
    hear(&mut from_child, 1);
    assert!(seats.try_permit().is_none());
    assert!(seats.permit_timeout(Duration::from_millis(1)).is_none());
    from_child.send(&()).unwrap();
    assert!(seats.permit_timeout(PATIENCE).is_some());
    hear(&mut from_child, 2);
    end(&child);
    assert_eq!(seats.available(), 1, "the one that was taken here is given back, too");
}

fn facts() {
    let condition = Condition::new().unwrap();
    let count = Semaphore::new(0).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..3 {
                let guard = condition.lock().unwrap();
                count.release(1).unwrap();
                guard.notify(1);
            }
        });
        let guard = condition.lock().unwrap();
        let guard = guard.wait_for(|| count.available() == 3).unwrap();
        let never = Duration::from_millis(1);
        let (guard, so) = guard.wait_for_timeout(|| count.available() == 4, never).unwrap();
        assert!(!so);
        let (_guard, so) =
            guard.wait_for_timeout(|| count.available() == 3, Duration::ZERO).unwrap();
        assert!(so);
    });
}
