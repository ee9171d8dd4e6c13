//! The locks and signals of threads, for processes.
//!
//! They lie in memory that both processes map. What a child gets is the
//! memory's descriptor.

use ch08_multiprocessing::{Barrier, Condition, Event, Lock, Process, Semaphore};
use std::time::Duration;
use tour::{Failure, Program};

/// Who gets in, and who meets whom.
pub const PROGRAM: Program =
    Program::fallible("together", "the locks and signals of threads, for processes", main);

// ANCHOR: main
const AT_ONCE: Duration = Duration::ZERO;

fn keep_out((lock, semaphore): (Lock, Semaphore)) {
    println!("the child takes the Lock: {}", lock.try_lock().is_ok());
    println!("the child takes a Semaphore of 2: {}", semaphore.acquire_timeout(AT_ONCE));
    println!("and once more: {}", semaphore.acquire_timeout(AT_ONCE));
}

fn meet((event, barrier, condition): (Event, Barrier, Condition)) -> Result<(), Failure> {
    event.set();
    barrier.wait()?;
    let guard = condition.lock().map_err(|died| died.to_string())?;
    println!("the child wakes {}", guard.notify(1));
    Ok(())
}

/// Two that exclude, three that bring together.
pub fn main() -> Result<(), Failure> {
    let (lock, semaphore) = (Lock::new()?, Semaphore::new(2)?);
    let guard = lock.lock().map_err(|died| died.to_string())?;
    semaphore.acquire();
    Process::new(keep_out, (lock.clone(), semaphore.clone())).start()?.join()?;
    drop(guard);
    println!("the Lock is locked: {}", lock.is_locked());

    let (event, barrier, condition) = (Event::new()?, Barrier::new(2)?, Condition::new()?);
    let guard = condition.lock().map_err(|died| died.to_string())?;
    let given = (event.clone(), barrier.clone(), condition.clone());
    let child = Process::new(meet, given).start()?;
    event.wait();
    println!("the Event is set: {}", event.is_set());
    barrier.wait()?;
    println!("both were at the Barrier");
    // The child has to wait for the lock until this waits for the child.
    drop(guard.wait().map_err(|died| died.to_string())?);
    println!("the Condition was notified");
    child.join()?;
    Ok(())
}
// ANCHOR_END: main
