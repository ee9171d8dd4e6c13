//! The verbs and their options. Those that have to do with assignments are in [`assignments`], those for their writers in [`courses`],
//! and those that run scenarios in [`exploring`].

mod assignments;
mod changes;
mod courses;
mod exploring;
mod place;

use crate::course::{self, Course, NoSuchChapter, names_chapter};
use crate::explore::Misuse;
use crate::grading::assignment::NoSuchAssignment;
use crate::reports::words::harmless;
use crate::run::{NoSuchProgram, Python};
use crate::{bench, list, run};
use clap::{Parser, Subcommand};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Every Interleaving: runs the course's chapters and checks that they do what they say.
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
    /// Run programs and compare what they print with the snapshots
    ///
    /// Exit code 0: everything is as it should be. 1: something is not, and the report says what.
    /// 2: the command line makes no sense.
    Run(RunArguments),
    /// Try every interleaving of ordinary `std` code
    ///
    /// Exit code 0: all is as it should be (proved, or broken where the documentation of the
    /// scenario says `Must fail`), or a replayed run ends well. 1: a scenario fails, or one that
    /// must fail does not. 2: the command line makes no sense. 3: a search found nothing, but used
    /// up its budget or met a run with more steps than `--steps` allows. 4: something cannot be
    /// compiled or explored.
    ///
    /// In a scenario whose documentation says `Time-outs fire at any moment`, they
    /// do so without `--eager-timeouts` as well; `At most 2 looks`, there or in the
    /// documentation of the file, is `--looks 2`.
    Explore(exploring::ExploreArguments),
    /// Run a program on real threads and draw what they did
    Record(exploring::RecordArguments),
    /// A five-minute change: make a file that fails, and judge what you have made of it
    ///
    /// Exit code 0: it holds in every interleaving. 1: it does not, or does not
    /// compile. 2: the command line makes no sense.
    Change(changes::ChangeArguments),
    /// Say what this machine can enforce, and what grading lacks here
    ///
    /// Exit code 0: full protection, and nothing is missing. 1: something is,
    /// and the report says how to get it.
    Doctor(DoctorArguments),
    /// Measure the chapters' libraries and their peers, and write the tables, the plot and the
    /// book's page
    ///
    /// A peer is a library by others that does the same. Ours and a peer take turns, in several
    /// processes of each bench. A chapter's table is written only if every row of it could be
    /// decided. Exit code 0: every row was decided. 1: some were not, and their tables stay as
    /// they are. All numbers are in target/bench/results.json.
    Bench(BenchArguments),
    /// Make the files of something new in the course
    #[command(subcommand)]
    New(NewVerb),
    #[command(flatten)]
    Assignment(assignments::Verb),
}

#[derive(Debug, clap::Args)]
struct BenchArguments {
    /// Chapters: 7, 07-queue or queue (default: all that have a bench)
    chapters: Vec<String>,
    /// Only rows whose name contains this
    #[arg(long, value_name = "TEXT")]
    rows: Option<String>,
    /// Start each bench this many times
    #[arg(long, value_name = "N", default_value = "3")]
    starts: NonZeroUsize,
    /// Take a quick look, in two minutes once the benches are compiled: only a few pairs in two processes, and nothing is written
    ///
    /// The rows share the time. One of which a single round takes too long is left out and said to be undecided.
    #[arg(long, conflicts_with = "starts")]
    quick: bool,
    /// Write nothing but target/bench/results.json
    #[arg(long)]
    dry_run: bool,
}

impl BenchArguments {
    fn options(self) -> bench::Options {
        let BenchArguments { chapters, rows, starts, quick, dry_run } = self;
        let few = |n| NonZeroUsize::new(n).filter(|_| quick);
        let within = quick.then(|| Duration::from_secs(120));
        bench::Options {
            chapters,
            rows,
            pairs: few(9),
            starts: few(2).unwrap_or(starts),
            within,
            write: !quick && !dry_run,
        }
    }
}

#[derive(Debug, Subcommand)]
enum NewVerb {
    /// A program of a chapter: Rust, Python, a page in each language, and its name in every list
    ///
    /// Nothing is overwritten. It says what is left to do.
    Program(NewProgramArguments),
}

#[derive(Debug, clap::Args)]
struct NewProgramArguments {
    /// The chapter: 7, 07-queue or queue
    chapter: String,
    /// The program's name, as in lost-update
    name: String,
    /// What the program shows, in one line (default: its name)
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
}

impl Verb {
    fn grades(&self) -> bool {
        use assignments::Verb::{Check, Grade, Merge};
        matches!(self, Verb::Assignment(Check(_) | Grade(_) | Merge(_)))
    }
}

#[derive(Debug, clap::Args)]
struct DoctorArguments {
    /// Try what grading needs the way `grade --no-namespaces` does it
    #[arg(long)]
    no_namespaces: bool,
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// A chapter: 7, 07-queue, ch07-queue or queue (default: all chapters)
    chapter: Option<String>,
    /// Programs of that chapter (default: all)
    programs: Vec<String>,
    /// Run each program this many times
    #[arg(long, value_name = "N", default_value = "1")]
    repeat: NonZeroUsize,
    /// Run this many programs at a time (default: as many as there are cores)
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Run the Python twins too, and compare what they print
    #[arg(long)]
    python: bool,
    /// Run the Python twins alone, and compare what they print with the snapshots
    #[arg(long, conflicts_with = "python")]
    twins: bool,
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
    // What grades has an exit code of its own for that nothing was graded: 1 is a grade.
    // So has what explores: 1 is a scenario that fails.
    let explores = matches!(arguments.verb, Verb::Explore(_));
    let trouble = if explores || arguments.verb.grades() { 4 } else { 1 };
    match obey(arguments.verb) {
        Ok(code) => code,
        Err(error) => {
            // Names of strangers' files may be in it.
            anstream::eprintln!("error: {}", harmless(&format!("{error:#}")));
            let misused = error.is::<NoSuchChapter>()
                || error.is::<NoSuchProgram>()
                || error.is::<NoSuchAssignment>()
                || error.is::<Misuse>();
            ExitCode::from(if misused { 2 } else { trouble })
        }
    }
}

/// The workspace that the harness was built in: the explorer's source is there.
pub(crate) fn workspace_root() -> PathBuf {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR"));
    harness.parent().unwrap_or(harness).to_owned()
}

fn obey(verb: Verb) -> anyhow::Result<ExitCode> {
    let here = std::env::current_dir()?;
    match verb {
        Verb::Doctor(arguments) => {
            let well = crate::doctor::doctor(arguments.no_namespaces)?;
            Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Verb::List => {
            list::list(&Course::load(&here)?);
            Ok(ExitCode::SUCCESS)
        }
        Verb::Run(arguments) => {
            let asked = arguments.chapter.as_deref();
            let wanted = |name: &str| asked.is_none_or(|asked| names_chapter(asked, name));
            let course = Course::load_chapters(&here, wanted)?;
            let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
            let well = run::run(
                &course,
                &run::Options {
                    programs: arguments.programs,
                    repeat: arguments.repeat,
                    jobs: arguments.jobs.unwrap_or(cores),
                    python: match (arguments.python, arguments.twins) {
                        (_, true) => Python::Alone,
                        (true, false) => Python::Too,
                        (false, false) => Python::No,
                    },
                    deadline: arguments.deadline,
                },
            )?;
            Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Verb::Explore(arguments) => exploring::explore(arguments),
        Verb::Change(arguments) => changes::obey(&arguments),
        Verb::Record(arguments) => exploring::record(arguments),
        Verb::Bench(arguments) => {
            let decided = bench::bench(&workspace_root(), &arguments.options())?;
            Ok(if decided { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Verb::New(NewVerb::Program(arguments)) => {
            let NewProgramArguments { chapter, name, title } = arguments;
            let title = title.as_deref().unwrap_or(&name);
            course::new::program(&workspace_root(), &chapter, &name, title)?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Assignment(verb) => assignments::obey(verb, here),
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
