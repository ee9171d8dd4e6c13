//! Chapter 1: what a process is, what a thread is, and what either costs.
//!
//! The chapter's programs need child processes, and a child that runs code of
//! ours is simplest had by starting our own executable again. That is all this
//! library does. Chapter 8 builds the real thing: a child that runs a
//! *function*, with arguments.

#![warn(missing_docs)]

use std::io;
use std::process::Command;

/// A command that starts the executable we are in once more, to run `program`
/// with `options`.
///
/// The child is a fresh start: it shares no memory with its parent, and its
/// statics have their initial values. Its standard input, output and error are
/// the parent's unless the command says otherwise.
///
/// # Errors
///
/// The operating system cannot tell where the executable is.
///
/// # Examples
///
/// ```
/// let command = ch01_processes::again("memory", &["--child"])?;
/// assert!(command.get_args().eq(["memory", "--child"]));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn again(program: &str, options: &[&str]) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(program).args(options);
    Ok(command)
}
