//! What a child's function may return.

use std::fmt::Display;

/// The exit code that a process ends with, by what its function returned.
///
/// | returned | exit code |
/// |---|---|
/// | `()` | 0 |
/// | `i32` | that number; the system keeps its lowest 8 bits |
/// | `Ok(outcome)` | the outcome's |
/// | `Err(error)` | 1, and the error is printed on standard error |
pub trait Outcome {
    /// The exit code; prints the error if it is one.
    fn exit_code(self) -> i32;
}

impl Outcome for () {
    fn exit_code(self) -> i32 {
        0
    }
}

impl Outcome for i32 {
    fn exit_code(self) -> i32 {
        self
    }
}

impl<T: Outcome, E: Display> Outcome for Result<T, E> {
    fn exit_code(self) -> i32 {
        match self {
            Ok(outcome) => outcome.exit_code(),
            Err(error) => {
                eprintln!("error: {error}");
                1
            }
        }
    }
}
