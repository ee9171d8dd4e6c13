//! A process is killed while it holds a lock: the next one gets the lock, and
//! is told.
//!
//! In Python everybody who asks for that lock waits for ever.

use ch08_multiprocessing::{Connection, Process, pipe};
use ch09_shared_data::Array;
use tour::{Failure, Program};

/// A transfer that is cut short.
pub const PROGRAM: Program =
    Program::fallible("dead-holder", "a lock whose holder is killed is not lost", main);

// ANCHOR: main
/// Moves 30 from one account to the other, and is killed half-way.
fn transfer((accounts, mut main): (Array<i64>, Connection)) {
    if let Ok(accounts) = accounts.lock() {
        accounts[0].set(accounts[0].get() - 30);
        let _ = main.send("half-way");
        // Never answered: the next thing to arrive is SIGKILL.
        let _ = main.recv::<()>();
    }
}

/// Finds the accounts as the dead process left them, and puts them right.
pub fn main() -> Result<(), Failure> {
    let accounts = Array::new([100_i64, 0])?;
    let (mut ours, theirs) = pipe()?;
    let child = Process::new(transfer, (accounts.clone(), theirs)).start()?;
    println!("the child is {}", ours.recv::<String>()?);
    child.kill()?;
    println!("its exit code: {}", child.join()?);

    match accounts.lock() {
        Ok(_) => println!("the lock, as if nothing had happened"),
        Err(died) => {
            println!("{died}");
            let accounts = died.into_inner();
            println!("half-way: {} and {}", accounts[0].get(), accounts[1].get());
            accounts[1].set(30);
        }
    }
    println!("the next one is told too: {}", accounts.lock().is_err());
    println!("in the end: {:?}", accounts.slice(..));
    Ok(())
}
// ANCHOR_END: main
