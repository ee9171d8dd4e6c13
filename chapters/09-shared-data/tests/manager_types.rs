//! What each type of a manager does, errors included.

use ch09_shared_data::manager::{Barrier, Condition, Manager, ManagerError, Object, RemoteError};
use ch09_shared_data::{Item, Typecode};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("list", list),
            ("dict", dict),
            ("namespace", namespace),
            ("values_and_arrays_hold_to_their_typecodes", values),
            ("lock", lock),
            ("rlock", rlock),
            ("semaphores", semaphores),
            ("event", event),
            ("condition", condition),
            ("barrier", barrier),
            ("queue", queue),
        ],
    );
}

const PATIENCE: Duration = Duration::from_secs(60);

fn manager() -> Manager {
    Manager::start().unwrap()
}

/// The error that arrived from the manager.
#[track_caller]
fn error<T: std::fmt::Debug>(result: Result<T, ManagerError>) -> RemoteError {
    match result {
        Err(ManagerError::Remote(error)) => error,
        other => panic!("not a remote error: {other:?}"),
    }
}

fn list() {
    let manager = manager();
    let list = manager.list([3, 1, 2]).unwrap();
    list.sort().unwrap();
    list.insert(0, "first").unwrap();
    list.insert(-1, 2.5).unwrap();
    list.insert(100, ()).unwrap();
    let text =
        |list: &ch09_shared_data::manager::List| Object::List(list.to_vec().unwrap()).to_string();
    assert_eq!(text(&list), "['first', 1, 2, 2.5, 3, None]");
    assert_eq!(list.pop(-1).unwrap(), Object::None);
    assert_eq!(list.index(2.0).unwrap(), 2);
    assert_eq!(list.count(1).unwrap(), 1);
    list.remove("first").unwrap();
    list.set(-1, 30).unwrap();
    assert_eq!(text(&list), "[1, 2, 2.5, 30]");
    assert_eq!(error(list.get(4)), RemoteError::Index { index: 4, len: 4 });
    assert!(matches!(error(list.remove("x")), RemoteError::Value(_)));
    list.append("text").unwrap();
    assert_eq!(error(list.sort()).to_string(), "'text' cannot be compared with 30");
    assert_eq!(list.len().unwrap(), 5, "a failed sort changes nothing");
    list.append(f64::NAN).unwrap();
    assert!(list.sort().is_err());
    list.clear().unwrap();
    assert!(list.is_empty().unwrap());
}

fn dict() {
    let manager = manager();
    let dict = manager.dict().unwrap();
    dict.insert("b", 1).unwrap();
    dict.insert(1, "one").unwrap();
    dict.insert(1.0, "still one").unwrap();
    assert_eq!(dict.to_map().unwrap().to_string(), "{'b': 1, 1: 'still one'}");
    assert!(dict.contains_key(true).unwrap(), "True is 1 in Python");
    assert_eq!(dict.set_default("c", 5).unwrap(), Object::from(5));
    assert_eq!(dict.set_default("c", 6).unwrap(), Object::from(5));
    assert_eq!(dict.pop_item().unwrap(), ("c".into(), 5.into()));
    assert_eq!(dict.remove("b").unwrap(), Object::from(1));
    assert_eq!(error(dict.get("b")), RemoteError::Key("b".into()));
    assert!(matches!(error(dict.insert(vec![1], 2)), RemoteError::Type(_)));
    let more = [("x".into(), 1.into()), (2.into(), ().into())].into_iter();
    dict.update(more.collect::<ch09_shared_data::manager::Map>()).unwrap();
    assert_eq!(dict.len().unwrap(), 3);
    dict.clear().unwrap();
    assert!(dict.is_empty().unwrap());
    assert!(matches!(error(dict.pop_item()), RemoteError::Key(_)));
}

fn namespace() {
    let manager = manager();
    let namespace = manager.namespace().unwrap();
    namespace.set("x", 1).unwrap();
    namespace.set("_hidden", 2).unwrap();
    assert_eq!(namespace.to_map().unwrap().len(), 2);
    namespace.remove("x").unwrap();
    assert!(matches!(error(namespace.get("x")), RemoteError::Attribute(_)));
    assert!(matches!(error(namespace.remove("x")), RemoteError::Attribute(_)));
}

fn values() {
    let manager = manager();
    let value = manager.value(Typecode::SignedChar, 200).unwrap();
    assert_eq!(value.get().unwrap(), Item::Int(-56));
    assert!(matches!(error(value.set(1.5)), RemoteError::Type(_)));
    let array = manager.array(Typecode::Unicode, ['男', '女']).unwrap();
    array.set(0, '女').unwrap();
    assert_eq!(array.to_vec().unwrap(), [Item::Unicode('女'), Item::Unicode('女')]);
    assert!(matches!(error(array.get(2)), RemoteError::Index { .. }));
    assert_eq!(array.len().unwrap(), 2);
    let largest = Item::Int(u64::MAX.into());
    let array = manager.array(Typecode::UnsignedLongLong, [largest]).unwrap();
    assert_eq!(array.get(-1).unwrap(), largest);
}

fn lock() {
    let manager = manager();
    let lock = manager.lock().unwrap();
    let guard = lock.lock().unwrap();
    assert!(lock.lock_timeout(Duration::from_millis(1)).unwrap().is_none(), "it is not reentrant");
    drop(guard);
    assert!(lock.try_acquire().unwrap());
    thread::scope(|scope| {
        scope.spawn(|| lock.release().unwrap());
    });
    assert!(!lock.is_locked().unwrap(), "any thread may release it");
    assert_eq!(error(lock.release()), RemoteError::NotOwner);
    thread::scope(|scope| {
        scope.spawn(|| lock.acquire().unwrap());
    });
    assert!(lock.acquire_timeout(PATIENCE).unwrap(), "a thread that ends gives it back");
}

fn rlock() {
    let manager = manager();
    let lock = manager.rlock().unwrap();
    let (first, second) = (lock.lock().unwrap(), lock.lock().unwrap());
    drop(first);
    thread::scope(|scope| {
        scope.spawn(|| {
            assert!(!lock.try_acquire().unwrap());
            assert_eq!(error(lock.release()), RemoteError::NotOwner);
        });
    });
    drop(second);
    assert_eq!(error(lock.release()), RemoteError::NotOwner);
}

fn semaphores() {
    let manager = manager();
    let semaphore = manager.semaphore(1).unwrap();
    semaphore.acquire().unwrap();
    assert!(!semaphore.try_acquire().unwrap());
    assert!(semaphore.permit_timeout(Duration::from_millis(1)).unwrap().is_none());
    semaphore.release(3).unwrap();
    let permits = (semaphore.permit().unwrap(), semaphore.try_permit().unwrap().unwrap());
    semaphore.acquire().unwrap();
    assert!(semaphore.try_permit().unwrap().is_none());
    drop(permits);
    assert!(semaphore.try_acquire().unwrap() && semaphore.try_acquire().unwrap());
    assert!(!semaphore.try_acquire().unwrap(), "two came back, and no more");
    assert!(matches!(error(semaphore.release(0)), RemoteError::Value(_)));
    let bounded = manager.bounded_semaphore(1).unwrap();
    assert!(bounded.try_acquire().unwrap());
    bounded.release(1).unwrap();
    assert!(matches!(error(bounded.release(1)), RemoteError::Value(_)));
}

fn event() {
    let manager = manager();
    let event = manager.event().unwrap();
    assert!(!event.wait_timeout(Duration::from_millis(1)).unwrap());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| event.wait().unwrap());
        }
        event.set().unwrap();
    });
    assert!(event.is_set().unwrap());
    event.clear().unwrap();
    assert!(!event.wait_timeout(Duration::ZERO).unwrap());
}

/// Waits, and says what it got.
fn wait_on(condition: Condition) -> bool {
    let _guard = condition.lock().unwrap();
    condition.wait_timeout(PATIENCE).unwrap()
}

fn condition() {
    let manager = manager();
    let condition = manager.condition().unwrap();
    assert_eq!(error(condition.wait()), RemoteError::NotOwner);
    assert_eq!(error(condition.notify(1)), RemoteError::NotOwner);

    let (guard, again) = (condition.lock().unwrap(), condition.lock().unwrap());
    assert!(!condition.wait_timeout(Duration::from_millis(1)).unwrap());
    let mut looks = 0;
    let second = || {
        looks += 1;
        looks == 2
    };
    // Asked at first, and once more when the time is over.
    assert!(condition.wait_for_timeout(second, Duration::from_millis(1)).unwrap());
    condition.wait_for(|| true).unwrap();
    assert!(!condition.wait_for_timeout(|| false, Duration::from_millis(1)).unwrap());
    drop((guard, again));
    assert_eq!(error(condition.release()), RemoteError::NotOwner, "both levels came back");

    thread::scope(|scope| {
        let (done, finished) = mpsc::channel();
        for _ in 0..3 {
            let (condition, done) = (condition.clone(), done.clone());
            scope.spawn(move || done.send(wait_on(condition)).unwrap());
        }
        // A notification is forgotten if nobody waits yet: notify until one
        // has heard it, three times.
        let mut heard = 0;
        while heard < 3 {
            condition.acquire().unwrap();
            condition.notify(1).unwrap();
            condition.release().unwrap();
            heard += finished.try_iter().filter(|&notified| notified).count();
        }
    });
}

fn meet(barrier: Barrier) -> Result<usize, RemoteError> {
    match barrier.wait() {
        Ok(index) => Ok(index),
        Err(ManagerError::Remote(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

fn barrier() {
    let manager = manager();
    let barrier = manager.barrier(3).unwrap();
    for _ in 0..2 {
        let mut indices: Vec<usize> = thread::scope(|scope| {
            let threads = [(); 3].map(|()| scope.spawn(|| meet(barrier.clone())));
            threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
        });
        indices.sort();
        assert_eq!(indices, [0, 1, 2]);
    }
    thread::scope(|scope| {
        let waiting = scope.spawn(|| meet(barrier.clone()));
        assert_eq!(
            error(barrier.wait_timeout(Duration::from_millis(1))),
            RemoteError::BrokenBarrier
        );
        assert_eq!(waiting.join().unwrap(), Err(RemoteError::BrokenBarrier));
    });
    assert!(barrier.is_broken().unwrap());
    assert_eq!(meet(barrier.clone()), Err(RemoteError::BrokenBarrier));
    barrier.reset().unwrap();
    assert!(!barrier.is_broken().unwrap());
    assert_eq!(barrier.waiting().unwrap(), 0);
    barrier.abort().unwrap();
    assert!(barrier.is_broken().unwrap());
    assert!(matches!(error(manager.barrier(0)), RemoteError::Value(_)));
}

fn queue() {
    let manager = manager();
    let queue = manager.queue(1).unwrap();
    assert_eq!(error(queue.try_get()), RemoteError::Empty);
    queue.put(1).unwrap();
    assert_eq!(error(queue.try_put(2)), RemoteError::Full);
    assert_eq!(error(queue.put_timeout(2, Duration::from_millis(1))), RemoteError::Full);
    assert!(!queue.join_timeout(Duration::from_millis(1)).unwrap());
    assert!(!queue.join_timeout(Duration::ZERO).unwrap());
    thread::scope(|scope| {
        let second = scope.spawn(|| queue.put(2).unwrap());
        let joined = scope.spawn(|| queue.join().unwrap());
        assert_eq!(queue.get().unwrap(), Object::from(1));
        second.join().unwrap();
        assert_eq!(queue.get().unwrap(), Object::from(2));
        queue.task_done().unwrap();
        queue.task_done().unwrap();
        joined.join().unwrap();
    });
    assert!(matches!(error(queue.task_done()), RemoteError::Value(_)));
    assert!(queue.is_empty().unwrap());
}
