//! Who waits for whom at the end: a process waits for its children, but ends
//! its daemons.
//!
//! Python's daemon processes outlive a parent that is killed by SIGKILL, which
//! has no time to end them. Here they watch their parent and end by themselves.

use ch08_multiprocessing::{Connection, Process, RecvError, pipe};
use tour::{Failure, Program};

/// The end of a parent with one child of each kind.
pub const PROGRAM: Program =
    Program::fallible("daemon", "who waits for whom when a process ends", main);

// ANCHOR: main
/// Waits for a word, prints it, and ends.
fn print_a_word(mut words: Connection) {
    if let Ok(word) = words.recv::<String>() {
        println!("{word}");
    }
}

/// Returns at once, with a child that waits for a word, or a daemon that does.
fn parent((daemon, words): (bool, Connection)) -> Result<(), String> {
    let child = Process::new(print_a_word, words).daemon(daemon);
    child.start().map(drop).map_err(|error| error.to_string())
}

/// Watches the end of two processes.
pub fn main() -> Result<(), Failure> {
    let (mut ours, theirs) = pipe()?;
    let waiting = Process::new(parent, (false, theirs)).start()?;
    println!("a parent with a child: still there");
    ours.send("the child prints this")?;
    println!("a parent with a child: ended with {}", waiting.join()?);

    let (mut ours, theirs) = pipe()?;
    let ending = Process::new(parent, (true, theirs)).start()?;
    println!("a parent with a daemon: ended with {}", ending.join()?);
    // The daemon has the only other end: the connection ends when it does.
    match ours.recv::<()>() {
        Err(RecvError::Closed) => println!("the daemon is gone"),
        other => println!("the daemon is not gone: {other:?}"),
    }
    Ok(())
}
// ANCHOR_END: main
