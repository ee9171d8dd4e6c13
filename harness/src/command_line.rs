//! The verbs and their options.

use crate::course::{Course, NoSuchChapter, names_chapter};
use crate::run::NoSuchProgram;
use crate::{list, run};
use clap::{Parser, Subcommand};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

/// Every Interleaving: runs the course's chapters and holds them to their word.
#[derive(Debug, Parser)]
#[command(name = "harness", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show the chapters and their programs
    List,
    /// Run programs and hold what they print against the snapshots
    ///
    /// Exit code 0: everything as it should be. 1: something is not, and the
    /// report says what. 2: the command line makes no sense.
    Run(RunArguments),
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// A chapter: 7, 07-queue, ch07-queue or queue; all chapters without it
    chapter: Option<String>,
    /// Programs of that chapter; all without it
    programs: Vec<String>,
    /// Run each program this many times
    #[arg(long, value_name = "N", default_value = "1")]
    repeat: NonZeroUsize,
    /// Run this many programs at a time; as many as there are cores without it
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Run the Python twins too, and compare what they print
    #[arg(long)]
    python: bool,
    /// Count a program as hung after this many seconds, and kill it
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    deadline: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// Does what the command line asks for. This is the whole `main` of the harness.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match obey(arguments.verb) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            let misused = error.is::<NoSuchChapter>() || error.is::<NoSuchProgram>();
            ExitCode::from(if misused { 2 } else { 1 })
        }
    }
}

fn obey(verb: Verb) -> anyhow::Result<bool> {
    let here = std::env::current_dir()?;
    match verb {
        Verb::List => {
            list::list(&Course::load(&here)?);
            Ok(true)
        }
        Verb::Run(arguments) => {
            let asked = arguments.chapter.as_deref();
            let wanted = |name: &str| asked.is_none_or(|asked| names_chapter(asked, name));
            let course = Course::load_chapters(&here, wanted)?;
            let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
            run::run(
                &course,
                &run::Options {
                    programs: arguments.programs,
                    repeat: arguments.repeat,
                    jobs: arguments.jobs.unwrap_or(cores),
                    python: arguments.python,
                    deadline: arguments.deadline,
                },
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn deadlines_are_numbers_of_seconds() {
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1500)));
        assert!(seconds("-1").is_err() && seconds("soon").is_err() && seconds("1e99").is_err());
    }
}
