//! Who ends when `main` ends.
//!
//! In Rust the process ends with `main`, and every other thread with it. Python
//! waits at the end of the main thread for all threads that are not daemons.
//! Here a child process plays both: in the first run its main thread leaves a
//! working thread behind, in the second it joins it.
//!
//! It is often said that a process which exits kills all its threads. That is
//! true, but Python's main thread does not exit the process before its
//! non-daemon threads have ended.

use ch01_processes::again;
use std::io::{self, BufRead, BufReader, Read};
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use tour::{Failure, Program};

pub const PROGRAM: Program = Program::with_arguments(
    "end-of-main",
    "when main returns, the threads it did not join are gone",
    "[--leave | --join]",
    main,
);

// ANCHOR: child
/// The child: one thread that works until standard input ends.
fn child(join: bool) {
    let (started, wait_for_start) = mpsc::channel();
    let thread = thread::spawn(move || {
        println!("thread: at work");
        started.send(()).expect("main waits for this");
        let _ = io::stdin().read_to_end(&mut Vec::new());
        println!("thread: finished");
    });
    wait_for_start.recv().expect("the thread sends before it works");
    println!("main: at its end");
    if join {
        thread.join().expect("the thread only reads and prints");
        println!("main: joined the thread");
    }
}
// ANCHOR_END: child

// ANCHOR: parent
/// The parent: gives the child's thread what it waits for, or keeps it back
/// until the child process is gone.
fn parent(role: &str) -> Result<(), Failure> {
    let mut child =
        again("end-of-main", &[role])?.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take();
    let output = child.stdout.take().ok_or("the child was started with a pipe")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("  {line}");
        if role == "--join" && line == "main: at its end" {
            // Closing its input is what the child's thread waits for.
            drop(input.take());
        }
    }
    let status = child.wait()?;
    let code = status.code().ok_or("the child was killed")?;
    println!("  the process ended with exit code {code}");
    // In the first run, only here is the input closed, when the process has long ended.
    drop(input);
    Ok(())
}
// ANCHOR_END: parent

pub fn main(arguments: &[String]) -> Result<(), Failure> {
    match arguments {
        [] => {
            println!("main returns and leaves its thread behind:");
            parent("--leave")?;
            println!("main joins its thread:");
            parent("--join")
        }
        [role] if role == "--leave" || role == "--join" => {
            child(role == "--join");
            Ok(())
        }
        other => Err(format!("{other:?} is not understood; leave it out").into()),
    }
}
