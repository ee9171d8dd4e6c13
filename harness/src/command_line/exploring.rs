//! The verbs `explore` and `record`.

use super::{seconds, workspace_root};
use crate::explore::target::Target;
use crate::explore::uses::Features;
use crate::explore::verb::{self, Showing};
use crate::explore::{Search, stop};
use crate::reports::words::harmless;
use anyhow::Context;
use cargo_explore::shard::Shard;
use protocol::{Config, Memory, Random};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub(super) struct ExploreArguments {
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
    /// Count threads that do the same once: of runs that differ only in which of several threads with
    /// the same closure over the same objects does what, make one. This is off where somebody tells
    /// these threads apart
    #[arg(long, conflicts_with_all = ["preemptions", "resume", "merge", "outputs", "schedule", "step", "graph"])]
    symmetry: bool,
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
pub(super) struct RecordArguments {
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
            symmetry: self.symmetry,
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

/// Explores what is asked for.
pub(super) fn explore(arguments: ExploreArguments) -> anyhow::Result<ExitCode> {
    let scenario = arguments.scenario.as_deref();
    let root = workspace_root();
    let features = &arguments.features.features();
    let mut target = Target::find(&root, &arguments.target, &arguments.names, scenario, features)?;
    target.sees_memory =
        (target.sees_memory || arguments.see_memory || arguments.leaks) && !arguments.no_memory;
    let search = arguments.search()?;
    let graph = arguments.graph;
    let showing = Showing { graph, ..arguments.files.showing(arguments.outputs) };
    if arguments.step {
        let names = &arguments.names;
        let verdict = verb::step(&root, &target, names, &search, &showing)?;
        return Ok(ExitCode::from(verdict as u8));
    }
    if search.resume.is_some() {
        stop::listen();
    }
    match verb::show(&root, &target, &arguments.names, &search, &showing) {
        Err(error) if error.is::<stop::Stopped>() => {
            let program = "cargo run -p harness --";
            let same = stop::the_same(program, std::env::args().skip(1));
            anstream::eprintln!("stopped; to go on: {}", harmless(&same));
            Ok(ExitCode::from(stop::CODE))
        }
        verdict => Ok(ExitCode::from(verdict? as u8)),
    }
}

/// Records what is asked for.
pub(super) fn record(arguments: RecordArguments) -> anyhow::Result<ExitCode> {
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
