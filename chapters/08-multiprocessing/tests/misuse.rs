//! What users' code does that nobody would recommend: panics on the way to another process, numbers and times at the edge
//! of their range, ends in another order. Nothing hangs, and whoever asks hears why.

use ch08_multiprocessing::{
    Barrier, BarrierError, BoundedSemaphore, Child, Condition, Connection, Event, Kind, Lock,
    Message, Process, Queue, RLock, RecvError, Semaphore, SharedMemory, TryLockError,
    active_children, pipe,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;
use test_support::limits::PATIENCE;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("a_value_that_panics_on_its_way_harms_nothing", panics_on_the_way),
            ("a_value_that_panics_on_arrival_harms_nothing", panics_on_arrival),
            ("numbers_at_the_edge_of_their_range", numbers),
            ("time_outs_of_nothing_and_of_eternity", time_outs),
            ("a_fact_that_panics_leaves_the_lock_free", fact_panics),
            ("a_guard_that_is_forgotten_dies_with_its_thread", forgotten_guard),
            ("a_barrier_breaks_and_is_whole_again", barrier),
            ("a_connection_through_itself", through_itself),
            ("a_connection_is_used_after_each_error_that_allows_it", after_errors),
        ],
    );
}

fn is_over(child: &Child) -> i32 {
    let code = child.join_timeout(PATIENCE).unwrap();
    if code.is_none() {
        let _ = child.kill();
    }
    code.expect("it hangs")
}

/// Runs this in a thread, so that what hangs fails.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, is_done) = channel();
    thread::spawn(move || done.send(work()));
    is_done.recv_timeout(PATIENCE).expect("it hangs or panicked")
}

fn caught<T>(work: impl FnOnce() -> T) -> Result<T, ()> {
    catch_unwind(AssertUnwindSafe(work)).map_err(drop)
}

/// Panics on its way, or on arrival.
#[derive(Debug)]
struct Shy {
    leaves: bool,
}

impl Serialize for Shy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert!(self.leaves, "a value's own panic");
        serializer.serialize_u8(7)
    }
}

impl<'de> Deserialize<'de> for Shy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shy, D::Error> {
        u8::deserialize(deserializer)?;
        panic!("a value's own panic, on arrival")
    }
}

fn panics_on_the_way() {
    const NO: Shy = Shy { leaves: false };
    let before = active_children().len();
    let queue = Queue::<Shy>::new(1).unwrap();
    let (mut a, mut b) = pipe().unwrap();
    let lock = Lock::new().unwrap();
    assert!(caught(|| a.send(&(&lock, NO))).is_err());
    assert!(caught(|| queue.put(&NO)).is_err());
    assert!(caught(|| Message::encode(&NO)).is_err());
    assert!(caught(|| Process::new(|_: Shy| {}, NO).start()).is_err());
    assert_eq!(active_children().len(), before);
    assert!(queue.is_empty());
    a.send(&lock).unwrap();
    assert!(!b.recv::<Lock>().unwrap().is_locked());
}

fn panics_on_arrival() {
    const YES: Shy = Shy { leaves: true };
    let queue = Queue::<Shy>::new(1).unwrap();
    let (mut a, mut b) = pipe().unwrap();
    a.send(&YES).unwrap();
    a.send(&8).unwrap();
    assert!(caught(|| b.recv::<Shy>()).is_err());
    assert_eq!(b.recv::<i32>().unwrap(), 8, "the next value is whole");
    queue.put(&YES).unwrap();
    assert!(caught(|| queue.get()).is_err());
    in_time(move || queue.put(&YES)).unwrap();
    // In a child it is a panic as any other.
    assert_eq!(is_over(&Process::new(|_: Shy| {}, YES).start().unwrap()), 1);
}

fn numbers() {
    assert!(Semaphore::new(u32::MAX).is_err());
    assert!(BoundedSemaphore::new(u32::MAX).is_err());
    let full = Semaphore::new((1 << 31) - 1).unwrap();
    assert!(full.release(1).is_err() && full.release(u32::MAX).is_err());
    full.release(0).unwrap();
    full.acquire();
    full.release(1).unwrap();
    let none = BoundedSemaphore::new(0).unwrap();
    assert!(!none.try_acquire() && none.release(1).is_err());
    none.release(0).unwrap();
    for parties in [0, u32::MAX] {
        assert!(Barrier::new(parties).unwrap_err().to_string().contains(&parties.to_string()));
    }
    assert_eq!(Barrier::new(1).unwrap().wait().unwrap(), 0);
    assert_eq!(SharedMemory::new(Kind::other(0), 0).unwrap().len(), 0);
    for bytes in [usize::MAX, usize::MAX - 63, isize::MAX as usize, 1 << 60] {
        assert!(SharedMemory::new(Kind::other(u32::MAX), bytes).is_err(), "{bytes}");
    }
    let queue = Queue::new(u32::MAX).unwrap();
    queue.put(&i128::MIN).unwrap();
    assert_eq!((queue.get().unwrap(), queue.capacity()), (i128::MIN, u32::MAX));
    let nothing = Queue::new(2).unwrap();
    nothing.put(&()).unwrap();
    nothing.put(&()).unwrap();
    assert!(nothing.try_put(&()).is_err());
    assert_eq!(nothing.len(), 2);
    let condition = Condition::new().unwrap();
    let guard = condition.lock().unwrap();
    assert_eq!((guard.notify(0), guard.notify(u32::MAX), guard.notify_all()), (0, 0, 0));
}

fn time_outs() {
    let (mut a, mut b) = pipe().unwrap();
    assert!(b.recv_timeout::<u8>(Duration::ZERO).unwrap().is_none());
    a.send(&1_u8).unwrap();
    assert_eq!(b.recv_timeout::<u8>(Duration::MAX).unwrap(), Some(1));
    let child = Process::new(|()| 2, ()).start().unwrap();
    assert_eq!(child.join_timeout(Duration::MAX).unwrap(), Some(2));
    assert_eq!(child.join_timeout(Duration::ZERO).unwrap(), Some(2));
    let (lock, rlock, event) = (Lock::new().unwrap(), RLock::new().unwrap(), Event::new().unwrap());
    let guard = lock.lock_timeout(Duration::MAX).unwrap();
    assert!(matches!(lock.lock_timeout(Duration::ZERO), Err(TryLockError::WouldBlock)));
    drop(guard);
    drop(rlock.lock_timeout(Duration::MAX).unwrap());
    assert!(!event.wait_timeout(Duration::ZERO));
    event.set();
    assert!(event.wait_timeout(Duration::MAX) && event.wait_timeout(Duration::ZERO));
    let queue = Queue::<u8>::new(1).unwrap();
    assert!(queue.get_timeout(Duration::ZERO).unwrap().is_none());
    queue.put_timeout(&1, Duration::MAX).unwrap();
    assert!(queue.put_timeout(&1, Duration::ZERO).is_err());
    assert_eq!(queue.get_timeout(Duration::MAX).unwrap(), Some(1));
    let condition = Condition::new().unwrap();
    let (guard, notified) = condition.lock().unwrap().wait_timeout(Duration::ZERO).unwrap();
    assert!(!notified);
    let (guard, so) = guard.wait_for_timeout(|| true, Duration::MAX).unwrap();
    let (_guard, not) = guard.wait_for_timeout(|| false, Duration::ZERO).unwrap();
    assert!(so && !not);
}

fn fact_panics() {
    let condition = Condition::new().unwrap();
    let fact = || condition.lock().unwrap().wait_for(|| panic!("a fact's own")).is_ok();
    assert!(caught(fact).is_err());
    let other = condition.clone();
    assert!(in_time(move || other.try_lock().is_ok()), "the lock is not free");
}

fn forgotten_guard() {
    let (lock, rlock) = (Lock::new().unwrap(), RLock::new().unwrap());
    let (its, its_r) = (lock.clone(), RLock::new().unwrap());
    thread::spawn(move || {
        std::mem::forget(its.lock().unwrap());
        std::mem::forget(its_r.lock().unwrap());
    })
    .join()
    .unwrap();
    let told = in_time(move || lock.lock().is_err());
    assert!(told, "whoever comes next is told");
    drop(rlock.lock().unwrap());
}

fn barrier() {
    let barrier = Barrier::new(2).unwrap();
    assert_eq!(barrier.wait_timeout(Duration::ZERO), Err(BarrierError::TimedOut));
    assert!(barrier.is_broken());
    assert_eq!(barrier.wait_timeout(Duration::MAX), Err(BarrierError::Broken));
    barrier.reset();
    let other = barrier.clone();
    let other = thread::spawn(move || other.wait());
    let mut places = [barrier.wait().unwrap(), other.join().unwrap().unwrap()];
    places.sort_unstable();
    assert_eq!(places, [0, 1]);
    barrier.abort();
    barrier.abort();
    assert_eq!((barrier.wait(), barrier.waiting()), (Err(BarrierError::Broken), 0));
}

fn through_itself() {
    let (mut a, mut b) = pipe().unwrap();
    let (mut c, d) = pipe().unwrap();
    a.send(&d).unwrap();
    drop(d);
    let mut d: Connection = b.recv().unwrap();
    c.send(&"over there").unwrap();
    assert_eq!(d.recv::<String>().unwrap(), "over there");
    // Both ends, each over the other.
    a.send(&b).unwrap();
    let mut again: Connection = b.recv().unwrap();
    a.send(&1).unwrap();
    assert_eq!(again.recv::<i32>().unwrap(), 1);
    drop((b, again));
    assert!(matches!(in_time(move || a.recv::<()>()), Err(RecvError::Closed)));
}

fn after_errors() {
    let (mut a, mut b) = pipe().unwrap();
    a.send(&"not a number").unwrap();
    assert!(matches!(b.recv::<(u64, u64)>(), Err(RecvError::Decode(_))));
    a.send(&9).unwrap();
    assert_eq!(b.recv::<i32>().unwrap(), 9);
    a.send(&3).unwrap();
    drop(a);
    assert_eq!(b.recv::<i32>().unwrap(), 3, "what was sent before the end comes");
    for _ in 0..2 {
        assert!(matches!(b.recv::<i32>(), Err(RecvError::Closed)));
        assert!(matches!(b.recv_timeout::<i32>(Duration::MAX), Err(RecvError::Closed)));
        assert!(b.send(&1).is_err());
    }
}
