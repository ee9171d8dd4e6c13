//! What a process can be asked, while it runs and afterwards.
//!
//! The document says that `Process` is like `threading.Thread`. It has more: a
//! process id and an exit code, and it can be ended from outside.

use ch08_multiprocessing::{Connection, Process, active_children, pipe};
use std::time::Duration;
use tour::{Failure, Program};

/// Name, id, alive, exit code, join with a time-out, active children.
pub const PROGRAM: Program =
    Program::fallible("methods", "what a process can be asked, before and after its end", main);

// ANCHOR: main
/// Lives until its parent says so.
fn wait_for_leave(mut parent: Connection) -> i32 {
    match parent.recv::<String>() {
        Ok(word) if word == "leave" => 0,
        _ => 1,
    }
}

/// Asks a running process, lets it end, and asks again.
pub fn main() -> Result<(), Failure> {
    let (mut ours, theirs) = pipe()?;
    let child = Process::new(wait_for_leave, theirs).name("waiter").start()?;
    println!("name: {}", child.name());
    println!("runs in another process: {}", child.pid() != std::process::id());
    println!("alive: {}", child.is_alive());
    println!("exit code: {}", shown(child.exit_code()));
    println!("joined for 10 ms: {}", shown(child.join_timeout(Duration::from_millis(10))?));
    println!("active children: {}", active_children().len());

    ours.send("leave")?;
    println!("joined: {}", child.join()?);
    println!("alive: {}", child.is_alive());
    println!("exit code: {}", shown(child.exit_code()));
    println!("active children: {}", active_children().len());
    Ok(())
}

fn shown(code: Option<i32>) -> String {
    code.map_or("none yet".to_owned(), |code| code.to_string())
}
// ANCHOR_END: main
