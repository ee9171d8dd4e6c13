//! Runs programs in every interleaving of their threads: what `cargo explore` is made of.
//!
//! | module | what lives there |
//! |---|---|
//! | [`arguments`] | the command line |
//! | [`bounds`] | how far to look: the command line, then the package's manifest |
//! | [`carried`] | the sources of the stand-ins, which the command carries |
//! | [`kit`] | the stand-ins for `std`, `core` and `test`, compiled |
//! | [`home`] | where all that is kept |
//! | `made_of` | what a kit was made of, and whether that has changed |
//! | [`cargo`] | cargo, as a child process |
//! | [`wrapper`] | what cargo calls in the place of rustc |
//! | [`suite`] | a crate's tests, compiled against the stand-ins |
//! | [`drive`] | an executable that explores what is in it |
//! | [`report`] | how what came of it is shown |
//! | `tell` | what the command prints |
//! | [`command`] | the command itself |
//!
//! Nothing here links the explorer. It is compiled, put into the place of `std`, and what a program says that was compiled so is read.

pub mod arguments;
pub mod bounds;
pub mod cargo;
pub mod carried;
pub mod command;
pub mod drive;
pub mod home;
pub mod kit;
mod made_of;
pub mod report;
pub mod suite;
mod tell;
pub mod wrapper;

use std::sync::Once;

/// What is going on.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// The stand-ins for `std` are compiled, once for all; this crate is done.
    StandIns(&'a str),
    /// The target is compiled against them; this crate is done.
    Target(&'a str),
    /// A search is under way: how far it is.
    Search(&'a str),
}

impl std::fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Progress::StandIns(done) => {
                write!(f, "compiling the stand-ins for std, only this once: {done} is done")
            }
            Progress::Target(done) => write!(f, "compiling against the stand-ins: {done} is done"),
            Progress::Search(how) => f.write_str(how),
        }
    }
}

/// Says on standard error, once, that the stand-ins are being compiled: the
/// longest wait, and the first.
pub fn announce(progress: Progress<'_>) {
    static TOLD: Once = Once::new();
    if matches!(progress, Progress::StandIns(_)) {
        TOLD.call_once(|| eprintln!("compiling the stand-ins for std, only this once"));
    }
}

/// What was asked for makes no sense: a mistake on the command line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(
    /// What is wrong, and what would be right.
    pub String,
);
