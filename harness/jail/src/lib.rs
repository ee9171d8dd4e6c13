//! Runs a command with nothing but what it was given: for programs whose
//! authors may not be friendly.
//!
//! ```no_run
//! use jail::{How, Jail, Limits};
//! use std::time::Duration;
//!
//! fn main() -> Result<(), jail::Error> {
//!     jail::enter_if_asked(); // the first line of every executable that jails
//!
//!     let ended = Jail::new("/student/program")
//!         .system_programs()
//!         .read_only_at("submissions/17", "/student")
//!         .limits(Limits { wall: Duration::from_secs(2), ..Limits::default() })
//!         .stdin("3 4\n")
//!         .run()?;
//!     assert_eq!(ended.how, How::Exited(0));
//!     assert_eq!(ended.stdout, b"7\n");
//!     println!("protected by {}", ended.layers);
//!     Ok(())
//! }
//! ```
//!
//! | module | what lives there |
//! |---|---|
//! | [`Jail`] | what a program is given, and the start of it |
//! | [`Running`], [`Killer`] | a program in its jail: its streams, its processes, its end |
//! | [`Limits`], [`Processes`] | how much it may use |
//! | [`Patience`], [`Left`] | how long it may still take |
//! | [`SystemPrograms`] | which programs of the system it sees |
//! | [`Ended`], [`How`], [`Error`] | what became of it; what is not its doing |
//! | [`Layers`], [`diagnose`] | what protects the machine; what this one cannot enforce |

#![warn(missing_docs)]

mod diagnose;
mod ended;
mod error;
mod inner;
mod launch;
mod layers;
mod limits;
mod patience;
mod processes;
mod running;
mod system;
mod wire;

pub use diagnose::{Finding, Report, State, diagnose};
pub use ended::{Ended, How};
pub use error::{Error, Trouble};
pub use launch::Jail;
pub use layers::Layers;
pub use limits::{Limits, Processes};
pub use patience::{Left, Patience};
pub use processes::ProcessInfo;
pub use running::{Killer, Running};
pub use system::SystemPrograms;

/// Becomes the inner stage of a jail if this process was started as one.
///
/// A process with threads cannot fork safely, so that [`Jail`] starts its own
/// executable again, with a first argument that only this function knows.
/// Call it on the first line of `main`, before anything starts a thread. In
/// the inner stage it never returns; otherwise it returns at once.
///
/// ```no_run
/// jail::enter_if_asked();
/// let arguments = std::env::args(); // and so on
/// ```
pub fn enter_if_asked() {
    if std::env::args_os().nth(1).is_some_and(|first| first == wire::MARK) {
        inner::keep();
    }
}
