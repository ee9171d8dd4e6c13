//! `+=` is two accesses, and another process may come between them.
//!
//! The document calls a `Value` thread-safe. One load or one store of it is;
//! a load followed by a store is not.

use ch08_multiprocessing::{Connection, Process, pipe};
use ch09_shared_data::Value;
use tour::{Failure, Program};

/// Two additions, of which one is lost; then two thousand, of which none is.
pub const PROGRAM: Program =
    Program::fallible("lost-update", "+= without the lock loses additions", main);

// ANCHOR: main
/// Adds 1, but says what it read and waits for a word before it writes.
fn add_slowly((value, mut its_end): (Value<i64>, Connection)) -> Result<(), String> {
    let old = value.get();
    its_end.send(&old).map_err(|error| error.to_string())?;
    its_end.recv::<()>().map_err(|error| error.to_string())?;
    value.set(old + 1);
    Ok(())
}

/// Adds 1 a thousand times, holding the lock over the load and the store.
fn add_locked(value: Value<i64>) -> Result<(), String> {
    for _ in 0..1000 {
        let guard = value.lock().map_err(|error| error.to_string())?;
        guard.set(guard.get() + 1);
    }
    Ok(())
}

/// Forces the bad order by hand, then runs both at full speed with the lock.
pub fn main() -> Result<(), Failure> {
    let value = Value::new(0_i64)?;
    let (mut first, its_end) = pipe()?;
    let one = Process::new(add_slowly, (value.clone(), its_end)).start()?;
    let (mut second, its_end) = pipe()?;
    let two = Process::new(add_slowly, (value.clone(), its_end)).start()?;
    println!("one process reads {}", first.recv::<i64>()?);
    println!("the other reads {}", second.recv::<i64>()?);
    first.send(&())?;
    one.join()?;
    second.send(&())?;
    two.join()?;
    println!("without the lock: {} after 2 additions", value.get());

    let value = Value::new(0_i64)?;
    let one = Process::new(add_locked, value.clone()).start()?;
    let two = Process::new(add_locked, value.clone()).start()?;
    one.join()?;
    two.join()?;
    println!("with the lock: {} after 2000 additions", value.get());
    Ok(())
}
// ANCHOR_END: main
