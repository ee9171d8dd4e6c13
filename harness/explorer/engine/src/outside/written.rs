//! What is written to standard error while something runs, kept apart: how `std` says what a `main` or a test returns.

use std::cell::Cell;
use std::ffi::c_int;

use crate::machine::context;

/// More of it nobody reads.
const MOST: usize = 4096;

thread_local! {
    /// What standard error was, while it is something else.
    static REAL: Cell<Option<c_int>> = const { Cell::new(None) };
}

/// Runs `f`, and returns what was written to standard error meanwhile, past the stand-ins. In an execution that nobody is told of it is not kept: that takes
/// longer than a short execution.
pub fn apart<R>(f: impl FnOnce() -> R) -> (R, String) {
    restore();
    if context::with(|machine| machine.tracer.is_some()) == Some(false) {
        return (f(), String::new());
    }
    let Some(kept) = begin() else { return (f(), String::new()) };
    let result = f();
    restore();
    let mut text = [0; MOST];
    // SAFETY: the buffer is as long as that, and the descriptor is open.
    let length = unsafe { libc::pread(kept, text.as_mut_ptr().cast(), MOST, 0) };
    // SAFETY: it was opened here, and nobody else has it.
    unsafe { libc::close(kept) };
    let length = usize::try_from(length).unwrap_or(0);
    (result, String::from_utf8_lossy(&text[..length]).into_owned())
}

/// Standard error is what it was: also after an execution that was left in the midst.
pub fn restore() {
    if let Some(real) = REAL.take() {
        // SAFETY: both are descriptors; the one was opened by `begin`.
        unsafe {
            libc::dup2(real, libc::STDERR_FILENO);
            libc::close(real);
        }
    }
}

/// From here on standard error is memory. `None` where that cannot be.
fn begin() -> Option<c_int> {
    // SAFETY: the name is a C string.
    let kept = unsafe { libc::memfd_create(c"written".as_ptr(), libc::MFD_CLOEXEC) };
    if kept < 0 {
        return None;
    }
    // SAFETY: both are descriptors.
    let real = unsafe { libc::fcntl(libc::STDERR_FILENO, libc::F_DUPFD_CLOEXEC, 0) };
    // SAFETY: as above.
    if real < 0 || unsafe { libc::dup2(kept, libc::STDERR_FILENO) } < 0 {
        // SAFETY: it was opened here.
        unsafe { libc::close(kept) };
        return None;
    }
    REAL.set(Some(real));
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn what_is_written_meanwhile_is_kept() {
        // `std`'s own words go elsewhere while a test runs.
        let text = b"Error: not there\n";
        let write =
            // SAFETY: the text is as long as that.
            || unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
        let (written, said) = apart(write);
        assert_eq!(usize::try_from(written), Ok(text.len()));
        assert!(said.contains("Error: not there"), "{said}");
    }
}
