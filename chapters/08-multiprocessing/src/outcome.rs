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
///
/// ```
/// use ch08_multiprocessing::Outcome;
///
/// enum Found {
///     Yes,
///     No,
/// }
///
/// // As `grep` has it.
/// impl Outcome for Found {
///     fn exit_code(self) -> i32 {
///         match self {
///             Found::Yes => 0,
///             Found::No => 1,
///         }
///     }
/// }
///
/// assert_eq!((Found::Yes.exit_code(), Found::No.exit_code()), (0, 1));
/// assert_eq!(Ok::<(), String>(()).exit_code(), 0);
/// ```
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
