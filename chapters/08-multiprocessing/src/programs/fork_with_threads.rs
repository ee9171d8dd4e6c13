//! Why a process with threads should not fork.
//!
//! The child has a copy of every lock, but only one of the threads. A lock
//! that another thread held is held in the child for ever: by nobody. `fork`
//! is therefore refused here while other threads exist. Python forks all the
//! same, and warns about it since 3.12.

use ch08_multiprocessing::{Process, StartError, StartMethod};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;
use tour::{Failure, Program};

/// The refusal, and what happens without it.
pub const PROGRAM: Program =
    Program::fallible("fork-with-threads", "a lock that nobody holds and nobody can take", main);

// ANCHOR: main
static LOCK: Mutex<()> = Mutex::new(());

/// Prints nothing: in such a child even standard output's lock is suspect.
fn can_lock(_: ()) -> i32 {
    i32::from(LOCK.try_lock().is_ok())
}

/// Forks while another thread holds the lock.
pub fn main() -> Result<(), Failure> {
    let (locked, wait_until_locked) = channel();
    let (forked, wait_until_forked) = channel::<()>();
    let holder = thread::spawn(move || {
        let guard = LOCK.lock();
        let _ = locked.send(());
        let _ = wait_until_forked.recv();
        drop(guard);
    });
    wait_until_locked.recv()?;

    let process = Process::new(can_lock, ()).method(StartMethod::Fork);
    match process.start() {
        Err(StartError::Threads { threads }) => println!("fork refused: {threads} threads"),
        Err(other) => return Err(other.into()),
        Ok(_) => return Err("forked in spite of the other thread".into()),
    }

    let process = Process::new(can_lock, ()).method(StartMethod::Fork).allow_threads();
    let child = process.start()?;
    drop(forked);
    holder.join().map_err(|_| "the holder panicked")?;
    println!("the parent can take the lock: {}", LOCK.try_lock().is_ok());
    println!("the forked child can take the lock: {}", child.join()? == 1);
    Ok(())
}
// ANCHOR_END: main
