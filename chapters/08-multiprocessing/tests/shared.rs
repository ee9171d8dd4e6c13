//! What processes share: locks, semaphores, events, conditions, barriers and
//! queues, used and left behind by real processes.

use ch08_multiprocessing::{
    Barrier, BarrierError, BoundedSemaphore, Child, Condition, Connection, Event, Lock, Message,
    NotLocked, OwnerDied, Process, PutError, Queue, RLock, Semaphore, StartMethod, TooManyReleases,
    TryLockError, pipe,
};
use serde_bytes::ByteBuf;
use std::thread;
use std::time::Duration;

#[path = "support/trials.rs"]
mod trials;
#[path = "support/valgrind.rs"]
mod valgrind;

fn main() {
    trials::run([
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
        ("every_item_of_a_queue_arrives_once", queue_many),
        ("the_items_of_one_process_keep_their_order", queue_order),
        ("a_full_queue_waits_and_an_empty_one_too", queue_limits),
        ("large_items_go_round_the_ring", queue_large),
        ("a_process_may_end_with_its_items_in_the_queue", queue_ends),
        ("a_queue_survives_those_who_are_killed_at_it", queue_killed),
        ("memory_of_another_kind_is_refused", other_kind),
        ("what_needs_no_process_is_clean_under_valgrind", under_valgrind),
    ]);
}

/// After this long without an answer a test fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(60);
const BOTH: [StartMethod; 2] = [StartMethod::Spawn, StartMethod::Fork];

/// A child that runs `function` with something shared, and how to talk to it.
fn child<T>(function: fn((T, Connection)), shared: &T) -> (Child, Connection)
where
    T: Clone + serde::Serialize + serde::de::DeserializeOwned,
{
    let (ours, theirs) = pipe().unwrap();
    (Process::new(function, (shared.clone(), theirs)).start().unwrap(), ours)
}

/// Waits until the child says the number.
fn hear(connection: &mut Connection, number: i32) {
    assert_eq!(connection.recv_timeout::<i32>(PATIENCE).unwrap(), Some(number));
}

fn end(child: &Child) {
    assert_eq!(child.join_timeout(PATIENCE).unwrap(), Some(0));
}

fn kill(child: &Child) {
    child.kill().unwrap();
    assert_eq!(child.join().unwrap(), -9);
}

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
    assert!(!other.acquire());
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
        let now = sum.value();
        assert!(now >= last, "seen between the two steps");
        last = now;
        drop(guard);
        thread::yield_now();
    }
    children.iter().for_each(|(child, _)| end(child));
    assert_eq!(sum.value(), 6001);
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
        assert_eq!(semaphore.value(), 3);
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
    assert_eq!(seats.value(), 2);
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
        assert_eq!(semaphore.value(), 0);
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
    assert_eq!(from_two.recv_timeout::<i32>(Duration::from_millis(100)).unwrap(), None);
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
    assert!(!notified && condition.get_lock().is_owned());
    drop(guard);
    assert!(!condition.get_lock().is_locked());
}

fn condition_levels() {
    let lock = RLock::new().unwrap();
    let condition = Condition::over(lock.clone()).unwrap();
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

const EACH: u32 = 500;

fn put_numbers((shared, main): ((Queue<(u32, u32)>, u32), Connection)) {
    let (queue, me) = shared;
    for n in 0..EACH {
        queue.put(&(me, n)).unwrap();
    }
    drop(main);
}

fn sum_numbers((queue, mut main): (Queue<(u32, u32)>, Connection)) {
    let mut numbers = Vec::new();
    while let (Some(me), n) = queue.get().map(|(me, n)| (me.checked_sub(1), n)).unwrap() {
        numbers.push((me, n));
    }
    main.send(&numbers).unwrap();
}

fn queue_many() {
    for capacity in [0, 1, 7] {
        let queue = Queue::new(capacity).unwrap();
        let putters: Vec<_> = (1..=3).map(|me| child(put_numbers, &(queue.clone(), me))).collect();
        let mut getters: Vec<_> = (0..2).map(|_| child(sum_numbers, &queue)).collect();
        putters.iter().for_each(|(child, _)| end(child));
        getters.iter().for_each(|_| queue.put(&(0, 0)).unwrap());
        let mut all: Vec<(u32, u32)> = Vec::new();
        for (child, from_child) in &mut getters {
            all.extend(from_child.recv::<Vec<(u32, u32)>>().unwrap());
            end(child);
        }
        all.sort_unstable();
        let expected: Vec<_> = (0..3).flat_map(|me| (0..EACH).map(move |n| (me, n))).collect();
        assert_eq!(all, expected, "with room for {capacity}");
        assert!(queue.is_empty());
    }
}

fn queue_order() {
    let queue = Queue::new(0).unwrap();
    let putters: Vec<_> = (0..2).map(|me| child(put_numbers, &(queue.clone(), me))).collect();
    let mut next = [0; 2];
    for _ in 0..2 * EACH {
        let (me, n) = queue.get().unwrap();
        assert_eq!(n, next[me as usize]);
        next[me as usize] += 1;
    }
    putters.iter().for_each(|(child, _)| end(child));
}

fn queue_limits() {
    let queue: Queue<String> = Queue::new(1).unwrap();
    assert_eq!(queue.try_get().unwrap(), None);
    assert_eq!(queue.get_timeout(Duration::from_millis(1)).unwrap(), None);
    queue.put(&"one".to_owned()).unwrap();
    assert!(matches!(queue.try_put(&"two".to_owned()), Err(PutError::Full)));
    let brief = Duration::from_millis(1);
    assert!(matches!(queue.put_timeout(&"two".to_owned(), brief), Err(PutError::Full)));
    thread::scope(|scope| {
        scope.spawn(|| queue.put_timeout(&"two".to_owned(), PATIENCE).unwrap());
        assert_eq!(queue.get().unwrap(), "one");
        assert_eq!(queue.get_timeout(PATIENCE).unwrap().unwrap(), "two");
    });
    assert_eq!((queue.len(), queue.capacity()), (0, 1));

    // The item that is of another type is gone; those behind it are not.
    let other: Queue<u32> = Message::encode(&queue).unwrap().decode().unwrap();
    queue.put(&"x".to_owned()).unwrap();
    assert!(other.get().is_err());
    assert!(queue.is_empty());

    let connections: Queue<Connection> = Queue::new(0).unwrap();
    assert!(matches!(connections.put(&pipe().unwrap().0), Err(PutError::Descriptor)));
}

fn queue_large() {
    let queue: Queue<ByteBuf> = Queue::new(0).unwrap();
    // More in all than the ring has room for, so that it goes round.
    let size = 16 << 20;
    for n in 0..80 {
        let mut item = ByteBuf::from(vec![n; size]);
        item[size - 1] = !n;
        queue.put(&item).unwrap();
        assert!(queue.get().unwrap() == item, "item {n}");
    }
}

fn queue_ends() {
    let queue = Queue::new(0).unwrap();
    let (child, _) = child(put_numbers, &(queue.clone(), 1));
    end(&child);
    assert_eq!(queue.len(), EACH as usize);
    assert_eq!(queue.get().unwrap(), (1, 0));
}

fn put_for_ever((queue, mut main): (Queue<ByteBuf>, Connection)) {
    main.send(&1).unwrap();
    for n in 0.. {
        queue.put(&ByteBuf::from(vec![n as u8; 3000 + n % 7])).unwrap();
    }
}

fn get_for_ever((queue, mut main): (Queue<ByteBuf>, Connection)) {
    main.send(&1).unwrap();
    while queue.get().is_ok() {}
}

fn queue_killed() {
    let queue: Queue<ByteBuf> = Queue::new(5).unwrap();
    for round in 0..10 {
        let (putter, mut from_putter) = child(put_for_ever, &queue);
        let (getter, mut from_getter) = child(get_for_ever, &queue);
        hear(&mut from_putter, 1);
        hear(&mut from_getter, 1);
        // In the middle of whatever they are at.
        (0..20 * round).for_each(|_| thread::yield_now());
        kill(&putter);
        kill(&getter);
        while let Some(item) = queue.get_timeout(Duration::ZERO).unwrap() {
            assert!(item.iter().all(|byte| *byte == item[0]), "an item is whole");
        }
        assert!(queue.is_empty());
    }
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
        "a_killed_",
        "a_semaphore_lets_in",
        "an_event_releases",
        "a_notification_",
        "a_barrier_",
        "a_party_killed",
        "every_item",
        "the_items_of_one",
        "a_process_may_end",
        "a_queue_survives",
    ];
    // Copies a gigabyte, which takes valgrind a minute.
    let large = ["large_items"];
    valgrind::clean(&[&with_processes[..], &large[..]].concat());
}
