//! There is too little of something.

use crate::end_with;
use ch08_multiprocessing::{
    Barrier, BoundedSemaphore, Condition, Connection, Descriptor, GetError, Lock, Message, Process,
    Queue, RLock, Semaphore, StartError, StartMethod, TryLockError, pipe,
};
use rustix::process::{Resource, setrlimit};
use serde_bytes::ByteBuf;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::thread;
use std::time::Duration;
use test_support::limits;
use test_support::limits::lower_memory;
use test_support::limits::{causes, lower_descriptors};

pub fn null() -> Descriptor {
    OwnedFd::from(File::open("/dev/null").unwrap()).into()
}

pub fn one_by_one(_: ()) {
    lower_descriptors(32);
    let locks: Vec<Lock> = (0..3000).map(|_| Lock::new().unwrap()).collect();
    let (mut a, mut b) = pipe().unwrap();
    let mut same = Vec::new();
    for lock in &locks {
        a.send(lock).unwrap();
        same.push(b.recv::<Lock>().unwrap());
    }
    let _guard = locks[2999].lock().unwrap();
    assert!(same[2999].is_locked() && !same[2998].is_locked());
    let child = Process::new(take_one_by_one, b).start().unwrap();
    for lock in &locks {
        a.send(lock).unwrap();
    }
    assert_eq!(child.join().unwrap(), 0);
}

fn take_one_by_one(mut main: Connection) {
    lower_descriptors(32);
    let locks: Vec<Lock> = (0..3000).map(|_| main.recv().unwrap()).collect();
    assert!(locks[2999].is_locked() && !locks[2998].is_locked());
}

pub fn everything_small(_: ()) {
    // Those in which others wait are 24 KiB each.
    lower_descriptors(96);
    let locks: Vec<_> = (0..1000).map(|_| RLock::new().unwrap()).collect();
    let semaphores: Vec<_> = (0..1000).map(|_| Semaphore::new(1).unwrap()).collect();
    let bounded: Vec<_> = (0..1000).map(|_| BoundedSemaphore::new(1).unwrap()).collect();
    let conditions: Vec<_> = (0..1000).map(|_| Condition::new().unwrap()).collect();
    let barriers: Vec<_> = (0..1000).map(|_| Barrier::new(1).unwrap()).collect();
    // There is room for a child, too.
    assert_eq!(Process::new(end_with, 3).start().unwrap().join().unwrap(), 3);
    drop(locks[999].lock().unwrap());
    assert!(semaphores[999].try_acquire() && bounded[999].try_acquire());
    drop(conditions[999].lock().unwrap());
    assert_eq!(barriers[999].wait(), Ok(0));
}

const LARGE: usize = 200 << 20;

pub fn no_room_for_item(_: ()) {
    let queue = Queue::new(2).unwrap();
    queue.put(&ByteBuf::from(vec![7; LARGE])).unwrap();
    let before = lower_memory(64 << 20);
    let refused = queue.try_get().map(drop);
    setrlimit(Resource::As, before).unwrap();
    assert!(matches!(refused, Err(GetError::NoMemory { bytes, .. }) if bytes > LARGE));
    assert_eq!(queue.len(), 1);
    assert_eq!(queue.get().unwrap(), vec![7; LARGE]);
}

pub fn no_room_for_value(_: ()) {
    let (mut a, mut b) = pipe().unwrap();
    let sender = thread::spawn(move || {
        a.send(&ByteBuf::from(vec![7; LARGE])).unwrap();
        a.send(&1).unwrap();
    });
    b.wait().unwrap();
    let before = lower_memory(64 << 20);
    let refused = b.recv::<ByteBuf>().map(drop);
    setrlimit(Resource::As, before).unwrap();
    assert!(causes(&refused.unwrap_err()).contains("memory"));
    assert_eq!(b.recv::<ByteBuf>().unwrap(), vec![7; LARGE]);
    assert_eq!(b.recv::<i32>().unwrap(), 1);
    sender.join().unwrap();
}

fn end(mut main: Connection) {
    let _ = main.recv::<()>();
}

/// Children that have ended, and hold all the descriptors that there are.
fn ended_children_hold_all() -> Vec<File> {
    let (ours, theirs) = pipe().unwrap();
    let mut children = Vec::new();
    while children.len() < 20 {
        let theirs = Message::encode(&theirs).unwrap().decode::<Connection>().unwrap();
        children.push(Process::new(end, theirs).start().unwrap().pid());
    }
    drop((ours, theirs));
    limits::until_ended(&children);
    limits::fill_descriptors()
}

pub fn room_for_copies(_: ()) {
    lower_descriptors(48);
    let (mut a, mut b) = pipe().unwrap();
    let (_other, connection) = pipe().unwrap();
    let (file, lock) = (null(), Lock::new().unwrap());
    let message = Message::encode(&file).unwrap();
    let files = ended_children_hold_all();
    drop(message.try_clone().unwrap());
    drop(files);
    let files = ended_children_hold_all();
    drop(file.try_clone().unwrap());
    drop(files);
    let files = ended_children_hold_all();
    drop(Message::encode(&connection).unwrap());
    drop(files);
    let files = ended_children_hold_all();
    drop(Queue::<u8>::new(1).unwrap());
    drop(files);
    let files = ended_children_hold_all();
    a.send(&lock).unwrap();
    assert!(!b.recv::<Lock>().unwrap().is_locked());
    drop(files);
}

pub fn no_streams(_: ()) {
    for last in 0..3 {
        for fd in 0..=last {
            // SAFETY: nobody here reads or prints any more.
            unsafe { libc::close(fd) };
        }
        for method in [StartMethod::Spawn, StartMethod::Fork] {
            let (mut ours, theirs) = pipe().unwrap();
            let child = Process::new(say, theirs).method(method).allow_threads().start().unwrap();
            assert_eq!(ours.recv::<u32>().unwrap(), child.pid());
            assert_eq!(child.join().unwrap(), 0);
        }
    }
}

fn say(mut main: Connection) {
    main.send(&std::process::id()).unwrap();
}

pub fn no_proc(_: ()) {
    // Of a directory that is gone, in which there is nothing.
    let empty = std::env::temp_dir().join(format!("without-proc-{}", std::process::id()));
    std::fs::create_dir(&empty).unwrap();
    let folder = File::open(&empty).unwrap();
    std::fs::remove_dir(&empty).unwrap();
    rustix::process::fchdir(folder).unwrap();
    if std::os::unix::fs::chroot(".").is_err() {
        return eprintln!("skipped: one may not change the root here");
    }
    std::env::set_current_dir("/").unwrap();
    let (lock, rlock) = (Lock::new().unwrap(), RLock::new().unwrap());
    let guard = lock.lock().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| assert!(matches!(lock.try_lock(), Err(TryLockError::WouldBlock))));
        scope.spawn(|| {
            let short = Duration::from_millis(50);
            assert!(matches!(lock.lock_timeout(short), Err(TryLockError::WouldBlock)));
        });
    });
    drop(guard);
    drop(lock.lock().unwrap());
    drop(rlock.lock().unwrap());
    for method in [StartMethod::Spawn, StartMethod::Fork] {
        let error = Process::new(end_with, 0).method(method).start().unwrap_err();
        assert!(matches!(error, StartError::Io(_)), "{}", causes(&error));
    }
}
