//! The verbs and their options. Those that have to do with assignments are in [`assignments`].

mod assignments;
mod changes;

use crate::course::{self, Course, NoSuchChapter, names_chapter};
use crate::explore::target::Target;
use crate::explore::uses::Features;
use crate::explore::verb::{self, Showing};
use crate::explore::{Misuse, Search};
use crate::grading::assignment::NoSuchAssignment;
use crate::reports::words::harmless;
use crate::run::{NoSuchProgram, Python};
use crate::{bench, explore, list, run};
use anyhow::Context;
use cargo_explore::shard::Shard;
use clap::{Parser, Subcommand};
use protocol::{Config, Memory, Random};
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
    Explore(ExploreArguments),
    /// Run a program on real threads and draw what they did
    Record(RecordArguments),
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
    /// Take a quick look: only a few pairs in two processes, and nothing is written
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
        bench::Options {
            chapters,
            rows,
            pairs: few(9),
            starts: few(2).unwrap_or(starts),
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

#[derive(Debug, clap::Args)]
struct ExploreArguments {
    /// A chapter (07-queue), a file of `fn name()` scenarios or of tests, or a
    /// crate's folder
    target: String,
    /// Scenarios by name, and for a chapter also its programs (default: all scenarios)
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
    /// Share a long search among this many processes
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1024))]
    jobs: u32,
    /// Write the progress of long searches to this file, and go on from there: after a kill or
    /// Ctrl-C the same command repeats only what it was working on, and comes to the same verdict
    /// and number of executions
    #[arg(long, value_name = "FILE", conflicts_with_all = ["schedule", "preemptions", "outputs", "step"])]
    resume: Option<PathBuf>,
    /// Do only this part of each search, as on one of several machines; --merge puts the parts together
    #[arg(long, value_name = "K/N", requires = "resume")]
    shard: Option<Shard>,
    /// Put together what all parts have written to these files
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["resume", "schedule", "preemptions", "outputs", "step"])]
    merge: Vec<PathBuf>,
    /// Stop each run after this many steps; where one has more, nothing is proved. At most 30000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=30_000))]
    steps: Option<u32>,
    /// Try only runs with at most this many preemptions; finds much, proves nothing
    #[arg(long, value_name = "N")]
    preemptions: Option<u32>,
    /// Let each thread wake up spuriously this many times
    #[arg(long, value_name = "N")]
    spurious: Option<u8>,
    /// Let weak compare-exchanges fail for no reason this many times a thread (default: once)
    #[arg(long, value_name = "N")]
    weak_failures: Option<u8>,
    /// The memory model: take every ordering for what it says (rc11), or all as `SeqCst` (sc)
    #[arg(long, value_name = "MODEL", value_enum, default_value = "rc11")]
    memory: MemoryModel,
    /// Let time-outs fire at any moment, not only when nothing else can happen
    #[arg(long)]
    eager_timeouts: bool,
    /// Let a loop that only looks see a change within this many looks, or not at all. This is for
    /// loops that count their looks, because there each look costs an execution of its own. The
    /// verdict names this bound
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    looks: Option<u8>,
    /// Do not watch plain memory. This is faster, but data races in unsafe code, uses after free,
    /// and looks at the counters of `Arc` go unseen, and the verdict says so. A chapter's own
    /// scenarios are explored like this anyway
    #[arg(long, conflicts_with = "see_memory")]
    no_memory: bool,
    /// Watch plain memory in a chapter's own scenarios too; in files and crates of your own it is watched anyway
    #[arg(long)]
    see_memory: bool,
    /// Let threads be left running when the program ends, as daemons are (default: that is a leak)
    #[arg(long)]
    detached: bool,
    /// Count it as a failure if memory has not been freed when the program ends and cannot be
    /// reached from a static. Plain memory is watched for that
    #[arg(long, conflicts_with = "no_memory")]
    leaks: bool,
    /// How the random part of the search chooses: pct, pos or surw; surw without this
    #[arg(long, value_name = "HOW")]
    random: Option<Random>,
    /// The seed of the random part of the search
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The seed of the random numbers that the program reads, and of the order of its `HashMap`s: each is the same in every execution
    #[arg(long, value_name = "N")]
    entropy: Option<u64>,
    /// What the program reads from standard input, in every execution: this
    /// file's text, or, if there is no such file, this text
    #[arg(long, value_name = "TEXT|FILE")]
    input: Option<String>,
    /// Write every state of one small scenario and every step between them to
    /// this file, as JSON for a page to step through. Atomics count as `SeqCst`
    #[arg(long, value_name = "FILE", conflicts_with = "schedule")]
    graph: Option<PathBuf>,
    /// Replay this run instead of searching
    #[arg(long, value_name = "STRING")]
    schedule: Option<String>,
    /// Decide yourself who goes next, in one scenario: a key chooses, b goes back, f finds a
    /// failure from there, ? explains. Without a terminal, a line is a command. With --schedule
    /// you begin at the end of that run
    #[arg(long, conflicts_with_all = ["outputs", "graph"])]
    step: bool,
    #[command(flatten)]
    features: CrateFeatures,
    #[command(flatten)]
    files: Files,
}

/// What `--memory` means.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum MemoryModel {
    Rc11,
    Sc,
}

#[derive(Debug, clap::Args)]
struct RecordArguments {
    /// A chapter (07-queue), a file of `fn name()` scenarios, or a crate's folder
    target: String,
    /// The program or the scenario
    name: String,
    #[command(flatten)]
    features: CrateFeatures,
    #[command(flatten)]
    files: Files,
}

/// With which features a crate is compiled; cargo's own flags.
#[derive(Debug, clap::Args)]
struct CrateFeatures {
    /// Features of the crate to switch on
    #[arg(long, value_name = "FEATURES", value_delimiter = ',')]
    features: Vec<String>,
    /// Switch the crate's default features off
    #[arg(long)]
    no_default_features: bool,
}

impl CrateFeatures {
    fn features(&self) -> Features {
        Features { names: self.features.clone(), no_default: self.no_default_features }
    }
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
        let Files { json, svg, perfetto } = self;
        Showing { outputs, json, svg, perfetto, graph: None }
    }
}

impl ExploreArguments {
    fn search(&self) -> anyhow::Result<Search> {
        let default = Config::default();
        // Whoever has only a few seconds does not wait longer for code that runs on unseen.
        let least = Duration::from_secs(1);
        let patience = self.time.map_or(Duration::MAX, |time| time.max(least));
        let config = Config {
            outputs: self.outputs,
            max_executions: self.schedules.unwrap_or(default.max_executions),
            max_time: self.time.unwrap_or(default.max_time),
            max_steps: self.steps.unwrap_or(default.max_steps),
            preemptions: self.preemptions,
            spurious: self.spurious.unwrap_or(default.spurious),
            weak_failures: self.weak_failures.unwrap_or(default.weak_failures),
            memory: match self.memory {
                MemoryModel::Rc11 => Memory::Rc11,
                MemoryModel::Sc => Memory::SeqCst,
            },
            eager_timeouts: self.eager_timeouts,
            looks: self.looks,
            detached: self.detached,
            leaks: self.leaks,
            random: self.random.unwrap_or(default.random),
            seed: self.seed.unwrap_or(default.seed),
            entropy: self.entropy.unwrap_or(default.entropy),
            input: self.input.as_deref().map(input).transpose()?.unwrap_or_default(),
            watchdog: default.watchdog.map(|usual| usual.min(patience)),
            jobs: self.jobs,
            ..default
        };
        let graph_runs = self.schedules.unwrap_or(cargo_explore::drive::GRAPH_RUNS);
        let (schedule, resume) = (self.schedule.clone(), self.resume.clone());
        let (shard, merge) = (self.shard, self.merge.clone());
        Ok(Search { config, schedule, resume, shard, merge, graph_runs, ..Search::default() })
    }
}

/// What `--input` means: the text of a file, or itself.
fn input(asked: &str) -> anyhow::Result<String> {
    let path = Path::new(asked);
    if !path.is_file() {
        return Ok(asked.to_owned());
    }
    std::fs::read_to_string(path).with_context(|| format!("{asked} cannot be read as text"))
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
        Verb::Explore(arguments) => {
            let scenario = arguments.scenario.as_deref();
            let root = workspace_root();
            let features = &arguments.features.features();
            let mut target =
                Target::find(&root, &arguments.target, &arguments.names, scenario, features)?;
            target.sees_memory = (target.sees_memory || arguments.see_memory || arguments.leaks)
                && !arguments.no_memory;
            let search = arguments.search()?;
            let graph = arguments.graph;
            let showing = Showing { graph, ..arguments.files.showing(arguments.outputs) };
            if arguments.step {
                let names = &arguments.names;
                let verdict = verb::step(&root, &target, names, &search, &showing)?;
                return Ok(ExitCode::from(verdict as u8));
            }
            if search.resume.is_some() {
                explore::stop::listen();
            }
            match verb::show(&root, &target, &arguments.names, &search, &showing) {
                Err(error) if error.is::<explore::stop::Stopped>() => {
                    let program = "cargo run -p harness --";
                    let same = explore::stop::the_same(program, std::env::args().skip(1));
                    anstream::eprintln!("stopped; to go on: {}", harmless(&same));
                    Ok(ExitCode::from(explore::stop::CODE))
                }
                verdict => Ok(ExitCode::from(verdict? as u8)),
            }
        }
        Verb::Change(arguments) => changes::obey(&arguments),
        Verb::Record(arguments) => {
            let root = workspace_root();
            let names = [arguments.name.clone()];
            let features = &arguments.features.features();
            let mut target = Target::find(&root, &arguments.target, &names, None, features)?;
            // A real run is recorded; nothing is explored.
            target.sees_memory = false;
            let showing = arguments.files.showing(false);
            verb::show_record(&root, &target, &arguments.name, &showing)?;
            Ok(ExitCode::SUCCESS)
        }
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
