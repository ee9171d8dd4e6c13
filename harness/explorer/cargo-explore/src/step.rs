//! You are the scheduler: one run, step by step, and somebody decides who goes next.
//!
//! | module | what lives there |
//! |---|---|
//! | `session` | where the run stands, and what each command does |
//! | `view` | what is shown of it |
//! | `words` | in each language |
//! | `meaning` | what `?` says |
//! | `screen` | a terminal: a key is a command |
//! | `lines` | anything else: a line is a command |

mod lines;
mod meaning;
mod screen;
mod session;
mod standing;
mod view;
mod words;

use crate::Progress;
use crate::drive::{Driver, Search};
use session::Session;
use std::io::IsTerminal;
use std::path::Path;
use trace::Language;

/// What somebody decides on.
#[derive(Debug, Clone, Copy)]
pub struct Stepped<'a> {
    /// What runs it.
    pub driver: &'a Driver,
    /// The scenario.
    pub name: &'a str,
    /// The bounds, and the schedule with which to begin, if there is one.
    pub search: &'a Search,
    /// Where the sources are.
    pub root: &'a Path,
    /// The language of what is said.
    pub language: Language,
}

/// Lets somebody decide who goes next, on the terminal or a line each on standard input. Returns the schedule of the run that was made, and how many
/// of its steps were chosen before the run was left to itself; none if it came to its end. Blocks until there is a `q` or nothing more to read.
///
/// # Errors
///
/// When the driver cannot be started, the scenario cannot be explored, or the terminal cannot be written to; [`crate::Misuse`] and
/// [`crate::stop::Stopped`].
pub fn step(
    stepped: Stepped<'_>,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> anyhow::Result<(String, Option<usize>)> {
    let mut session = Session::begin(stepped)?;
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    match terminal {
        true => screen::run(&mut session)?,
        false => lines::run(&mut session, progress)?,
    }
    Ok(session.end())
}

/// What is said under the run: how much of it was chosen, and the command that shows it again.
pub fn epilogue(language: Language, left_at: Option<usize>, command: &str) -> String {
    let words = words::Words::of(language);
    let rest = left_at.map_or(String::new(), |steps| format!("{}\n", (words.left_at)(steps)));
    format!("{rest}{}{command}", words.again)
}
