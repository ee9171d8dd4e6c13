//! The command line. What `cargo test` takes, this takes as well; what says how far to look is the explorer's own.

use crate::Misuse;
use crate::bounds::Bounds;
use crate::flags::CargoFlags;
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
    /// fails, and something is not proved. 4: something cannot be compiled or explored.
    /// 5: everything holds, but something only as long as no time-out fires early. 130: stopped by Ctrl-C.
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
    /// Say nothing of what is proved, nor of what goes on
    #[arg(short, long)]
    pub quiet: bool,
    /// Whether to use colours
    #[arg(long, value_name = "WHEN")]
    pub color: Option<Colours>,
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

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Colours {
    /// On a terminal.
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

impl Colours {
    /// What holds without the option: what cargo's own variable says.
    fn usual() -> Colours {
        match std::env::var("CARGO_TERM_COLOR").as_deref() {
            Ok("always") => Colours::Always,
            Ok("never") => Colours::Never,
            _ => Colours::Auto,
        }
    }
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

impl Arguments {
    /// From here on, what is printed has colours or not, as was asked.
    pub fn colour(&self) {
        match self.color.unwrap_or_else(Colours::usual) {
            // What the variables of the environment say holds.
            Colours::Auto => {}
            Colours::Always => anstream::ColorChoice::Always.write_global(),
            Colours::Never => anstream::ColorChoice::Never.write_global(),
        }
    }

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
