//! Every function that needs something of the system, while there is too little of it.

use ch08_multiprocessing::{
    Barrier, BoundedSemaphore, Child, Condition, Connection, Descriptor, Event, Kind, Lock,
    Message, Process, Queue, RLock, Semaphore, SharedMemory, StartMethod, active_children, pipe,
};
use std::error::Error;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::time::Duration;
use test_support::faults::{
    Outcome, Row, Starve, descriptors_run_out, disk_runs_out, memory_runs_out, threads_run_out,
};
use test_support::limits::PATIENCE;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("descriptors_run_out", || alone(|()| descriptors_run_out(&ROWS, 16))),
            ("memory_runs_out", || alone(|()| memory_runs_out(&ROWS))),
            ("disk_runs_out", || alone(|()| disk_runs_out(&ROWS))),
            ("threads_run_out", || alone(|()| threads_run_out(&ROWS, 2))),
        ],
    );
}

/// In a process of its own, whose limits are lowered. A panic in it is the test's.
fn alone(scene: fn(())) {
    let child = Process::new(scene, ()).daemon(true).name("scene").start().unwrap();
    let code = child.join_timeout(2 * PATIENCE).unwrap();
    if code.is_none() {
        let _ = child.kill();
    }
    assert_eq!(code, Some(0), "None: it hangs; anything else: see what it printed");
}

// A row is a line.
#[allow(clippy::unit_arg)]
const ROWS: [Row; 29] = [
    ("pipe", pipes),
    ("Connection::send, recv of a value", values),
    ("Connection::send of a descriptor", sends_one),
    ("Connection::recv of a descriptor", receives_one),
    ("Connection::recv of three", receives_three),
    ("Connection::send, recv of a lock", a_lock_travels),
    ("Message::encode of a descriptor", encodes),
    ("Message::try_clone", clones),
    ("Lock", |starve| {
        made(starve, Lock::new, |lock| {
            drop(lock.lock().unwrap());
            Ok(())
        })
    }),
    ("RLock", |starve| {
        made(starve, RLock::new, |lock| {
            drop(lock.lock().unwrap());
            Ok(())
        })
    }),
    ("Semaphore", |starve| made(starve, || Semaphore::new(1), |one| Ok(drop(one.permit())))),
    ("BoundedSemaphore", bounded),
    ("Event", |starve| made(starve, Event::new, |event| Ok(event.set()))),
    ("Condition", |starve| {
        made(starve, Condition::new, |one| {
            drop(one.lock().unwrap());
            Ok(())
        })
    }),
    ("Barrier", |starve| made(starve, || Barrier::new(1), |one| Ok(assert_eq!(one.wait()?, 0)))),
    ("Queue, small", |starve| made(starve, || Queue::new(1), through)),
    ("Queue, large", |starve| made(starve, || Queue::new(100_000), through)),
    ("SharedMemory, small", |starve| made(starve, || SharedMemory::new(KIND, 64), |_| Ok(()))),
    ("SharedMemory, large", |starve| made(starve, || SharedMemory::new(KIND, 1 << 20), |_| Ok(()))),
    ("Process::start, spawn", |starve| started(starve, StartMethod::Spawn)),
    ("Process::start, fork", |starve| started(starve, StartMethod::Fork)),
    ("Process::start with a connection", started_with_a_connection),
    ("Child::join", |starve| running(starve, |child| Ok(assert_eq!(child.join()?, 0)))),
    ("Child::join_timeout", |starve| {
        running(starve, |child| Ok(assert_eq!(child.join_timeout(PATIENCE)?, Some(0))))
    }),
    ("Child::terminate", |starve| running(starve, |child| Ok(child.terminate()?))),
    ("Child::kill", |starve| running(starve, |child| Ok(child.kill()?))),
    ("what is there already", there),
    ("what waits, and for a time", waits),
    ("active_children", |starve| running(starve, |_| Ok(drop(active_children())))),
];

const KIND: Kind = Kind::other(7);

fn null() -> Descriptor {
    OwnedFd::from(File::open("/dev/null").expect("there is room before the shortage")).into()
}

fn pipes(starve: &Starve) -> Outcome {
    let _hungry = starve();
    let (mut a, mut b) = pipe()?;
    a.send(&1)?;
    assert_eq!(b.recv::<i32>()?, 1);
    Ok(())
}

fn values(starve: &Starve) -> Outcome {
    let (mut a, mut b) = pipe()?;
    let _hungry = starve();
    a.send(&vec![7_u8; 1000])?;
    assert_eq!(b.recv_timeout::<Vec<u8>>(PATIENCE)?, Some(vec![7; 1000]));
    assert_eq!(b.recv_timeout::<u8>(Duration::ZERO)?, None);
    Ok(())
}

fn sends_one(starve: &Starve) -> Outcome {
    let (mut a, mut b) = pipe()?;
    let file = null();
    let hungry = starve();
    let sent = a.send(&file);
    // Nothing of it is on the way, and the connection is whole.
    a.send(&1)?;
    drop(hungry);
    if sent.is_ok() {
        drop(b.recv::<Descriptor>()?);
    }
    assert_eq!(b.recv::<i32>()?, 1);
    Ok(sent?)
}

fn receives_one(starve: &Starve) -> Outcome {
    let (mut a, mut b) = pipe()?;
    a.send(&null())?;
    let _hungry = starve();
    drop(b.recv::<Descriptor>()?);
    Ok(())
}

fn receives_three(starve: &Starve) -> Outcome {
    let (mut a, mut b) = pipe()?;
    a.send(&[null(), null(), null()])?;
    let _hungry = starve();
    drop(b.recv::<[Descriptor; 3]>()?);
    Ok(())
}

fn a_lock_travels(starve: &Starve) -> Outcome {
    let (mut a, mut b) = pipe()?;
    let lock = Lock::new()?;
    let _hungry = starve();
    a.send(&lock)?;
    let other: Lock = b.recv()?;
    let _guard = lock.lock().unwrap();
    assert!(other.is_locked());
    Ok(())
}

fn encodes(starve: &Starve) -> Outcome {
    let file = null();
    let _hungry = starve();
    drop(Message::encode(&file)?);
    Ok(())
}

fn clones(starve: &Starve) -> Outcome {
    let message = Message::encode(&null())?;
    let _hungry = starve();
    drop(message.try_clone()?);
    Ok(())
}

/// Makes one, uses it, and makes as many as fill a piece of memory.
fn made<T>(
    starve: &Starve,
    make: impl Fn() -> std::io::Result<T>,
    using: impl Fn(&T) -> Outcome,
) -> Outcome {
    let old = make()?;
    let _hungry = starve();
    // What is there works without anything.
    using(&old)?;
    using(&make()?)
}

fn bounded(starve: &Starve) -> Outcome {
    made(
        starve,
        || BoundedSemaphore::new(1),
        |one| {
            drop(one.permit());
            assert!(one.release(1).is_err());
            Ok(())
        },
    )
}

fn through(queue: &Queue<u64>) -> Outcome {
    queue.put(&7)?;
    assert_eq!(queue.try_get()?, Some(7));
    Ok(())
}

fn is_over(child: &Child) -> Outcome {
    match child.join()? {
        0 => Ok(()),
        // Only a child that has no memory may end so: the parent was told by its code.
        code => Err(format!("the child had too little and ended with {code} (os error 12)").into()),
    }
}

fn started(starve: &Starve, method: StartMethod) -> Outcome {
    let hungry = starve();
    let started = Process::new(drop, ()).method(method).allow_threads().start();
    let over = started.as_ref().ok().map(is_over);
    drop(hungry);
    let left = active_children();
    assert!(left.is_empty(), "{left:?}");
    started?;
    over.unwrap()
}

fn say(mut parent: Connection) {
    let _ = parent.send(&std::process::id());
}

fn started_with_a_connection(starve: &Starve) -> Outcome {
    let (mut ours, theirs) = pipe()?;
    let hungry = starve();
    let started = Process::new(say, theirs).start();
    let over = started.as_ref().ok().map(is_over);
    drop(hungry);
    // Whoever was not started is not there either.
    let left = active_children();
    assert!(left.is_empty(), "{left:?}");
    let pid = started?.pid();
    over.unwrap()?;
    assert_eq!(ours.recv::<u32>()?, pid);
    Ok(())
}

fn until_told(mut parent: Connection) {
    let _ = parent.recv::<()>();
}

fn running(starve: &Starve, what: fn(&Child) -> Result<(), Box<dyn Error>>) -> Outcome {
    let (ours, theirs) = pipe()?;
    let child = Process::new(until_told, theirs).daemon(true).start()?;
    let hungry = starve();
    assert!(child.is_alive());
    // So a join has an end to wait for.
    drop(ours);
    let outcome = what(&child);
    drop(hungry);
    child.join()?;
    drop(child);
    active_children();
    outcome
}

/// It takes nothing further, and so works without anything.
fn there(starve: &Starve) -> Outcome {
    let (lock, rlock) = (Lock::new()?, RLock::new()?);
    let (semaphore, bounded) = (Semaphore::new(2)?, BoundedSemaphore::new(2)?);
    let (event, condition, barrier) = (Event::new()?, Condition::new()?, Barrier::new(1)?);
    let (queue, memory) = (Queue::<u8>::new(1)?, SharedMemory::new(KIND, 64)?);
    let child = Process::new(drop, ()).daemon(true).start()?;
    child.join()?;
    let _hungry = starve();
    drop(lock.try_lock().unwrap());
    drop(lock.lock_timeout(PATIENCE).unwrap());
    lock.acquire().unwrap();
    assert!(lock.is_locked() && lock.try_acquire().is_err());
    lock.release().unwrap();
    drop((rlock.try_lock().unwrap(), rlock.lock_timeout(PATIENCE).unwrap()));
    rlock.acquire().unwrap();
    rlock.try_acquire().unwrap();
    assert!(rlock.is_owned());
    // SAFETY: acquired twice above, and no guard of it is left.
    unsafe {
        rlock.release().unwrap();
        rlock.release().unwrap();
    }
    drop((semaphore.try_permit().unwrap(), semaphore.permit_timeout(PATIENCE).unwrap()));
    drop((bounded.try_permit().unwrap(), bounded.permit_timeout(PATIENCE).unwrap()));
    semaphore.acquire();
    semaphore.release(1)?;
    bounded.acquire();
    bounded.release(1)?;
    assert_eq!((semaphore.available(), bounded.available()), (2, 2));
    event.set();
    event.wait();
    event.clear();
    let guard = condition.try_lock().unwrap().wait_for(|| true).unwrap();
    assert_eq!((guard.notify(1), guard.notify_all()), (0, 0));
    drop(guard);
    barrier.abort();
    barrier.reset();
    assert_eq!((barrier.parties(), barrier.waiting(), barrier.is_broken()), (1, 0, false));
    queue.try_put(&1)?;
    assert!(queue.try_put(&2).is_err() && queue.len() == 1);
    assert_eq!(queue.get()?, 1);
    assert_eq!((memory.len(), memory.kind()), (64, KIND));
    assert_eq!((child.exit_code(), child.is_alive()), (Some(0), false));
    child.close()?;
    Ok(())
}

fn waits(starve: &Starve) -> Outcome {
    let (event, condition, barrier) = (Event::new()?, Condition::new()?, Barrier::new(2)?);
    let (queue, none) = (Queue::<u8>::new(1)?, Semaphore::new(0)?);
    let (mut a, mut b) = pipe()?;
    let short = Duration::from_millis(1);
    let _hungry = starve();
    assert!(!event.wait_timeout(short) && !none.acquire_timeout(short));
    let (guard, notified) = condition.lock().unwrap().wait_timeout(short).unwrap();
    let (_guard, so) = guard.wait_for_timeout(|| false, short).unwrap();
    assert!(!notified && !so && barrier.wait_timeout(short).is_err());
    assert_eq!(queue.get_timeout(short)?, None);
    queue.put_timeout(&1, PATIENCE)?;
    assert!(queue.put_timeout(&2, short).is_err());
    assert!(!b.wait_timeout(short)?);
    assert_eq!(b.recv_timeout::<u8>(short)?, None);
    a.send(&1_u8)?;
    b.wait()?;
    assert_eq!(b.recv::<u8>()?, 1);
    Ok(())
}
