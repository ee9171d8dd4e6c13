//! Something comes at another moment: a signal, a kill, a fork, an end in a hundred years.

use crate::end_with;
use crate::too_little::null;
use ch08_multiprocessing::{
    Barrier, BarrierError, BoundedSemaphore, Condition, Connection, Descriptor, Event, Lock,
    Process, Queue, RLock, Semaphore, StartMethod, TryLockError, active_children, pipe,
};
use std::thread;
use std::time::Duration;
use test_support::limits::PATIENCE;
use test_support::storm;

pub fn signals(_: ()) {
    storm::signals();
    let short = Duration::from_millis(30);
    let (lock, event, queue) =
        (Lock::new().unwrap(), Event::new().unwrap(), Queue::<u8>::new(1).unwrap());
    let guard = lock.lock().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| assert!(matches!(lock.lock_timeout(short), Err(TryLockError::WouldBlock))));
    });
    drop(guard);
    assert!(!event.wait_timeout(short));
    assert!(queue.get_timeout(short).unwrap().is_none());
    let none = Semaphore::new(0).unwrap();
    assert!(!none.acquire_timeout(short));
    assert_eq!(Barrier::new(2).unwrap().wait_timeout(short), Err(BarrierError::TimedOut));
    let condition = Condition::new().unwrap();
    let (_guard, notified) = condition.lock().unwrap().wait_timeout(short).unwrap();
    assert!(!notified);
    let (mut a, mut b) = pipe().unwrap();
    assert!(b.recv_timeout::<u8>(short).unwrap().is_none());
    assert!(!b.wait_timeout(short).unwrap());
    for _ in 0..10 {
        let child = Process::new(end_with, 7).start().unwrap();
        assert_eq!(child.join().unwrap(), 7);
    }
    let sender = thread::spawn(move || a.send(&vec![1_u8; 8 << 20]).unwrap());
    assert_eq!(b.recv::<Vec<u8>>().unwrap().len(), 8 << 20);
    sender.join().unwrap();
    let files: Vec<Descriptor> = (0..600).map(|_| null()).collect();
    let (mut a, mut b) = pipe().unwrap();
    a.send(&files).unwrap();
    assert_eq!(b.recv::<Vec<Descriptor>>().unwrap().len(), 600);
    // Processes and threads that wait for each other, with signals amid.
    let queue = Queue::<u32>::new(1).unwrap();
    let child = Process::new(feed, queue.clone()).start().unwrap();
    for n in 0..200 {
        assert_eq!(queue.get().unwrap(), n);
    }
    assert_eq!(child.join().unwrap(), 0);
    let child = Process::new(feed, queue.clone()).method(StartMethod::Fork).allow_threads();
    let child = child.start().unwrap();
    for n in 0..200 {
        assert_eq!(queue.get().unwrap(), n);
    }
    assert_eq!(child.join().unwrap(), 0);
}

fn feed(queue: Queue<u32>) {
    (0..200).for_each(|n| queue.put(&n).unwrap());
}

const CENTURY: Duration = Duration::from_secs(100 * 366 * 86_400);

pub fn hundred_years() {
    let (lock, rlock, event) = (Lock::new().unwrap(), RLock::new().unwrap(), Event::new().unwrap());
    let (queue, semaphore) = (Queue::<u8>::new(1).unwrap(), Semaphore::new(0).unwrap());
    let bounded = BoundedSemaphore::new(1).unwrap();
    let condition = Condition::new().unwrap();
    let barrier = Barrier::new(2).unwrap();
    let (mut a, mut b) = pipe().unwrap();
    let (guard, rguard) = (lock.lock().unwrap(), rlock.lock().unwrap());
    bounded.acquire();
    thread::scope(|scope| {
        let waits = [
            scope.spawn(|| drop(lock.lock_timeout(CENTURY).unwrap())),
            scope.spawn(|| drop(rlock.lock_timeout(CENTURY).unwrap())),
            scope.spawn(|| assert!(event.wait_timeout(CENTURY))),
            scope.spawn(|| assert_eq!(queue.get_timeout(CENTURY).unwrap(), Some(1))),
            scope.spawn(|| assert!(semaphore.acquire_timeout(CENTURY))),
            scope.spawn(|| assert!(bounded.permit_timeout(CENTURY).is_some())),
            scope.spawn(|| {
                let guard = condition.lock().unwrap();
                drop(guard.wait_for_timeout(|| event.is_set(), CENTURY).unwrap());
            }),
            scope.spawn(|| _ = barrier.wait_timeout(CENTURY).unwrap()),
            scope.spawn(|| assert_eq!(b.recv_timeout::<u8>(CENTURY).unwrap(), Some(1))),
        ];
        while barrier.waiting() == 0 {
            thread::yield_now();
        }
        drop((guard, rguard));
        event.set();
        queue.put_timeout(&1, CENTURY).unwrap();
        semaphore.release(1).unwrap();
        bounded.release(1).unwrap();
        condition.lock().unwrap().notify_all();
        barrier.wait_timeout(CENTURY).unwrap();
        a.send(&1_u8).unwrap();
        waits.into_iter().for_each(|wait| wait.join().unwrap());
    });
    let child = Process::new(end_with, 5).start().unwrap();
    assert_eq!(child.join_timeout(CENTURY).unwrap(), Some(5));
}

fn wait_for_notice((condition, main): (Condition, Connection)) {
    let mut main = main;
    let guard = condition.lock().unwrap();
    main.send(&()).unwrap();
    drop(guard.wait().unwrap());
}

fn wait_for_permit((semaphore, mut main): (Semaphore, Connection)) {
    main.send(&()).unwrap();
    semaphore.acquire();
}

pub fn killed_waiters() {
    let condition = Condition::new().unwrap();
    let mut children = Vec::new();
    for _ in 0..3 {
        let (mut ours, theirs) = pipe().unwrap();
        let child = Process::new(wait_for_notice, (condition.clone(), theirs)).start().unwrap();
        ours.recv::<()>().unwrap();
        // It waits once the lock can be had.
        drop(condition.lock().unwrap());
        children.push(child);
    }
    children[0].kill().unwrap();
    children[1].kill().unwrap();
    children[0].join().unwrap();
    children[1].join().unwrap();
    let guard = match condition.lock() {
        Ok(guard) => guard,
        Err(died) => died.into_inner(),
    };
    assert_eq!(guard.notify(1), 1);
    drop(guard);
    assert_eq!(children[2].join_timeout(PATIENCE).unwrap(), Some(0));

    let semaphore = Semaphore::new(0).unwrap();
    let mut children = Vec::new();
    for _ in 0..3 {
        let (mut ours, theirs) = pipe().unwrap();
        let child = Process::new(wait_for_permit, (semaphore.clone(), theirs)).start().unwrap();
        ours.recv::<()>().unwrap();
        children.push(child);
    }
    children[0].kill().unwrap();
    children[0].join().unwrap();
    semaphore.release(2).unwrap();
    for child in &children[1..] {
        assert_eq!(child.join_timeout(PATIENCE).unwrap(), Some(0));
    }
    assert_eq!(semaphore.available(), 0);
}

fn wait_at((barrier, mut main): (Barrier, Connection)) {
    main.send(&()).unwrap();
    let _ = barrier.wait();
}

pub fn killed_party() {
    let barrier = Barrier::new(3).unwrap();
    let (mut ours, theirs) = pipe().unwrap();
    let child = Process::new(wait_at, (barrier.clone(), theirs)).start().unwrap();
    ours.recv::<()>().unwrap();
    while barrier.waiting() == 0 {
        thread::yield_now();
    }
    child.kill().unwrap();
    child.join().unwrap();
    assert_eq!(barrier.waiting(), 0);
    let (first, second) = (barrier.clone(), barrier.clone());
    let first = thread::spawn(move || first.wait_timeout(PATIENCE));
    let second = thread::spawn(move || second.wait_timeout(PATIENCE));
    let mut places = vec![barrier.wait_timeout(PATIENCE).unwrap()];
    places.extend([first.join().unwrap().unwrap(), second.join().unwrap().unwrap()]);
    places.sort_unstable();
    assert_eq!(places, [0, 1, 2]);
}

fn wait_for((event, queue, mut main): (Event, Queue<u8>, Connection)) {
    main.send(&()).unwrap();
    event.wait();
    assert_eq!(queue.get().unwrap(), 9);
}

pub fn dropped() {
    let (event, queue) = (Event::new().unwrap(), Queue::new(1).unwrap());
    let (mut ours, theirs) = pipe().unwrap();
    let child = Process::new(wait_for, (event.clone(), queue.clone(), theirs)).start().unwrap();
    ours.recv::<()>().unwrap();
    // The last of this process's; on the way it still exists.
    let (mut a, mut b) = pipe().unwrap();
    a.send(&(&event, &queue)).unwrap();
    drop((event, queue));
    let (event, queue): (Event, Queue<u8>) = b.recv().unwrap();
    event.set();
    queue.put(&9).unwrap();
    assert_eq!(child.join_timeout(PATIENCE).unwrap(), Some(0));
}

pub fn at_once() {
    let threads: Vec<_> = (0..8)
        .map(|n| {
            thread::spawn(move || {
                for _ in 0..5 {
                    let child = Process::new(end_with, n).start().unwrap();
                    let same = child.clone();
                    let other = thread::spawn(move || same.join_timeout(PATIENCE).unwrap());
                    active_children();
                    assert_eq!(child.join().unwrap(), n);
                    assert_eq!(other.join().unwrap(), Some(n));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(active_children().is_empty());
}

fn use_all((lock, queue, event): (Lock, Queue<u32>, Event)) {
    for n in 0..2 {
        drop(lock.lock().unwrap());
        let _ = queue.try_put(&n);
        let _ = queue.try_get();
        event.set();
        drop(Lock::new().unwrap());
        assert_eq!(Process::new(end_with, 3).start().unwrap().join().unwrap(), 3);
    }
}

pub fn fork_amid(_: ()) {
    let all = (Lock::new().unwrap(), Queue::<u32>::new(4).unwrap(), Event::new().unwrap());
    let stop = Event::new().unwrap();
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let (all, stop) = (all.clone(), stop.clone());
            thread::spawn(move || {
                while !stop.is_set() {
                    drop(all.0.lock().unwrap());
                    let _ = all.1.try_put(&1);
                    let _ = all.1.try_get();
                    drop(Lock::new().unwrap());
                    drop(pipe().unwrap());
                }
            })
        })
        .collect();
    for _ in 0..20 {
        let child = Process::new(use_all, all.clone()).method(StartMethod::Fork).allow_threads();
        let child = child.start().unwrap();
        let code = child.join_timeout(PATIENCE).unwrap();
        if code.is_none() {
            child.kill().unwrap();
        }
        assert_eq!(code, Some(0));
    }
    stop.set();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}
