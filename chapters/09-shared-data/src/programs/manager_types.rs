//! All thirteen types of a manager, each used by a child process.

use ch08_multiprocessing::Process;
use ch09_shared_data::Typecode;
use ch09_shared_data::manager::{
    Array, Barrier, BoundedSemaphore, Condition, Dict, Event, List, Lock, Manager, ManagerError,
    Namespace, Object, Queue, RLock, Semaphore, Value,
};
use std::time::Duration;
use tour::{Failure, Program};

/// What each of them does for two processes.
pub const PROGRAM: Program =
    Program::fallible("manager-types", "the thirteen types of a manager", main);

// ANCHOR: main
const PATIENCE: Duration = Duration::from_secs(60);

fn data(
    (list, dict, namespace, value, array): (List, Dict, Namespace, Value, Array),
) -> Result<(), ManagerError> {
    list.append(4)?;
    dict.insert("child", true)?;
    namespace.set("x", 10)?;
    value.set(2.5)?;
    array.set(-1, 30)
}

fn locks(
    (lock, rlock, semaphore, bounded): (Lock, RLock, Semaphore, BoundedSemaphore),
) -> Result<(), ManagerError> {
    println!("the child takes the Lock: {}", lock.try_acquire()?);
    println!("the child takes the RLock: {}", rlock.try_acquire()?);
    println!("the child takes a Semaphore of 2: {}", semaphore.try_acquire()?);
    println!("and once more: {}", semaphore.try_acquire()?);
    println!("more than 1 released: {}", bounded.release(1).is_ok());
    Ok(())
}

fn meet(
    (event, barrier, condition, queue): (Event, Barrier, Condition, Queue),
) -> Result<(), ManagerError> {
    event.set()?;
    barrier.wait()?;
    let _guard = condition.lock()?;
    queue.put("from the child")?;
    condition.notify(1)
}

/// Five that hold data, four that exclude, four that bring together.
pub fn main() -> Result<(), Failure> {
    let manager = Manager::start()?;
    let (list, dict) = (manager.list([1, 2, 3])?, manager.dict()?);
    let namespace = manager.namespace()?;
    let value = manager.value(Typecode::Double, 0.0)?;
    let array = manager.array(Typecode::Int, [1, 2, 3])?;
    let given = (list.clone(), dict.clone(), namespace.clone(), value.clone(), array.clone());
    Process::new(data, given).start()?.join()?;
    println!("list: {}", Object::List(list.to_vec()?));
    println!("dict: {}", dict.to_map()?);
    println!("Namespace: x is {}", namespace.get("x")?);
    println!("Value: {}", value.get()?);
    println!("Array: {}", Object::from(array.to_vec()?));

    let (lock, rlock) = (manager.lock()?, manager.rlock()?);
    let (semaphore, bounded) = (manager.semaphore(2)?, manager.bounded_semaphore(1)?);
    let (_taken, _once, _twice) = (lock.lock()?, rlock.lock()?, rlock.lock()?);
    semaphore.acquire()?;
    let given = (lock.clone(), rlock.clone(), semaphore.clone(), bounded.clone());
    Process::new(locks, given).start()?.join()?;

    let (event, barrier) = (manager.event()?, manager.barrier(2)?);
    let (condition, queue) = (manager.condition()?, manager.queue(1)?);
    let given = (event.clone(), barrier.clone(), condition.clone(), queue.clone());
    let guard = condition.lock()?;
    let child = Process::new(meet, given).start()?;
    event.wait()?;
    println!("the Event is set: {}", event.is_set()?);
    barrier.wait()?;
    println!("both were at the Barrier");
    // The child has to wait for the lock until this waits for the child.
    let notified = condition.wait_timeout(PATIENCE)?;
    println!("the Condition was notified: {notified}");
    drop(guard);
    println!("Queue: {}", queue.get()?);
    child.join()?;
    Ok(())
}
// ANCHOR_END: main
