//! Ctrl-C: the search ends, and what was tried is told.

use rustix::process::{Pid, Signal, kill_process};
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Whether somebody wants it to stop.
static ASKED: AtomicBool = AtomicBool::new(false);

/// What runs at this moment, and is not waited for yet.
static CHILD: Mutex<Option<Pid>> = Mutex::new(None);

/// The exit code of who was stopped, as shells know it.
pub const CODE: u8 = 130;

/// Somebody pressed Ctrl-C.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
pub struct Stopped;

/// From now on Ctrl-C ends what runs, and a second one this process.
pub fn listen() {
    // Where nobody listens, Ctrl-C ends the process as it always does.
    let _ = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(CODE.into());
        }
        let child = CHILD.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pid) = *child {
            // It may have ended by itself: a terminal sends the signal to it as well.
            let _ = kill_process(pid, Signal::INT);
        }
    });
}

/// Whether somebody wants it to stop.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Whether a process ended because somebody wants it to stop. Its signal may come before ours.
pub(crate) fn ended(status: ExitStatus) -> bool {
    let interrupted = std::os::unix::process::ExitStatusExt::signal(&status);
    asked() || interrupted == Some(Signal::INT.as_raw())
}

/// A child that Ctrl-C ends. It must not be waited for while this is there: its number could be another's then.
#[derive(Debug)]
pub(crate) struct Watched(());

impl Watched {
    pub(crate) fn new(child: &Child) -> Watched {
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        *CHILD.lock().unwrap_or_else(PoisonError::into_inner) = pid;
        if let (true, Some(pid)) = (asked(), pid) {
            // It was started just after.
            let _ = kill_process(pid, Signal::INT);
        }
        Watched(())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        *CHILD.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The command that goes on with what this process was called for: `program`, with the same arguments.
pub fn the_same(program: &str, arguments: impl Iterator<Item = String>) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:,=+@%".contains(c);
    let quoted = |word: String| match !word.is_empty() && word.chars().all(plain) {
        true => word,
        false => format!("'{}'", word.replace('\'', "'\\''")),
    };
    std::iter::once(program.to_owned()).chain(arguments.map(quoted)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_same_arguments() {
        let arguments = ["--exact", "a::b", "it's here", "", "--resume=x y", "$HOME"];
        let command = the_same("printf '%s\\n'", arguments.map(str::to_owned).into_iter());
        let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        assert_eq!(lines.lines().collect::<Vec<_>>(), arguments);
    }
}
