//! Runs programs in every interleaving of their threads: what `cargo explore` is made of.
//!
//! | module | what lives there |
//! |---|---|
//! | `accept` | known data races of others |
//! | [`arguments`] | the command line |
//! | [`chinese`], `phrases` | the command line in Chinese |
//! | [`bounds`] | how far to look: the command line, then the package's manifest |
//! | [`carried`] | the sources of the stand-ins, which the command carries |
//! | [`kit`] | the stand-ins for `std`, `core` and `test`, compiled |
//! | [`home`] | where all that is kept |
//! | `turn` | one at a time compiles them |
//! | `made_of` | what a kit was made of, and whether that has changed |
//! | [`cargo`] | cargo, as a child process |
//! | [`wrapper`] | what cargo calls in the place of rustc |
//! | [`suite`] | a crate's tests, compiled against the stand-ins |
//! | `asked` | what a test asks for in the comments above it |
//! | `debugger` | how gdb comes to a failing step |
//! | `left_out`, `examples` | what is not explored, and why |
//! | [`drive`] | an executable that explores what is in it |
//! | `said` | what it says, read |
//! | `second` | the second look, in which time-outs fire early |
//! | [`stop`] | Ctrl-C |
//! | [`shard`] | which part of a search a machine does |
//! | [`step`] | somebody decides who goes next |
//! | [`report`] | how what came of it is shown |
//! | `tell` | what the command prints |
//! | [`command`] | the command itself |
//!
//! Nothing here links the explorer. It is compiled, put into the place of `std`, and what a program says that was compiled so is read.

mod accept;
pub mod arguments;
mod asked;
pub mod bounds;
pub mod cargo;
pub mod carried;
pub mod chinese;
pub mod command;
mod debugger;
pub mod drive;
mod environment;
mod examples;
mod executors;
pub mod flags;
pub mod home;
pub mod kit;
mod left_out;
mod made_of;
mod phrases;
pub mod report;
mod said;
mod second;
pub mod shard;
pub mod step;
pub mod stop;
pub mod suite;
mod tell;
mod turn;
pub mod wrapper;

use std::sync::Once;

/// What is going on.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// Somebody else compiles the stand-ins at this moment.
    Waiting,
    /// The stand-ins for `std` are compiled, once for all; this crate is done, and so many in all.
    StandIns(&'a str, usize),
    /// The target is compiled against them; this crate is done, and so many in all.
    Target(&'a str, usize),
    /// Something else is under way: how far it is.
    Search(&'a str),
    /// A search is under way: how far it is.
    Searching(&'a protocol::Progress),
}

impl std::fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Progress::Waiting => f.write_str(
                "waiting for another cargo explore, which compiles the stand-ins for std",
            ),
            // The number first: a terminal may have no room for more.
            Progress::StandIns(done, all) => write!(f, "{STAND_INS}: {}, {done}", crates(*all)),
            Progress::Target(done, all) => {
                write!(f, "compiling against the stand-ins: {}, {done}", crates(*all))
            }
            Progress::Search(how) => f.write_str(how),
            Progress::Searching(how) => how.fmt(f),
        }
    }
}

fn crates(number: usize) -> String {
    match number {
        1 => "1 crate".to_owned(),
        number => format!("{number} crates"),
    }
}

/// What the first wait is for, and the longest.
const STAND_INS: &str = "compiling the stand-ins for std, only this once";

/// Says on standard error, once, that the stand-ins are being compiled, or by whom.
pub fn announce(progress: Progress<'_>) {
    static WAITS: Once = Once::new();
    static COMPILES: Once = Once::new();
    match progress {
        Progress::Waiting => WAITS.call_once(|| eprintln!("{progress}")),
        Progress::StandIns(..) => COMPILES.call_once(|| eprintln!("{STAND_INS}")),
        _ => {}
    }
}

/// What was asked for makes no sense: a mistake on the command line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(
    /// What is wrong, and what would be right.
    pub String,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_crates_are_compiled_can_be_read_at_80_columns() {
        let name = "build-script-build";
        for progress in [Progress::StandIns(name, 131), Progress::Target(name, 131)] {
            // The spinner and the time stand before it.
            let seen: String = progress.to_string().chars().take(80 - "x 1m ".len()).collect();
            assert!(seen.contains(": 131 crates, "), "{seen}");
        }
        assert!(Progress::StandIns(name, 1).to_string().ends_with(": 1 crate, build-script-build"));
    }
}
