//! The verbs and their options.

use crate::batch::shard::Shard;
use crate::course::{Course, NoSuchChapter, names_chapter};
use crate::explore::Search;
use crate::explore::target::Target;
use crate::explore::verb::{self, Showing};
use crate::grading::assignment::{Assignment, NoSuchAssignment};
use crate::grading::grade::{Grader, Options};
use crate::grading::{Tools, verbs};
use crate::run::NoSuchProgram;
use crate::{batch, course, list, run};
use clap::{Parser, Subcommand};
use serde_json::json;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
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
    /// Try every interleaving of ordinary `std` code
    ///
    /// Exit code 0: all is as it should be (proved, or broken where the
    /// documentation of the scenario says `Must fail`). 1: a scenario fails.
    /// 2: the command line makes no sense. 3: a search ended by its budget and
    /// found nothing. 4: something cannot be explored.
    Explore(ExploreArguments),
    /// Run a program on real threads and draw what they did
    Record(RecordArguments),
    /// Say what this machine can enforce, and what grading lacks here
    ///
    /// Exit code 0: full protection, and nothing is missing. 1: something is,
    /// and the report says how to get it.
    Doctor,
    /// Check the working copy of an assignment: its visible checks, once
    ///
    /// Exit code 0: all are passed. 1: some are not. 2: the command line makes
    /// no sense. 3: the grader had trouble of its own.
    Check(CheckArguments),
    /// For those who write assignments
    #[command(subcommand)]
    Course(CourseVerb),
    /// Grade submissions of an assignment
    ///
    /// Writes a result, a page and the files of Gradescope and Exercism for each
    /// submission, and a grade book and JUnit report for all. Called again after
    /// an interruption, it goes on where it was.
    ///
    /// Exit code 0: every submission passes every check. 1: some do not, and
    /// the report says which. 2: the command line makes no sense. 3: the grader
    /// had trouble of its own with some, and they have no score.
    Grade(GradeArguments),
    /// Put the parts together that `grade --shard` has graded
    ///
    /// Exit codes as those of `grade`; 1 also when results are missing.
    Merge(MergeArguments),
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

#[derive(Debug, clap::Args)]
struct ExploreArguments {
    /// A chapter (07-queue), a file of `fn name()` scenarios, or a crate's folder
    target: String,
    /// Scenarios by name; for a chapter also its programs. All scenarios without it
    names: Vec<String>,
    /// For a crate: the file of scenarios, if it is not in its folder `scenarios`
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// List every output that the program can have, each with a schedule that produces it
    #[arg(long)]
    outputs: bool,
    /// Search exhaustively for at most this many executions, then at random
    #[arg(long, value_name = "N")]
    schedules: Option<u64>,
    /// Search exhaustively for at most this many seconds, then at random
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    time: Option<Duration>,
    /// Try only runs with at most this many preemptions; finds much, proves nothing
    #[arg(long, value_name = "N")]
    preemptions: Option<u32>,
    /// Let each thread wake up spuriously this many times
    #[arg(long, value_name = "N")]
    spurious: Option<u8>,
    /// Let time-outs fire at any moment, not only when nothing else can happen
    #[arg(long)]
    eager_timeouts: bool,
    /// The seed of the random part of the search
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Replay this run instead of searching
    #[arg(long, value_name = "STRING")]
    schedule: Option<String>,
    #[command(flatten)]
    files: Files,
}

#[derive(Debug, clap::Args)]
struct RecordArguments {
    /// A chapter (07-queue), a file of `fn name()` scenarios, or a crate's folder
    target: String,
    /// The program or the scenario
    name: String,
    #[command(flatten)]
    files: Files,
}

#[derive(Debug, clap::Args)]
struct CheckArguments {
    /// The working copy; this folder without it
    folder: Option<PathBuf>,
    #[command(flatten)]
    at: Where,
}

/// The course that an assignment is of, and how submissions run.
#[derive(Debug, clap::Args)]
struct Where {
    /// The folder of another course, with the same layout
    #[arg(long, value_name = "DIR")]
    course: Option<PathBuf>,
    /// Run submissions without a sandbox: as you, with all that you may do
    #[arg(long)]
    unsafe_no_sandbox: bool,
}

impl Where {
    fn course(&self) -> PathBuf {
        self.course.clone().unwrap_or_else(workspace_root)
    }

    fn tools(&self) -> anyhow::Result<Tools> {
        Tools::prepare(&workspace_root(), self.unsafe_no_sandbox)
    }
}

#[derive(Debug, Subcommand)]
enum CourseVerb {
    /// Hold assignments to their word
    ///
    /// Each starter compiles and fails, each solution and alternative passes,
    /// each wrong solution fails at the check that it names; hints are there in
    /// both languages. Exit code 0: all is well. 1: something is not.
    Check(CourseCheckArguments),
}

#[derive(Debug, clap::Args)]
struct CourseCheckArguments {
    /// Assignments: 07-queue, 7 or queue; all without it
    assignments: Vec<String>,
    #[command(flatten)]
    at: Where,
    /// Grade everything this many times, with another seed each time
    #[arg(long, value_name = "N", default_value = "1")]
    repeat: NonZeroUsize,
    /// Grade this many submissions at a time; as many as there are cores without it
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

#[derive(Debug, clap::Args)]
struct GradeArguments {
    /// Submissions (folders, .zip, .tar.gz), or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The assignment: 07-queue, 7 or queue
    #[arg(long, value_name = "NAME")]
    assignment: String,
    /// Where to write results and reports; a run that was interrupted goes on there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    at: Where,
    /// Grade this many submissions at a time; as many as there are cores without it
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Grade only one part of the batch, as 3/8; `merge` puts the parts together
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// What random inputs and random searches start from
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// The language of the reports
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = ["en", "zh"])]
    language: String,
}

#[derive(Debug, clap::Args)]
struct MergeArguments {
    /// The folders that `grade --shard` wrote
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Where to write the results and reports of the whole
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The folder of another course, with the same layout
    #[arg(long, value_name = "DIR")]
    course: Option<PathBuf>,
    /// The language of the reports
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = ["en", "zh"])]
    language: String,
}

/// Where to write a run besides the terminal.
#[derive(Debug, clap::Args)]
struct Files {
    /// Write the run to this file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw the run into this file as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the run to this file for Chrome's and Perfetto's trace viewers
    #[arg(long, value_name = "FILE")]
    perfetto: Option<PathBuf>,
}

impl Files {
    fn showing(self, outputs: bool) -> Showing {
        Showing { outputs, json: self.json, svg: self.svg, perfetto: self.perfetto }
    }
}

impl ExploreArguments {
    fn search(&self) -> Search {
        let mut config = serde_json::Map::new();
        let mut set = |field: &str, value: serde_json::Value| {
            if !value.is_null() {
                config.insert(field.to_owned(), value);
            }
        };
        set("outputs", json!(self.outputs.then_some(true)));
        set("max_executions", json!(self.schedules));
        set("max_time", json!(self.time));
        set("preemptions", json!(self.preemptions));
        set("spurious", json!(self.spurious));
        set("eager_timeouts", json!(self.eager_timeouts.then_some(true)));
        set("seed", json!(self.seed));
        Search { config, schedule: self.schedule.clone() }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// Does what the command line asks for. This is the whole `main` of the harness.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match obey(arguments.verb) {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            let misused = error.is::<NoSuchChapter>()
                || error.is::<NoSuchProgram>()
                || error.is::<NoSuchAssignment>();
            ExitCode::from(if misused { 2 } else { 1 })
        }
    }
}

/// The workspace that the harness was built in: the explorer's source is there.
fn workspace_root() -> PathBuf {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR"));
    harness.parent().unwrap_or(harness).to_owned()
}

fn obey(verb: Verb) -> anyhow::Result<ExitCode> {
    let here = std::env::current_dir()?;
    match verb {
        Verb::Doctor => {
            let well = crate::doctor::doctor()?;
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
                    python: arguments.python,
                    deadline: arguments.deadline,
                },
            )?;
            Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Verb::Explore(arguments) => {
            let scenario = arguments.scenario.as_deref();
            let root = workspace_root();
            let target = Target::find(&root, &arguments.target, &arguments.names, scenario)?;
            let search = arguments.search();
            let showing = arguments.files.showing(arguments.outputs);
            let verdict = verb::show(&root, &target, &arguments.names, &search, &showing)?;
            Ok(ExitCode::from(verdict as u8))
        }
        Verb::Record(arguments) => {
            let root = workspace_root();
            let names = [arguments.name.clone()];
            let target = Target::find(&root, &arguments.target, &names, None)?;
            let showing = arguments.files.showing(false);
            verb::show_record(&root, &target, &arguments.name, &showing)?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Check(arguments) => {
            let (copy, name) = verbs::working_copy(&arguments.folder.unwrap_or(here))?;
            let assignment = Assignment::find(&arguments.at.course(), &name)?;
            let tools = arguments.at.tools()?;
            Ok(ExitCode::from(verbs::check(&tools, &assignment, &copy)? as u8))
        }
        Verb::Course(CourseVerb::Check(arguments)) => {
            let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
            let jobs = arguments.jobs.unwrap_or(cores);
            let (course, names) = (arguments.at.course(), &arguments.assignments);
            let tools = arguments.at.tools()?;
            let well = course::check::check(&tools, &course, names, arguments.repeat, jobs)?;
            Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Verb::Grade(arguments) => {
            let assignment = Assignment::find(&arguments.at.course(), &arguments.assignment)?;
            let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
            let jobs = arguments.jobs.unwrap_or(cores);
            // Submissions side by side keep the cores busy; so a submission's checks run one after the other.
            let checks_at_once = NonZeroUsize::MIN;
            let options =
                Options { seed: arguments.seed, jobs: checks_at_once, visible_only: false };
            let tools = arguments.at.tools()?;
            let grader = Grader::new(&tools, &assignment, options)?;
            let request = batch::grade::Request {
                paths: arguments.paths,
                out: arguments.out,
                jobs,
                shard: arguments.shard,
                language: arguments.language,
            };
            Ok(ExitCode::from(batch::grade::grade(&grader, &request)? as u8))
        }
        Verb::Merge(arguments) => {
            let course = arguments.course.unwrap_or_else(workspace_root);
            let (folders, out) = (&arguments.folders, &arguments.out);
            let verdict = batch::merge::merge(&course, folders, out, &arguments.language)?;
            Ok(ExitCode::from(verdict as u8))
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
