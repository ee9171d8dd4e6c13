//! The command line. What `cargo test` takes, this takes as well; what says how far to look is the explorer's own.

use crate::Misuse;
use crate::bounds::Bounds;
use crate::debugger;
use clap::Parser;
use std::path::PathBuf;
use trace::Language;

/// How cargo calls the command: with its name once more.
#[derive(Debug, Parser)]
#[command(name = "cargo", bin_name = "cargo", styles = clap::builder::Styles::styled())]
pub enum Cargo {
    /// Run every test of a crate in every interleaving of its threads
    ///
    /// Each `#[test]` runs in every order in which its threads can run, on stable Rust, without
    /// any change to the crate: `std` and `core` are replaced by stand-ins while it is compiled.
    /// The first call compiles the stand-ins, which takes about half a minute.
    ///
    /// A test is proved; or it fails, and then you see the simplest run that fails and a string
    /// that replays it; or it is not proved, and then you see how much was tried.
    ///
    /// Exit code 0: every test is proved, or a replayed run ends well. 1: a test fails. 2: the command line makes no sense. 3: nothing
    /// fails, and something is not proved. 4: something cannot be compiled or explored. 130: stopped by Ctrl-C.
    #[command(name = "explore", version)]
    Explore(Arguments),
}

/// What is to be explored, and how.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// Only tests whose names have one of these in them
    pub filters: Vec<String>,
    /// Options of a test's executable: --exact, --ignored, --include-ignored and --skip work as
    /// usual; those on what it prints mean nothing here
    #[arg(last = true, value_name = "AS WITH cargo test")]
    pub more: Vec<String>,
    /// Take filters for whole names
    #[arg(long)]
    pub exact: bool,
    /// Leave out tests whose names have this in them
    #[arg(long, value_name = "FILTER")]
    pub skip: Vec<String>,
    /// Only tests that are ignored
    #[arg(long, conflicts_with = "include_ignored")]
    pub ignored: bool,
    /// Tests that are ignored as well
    #[arg(long)]
    pub include_ignored: bool,
    /// List the tests, and explore nothing
    #[arg(long)]
    pub list: bool,
    /// Compile, and explore nothing
    #[arg(long)]
    pub no_run: bool,
    /// Print lines for a shell that let every cargo command explore: `eval "$(cargo explore
    /// --environment)"`, and then `cargo nextest run`
    #[arg(long, conflicts_with_all = ["list", "no_run"])]
    pub environment: bool,
    /// Decide yourself who goes next, in the one test that is named: a key chooses, b goes back, f finds a failure from there, ? explains. Without a
    /// terminal, a line is a command
    #[arg(long, conflicts_with_all = ["list", "no_run", "junit", "message_format", "resume", "merge"])]
    pub step: bool,
    /// For each run that is shown, print the command that stops gdb at the failing step, in the
    /// line of your code that takes it
    #[arg(long, conflicts_with_all = ["list", "no_run", "step"])]
    pub gdb: bool,
    /// The form of what is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub message_format: Format,
    /// With --list: the form of the list, which cargo nextest asks for. There is only one
    #[arg(long, value_name = "FORMAT", value_parser = ["terse"], requires = "list")]
    pub format: Option<String>,
    /// Also write the result of each test to this file, as JUnit's XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Draw each step within dependencies, instead of several as one line
    #[arg(long)]
    pub unfolded: bool,
    /// The language of what is printed
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub language: Language,
    /// Do not watch plain memory. This is faster, but data races in unsafe code, uses after free,
    /// and looks at the counters of `Arc` go unseen, and the last line says so. It is watched on
    /// x86-64 Linux
    #[arg(long, conflicts_with = "leaks")]
    pub no_memory: bool,
    /// How far to look.
    #[command(flatten)]
    pub bounds: Bounds,
    /// What goes on to cargo.
    #[command(flatten)]
    pub cargo: CargoFlags,
}

/// How to tell what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A line for each test, and a picture of each that fails.
    Human,
    /// A line of JSON for each test, and one at the end.
    Json,
    /// For people, with lines that GitHub shows beside the source.
    Github,
}

/// What goes on to cargo.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "As with cargo test")]
pub struct CargoFlags {
    /// The package
    #[arg(short, long, value_name = "SPEC")]
    package: Vec<String>,
    /// Every package of the workspace
    #[arg(long)]
    workspace: bool,
    /// Every package but these
    #[arg(long, value_name = "SPEC")]
    exclude: Vec<String>,
    /// The tests of the library
    #[arg(long)]
    lib: bool,
    /// The examples in documentation: they are listed, but not explored
    #[arg(long, conflicts_with_all = ["lib", "bins", "bin", "tests", "test"])]
    pub doc: bool,
    /// The tests of all executables
    #[arg(long)]
    bins: bool,
    /// The tests of this executable
    #[arg(long, value_name = "NAME")]
    bin: Vec<String>,
    /// All files below `tests`
    #[arg(long)]
    tests: bool,
    /// This file below `tests`
    #[arg(long, value_name = "NAME")]
    test: Vec<String>,
    /// Features to switch on
    #[arg(short = 'F', long, value_name = "FEATURES")]
    features: Vec<String>,
    /// Switch all features on
    #[arg(long)]
    all_features: bool,
    /// Switch the default features off
    #[arg(long)]
    no_default_features: bool,
    /// How many compilers run at a time, and how many processes share the search of a test if it
    /// is long (default: one process)
    #[arg(short, long, value_name = "N", allow_hyphen_values = true)]
    jobs: Option<String>,
    /// Compile with the profile `release`
    #[arg(short, long)]
    release: bool,
    /// Compile with this profile
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The manifest
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,
    /// Do not use the network
    #[arg(long)]
    offline: bool,
    /// Keep Cargo.lock as it is
    #[arg(long)]
    locked: bool,
    /// The same as --offline and --locked
    #[arg(long)]
    frozen: bool,
    /// A value of cargo's configuration
    #[arg(long, value_name = "KEY=VALUE")]
    config: Vec<String>,
}

impl Arguments {
    /// Takes up what stands after `--`.
    ///
    /// # Errors
    ///
    /// [`Misuse`], if there is something in it that means nothing here.
    pub fn take_more(&mut self) -> Result<(), Misuse> {
        let mut more = std::mem::take(&mut self.more).into_iter();
        while let Some(word) = more.next() {
            let (flag, value) = word
                .split_once('=')
                .map_or((word.as_str(), None), |(flag, value)| (flag, Some(value.to_owned())));
            match flag {
                "--exact" => self.exact = true,
                "--ignored" => self.ignored = true,
                "--include-ignored" => self.include_ignored = true,
                "--skip" => self.skip.extend(value.or_else(|| more.next())),
                "--nocapture" | "--no-capture" | "--show-output" | "-q" | "--quiet" => {}
                "--test-threads" | "--color" | "--format" => {
                    drop(value.or_else(|| more.next()));
                }
                flag if flag.starts_with('-') => {
                    let why = "it is for the harness that this one takes the place of";
                    return Err(Misuse(format!("{word}, after --, means nothing here: {why}")));
                }
                filter => self.filters.push(filter.to_owned()),
            }
        }
        Ok(())
    }
}

impl CargoFlags {
    /// As cargo takes them.
    pub fn flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        for (flag, values) in [
            ("--package", &self.package),
            ("--exclude", &self.exclude),
            ("--bin", &self.bin),
            ("--test", &self.test),
            ("--features", &self.features),
            ("--config", &self.config),
        ] {
            flags.extend(values.iter().flat_map(|value| [flag.to_owned(), value.clone()]));
        }
        for (flag, set) in [
            ("--workspace", self.workspace),
            ("--lib", self.lib),
            ("--bins", self.bins),
            ("--tests", self.tests),
            ("--all-features", self.all_features),
            ("--no-default-features", self.no_default_features),
            ("--release", self.release),
            ("--offline", self.offline),
            ("--locked", self.locked),
            ("--frozen", self.frozen),
        ] {
            flags.extend(set.then(|| flag.to_owned()));
        }
        for (flag, value) in [("--jobs", &self.jobs), ("--profile", &self.profile)] {
            flags.extend(value.iter().flat_map(|value| [flag.to_owned(), value.clone()]));
        }
        if let Some(path) = &self.manifest_path {
            flags.extend(["--manifest-path".to_owned(), path.display().to_string()]);
        }
        flags
    }

    /// Those that choose what is compiled, as a shell takes them, each after a blank: so that a run is shown again of the same code.
    pub fn compiles(&self) -> String {
        let same = CargoFlags {
            package: Vec::new(),
            workspace: false,
            exclude: Vec::new(),
            lib: false,
            bins: false,
            bin: Vec::new(),
            tests: false,
            test: Vec::new(),
            jobs: None,
            offline: false,
            locked: false,
            frozen: false,
            ..self.clone()
        };
        same.flags().iter().map(|flag| format!(" {}", debugger::quoted(flag.as_ref()))).collect()
    }

    /// How many processes share a search: as many as there may be compilers, if that is said by a number.
    pub fn processes(&self) -> u32 {
        let jobs = self.jobs.as_deref().and_then(|jobs| jobs.parse().ok());
        jobs.unwrap_or(1).clamp(1, 1024)
    }

    /// The packages that are named.
    pub fn names(&self) -> &[String] {
        &self.package
    }

    /// Whether all packages of the workspace are asked for.
    pub fn is_for_all(&self) -> bool {
        self.workspace
    }

    /// The packages that are asked for not to be.
    pub fn excluded(&self) -> &[String] {
        &self.exclude
    }

    /// Whether only some of a package's targets are asked for.
    pub fn chooses_targets(&self) -> bool {
        self.lib || self.bins || self.tests || !self.bin.is_empty() || !self.test.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cargo::command().debug_assert();
    }

    #[test]
    fn what_is_cargos_goes_on_to_cargo() {
        let line =
            "cargo explore -p a --features x,y --test t --offline name --exact --schedules 9";
        let Cargo::Explore(arguments) = Cargo::parse_from(line.split(' '));
        let flags = arguments.cargo.flags().join(" ");
        assert_eq!(flags, "--package a --test t --features x,y --offline");
        assert_eq!((arguments.filters, arguments.exact), (vec!["name".to_owned()], true));
        assert_eq!(arguments.bounds.schedules, Some(9));
        assert_eq!(arguments.cargo.processes(), 1);
        assert_eq!(arguments.cargo.compiles(), " --features x,y");
        let line = "cargo explore --release --no-default-features --manifest-path a/Cargo.toml";
        let Cargo::Explore(arguments) = Cargo::parse_from(line.split(' '));
        let flags = " --no-default-features --release --manifest-path a/Cargo.toml";
        assert_eq!(arguments.cargo.compiles(), flags);
    }

    #[test]
    fn what_fingers_type_after_two_hyphens_is_understood() {
        let read = |line: &str| {
            let Cargo::Explore(mut arguments) = Cargo::parse_from(line.split(' '));
            arguments.take_more().map(|()| arguments)
        };
        let read_well = read("cargo explore a -- --nocapture --test-threads=1 --exact --skip b c");
        let arguments = read_well.unwrap();
        assert_eq!(arguments.filters, ["a", "c"]);
        assert_eq!((arguments.exact, arguments.skip), (true, vec!["b".to_owned()]));
        let problem = read("cargo explore -- --bench").unwrap_err().to_string();
        assert!(problem.contains("--bench, after --, means nothing here"), "{problem}");
    }

    #[test]
    fn jobs_are_compilers_and_processes_that_search() {
        for (line, flags, processes) in [
            ("cargo explore -j 3", "--jobs 3", 3),
            ("cargo explore --jobs=2", "--jobs 2", 2),
            ("cargo explore -j -1", "--jobs -1", 1),
            ("cargo explore -j default", "--jobs default", 1),
        ] {
            let Cargo::Explore(arguments) = Cargo::parse_from(line.split(' '));
            assert_eq!(arguments.cargo.flags().join(" "), flags);
            assert_eq!(arguments.cargo.processes(), processes, "{line}");
        }
    }
}
