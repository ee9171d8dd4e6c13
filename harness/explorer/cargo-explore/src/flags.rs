//! What `cargo test` takes, and what becomes of it here: each flag does what it does there, or is refused with a sentence.

use crate::{Misuse, debugger};
use std::path::PathBuf;

/// What goes on to cargo.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "As with cargo test")]
pub struct CargoFlags {
    /// The package
    #[arg(short, long, value_name = "SPEC")]
    package: Vec<String>,
    /// Every package of the workspace
    #[arg(long, alias = "all")]
    workspace: bool,
    /// Every package but these
    #[arg(long, value_name = "SPEC")]
    exclude: Vec<String>,
    /// The tests of the library
    #[arg(long)]
    lib: bool,
    /// The examples in documentation: they are listed, but not explored
    #[arg(long, conflicts_with_all = ["lib", "bins", "bin", "tests", "test", "examples", "example", "benches", "bench", "all_targets"])]
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
    /// The tests in all examples
    #[arg(long)]
    examples: bool,
    /// The tests in this example
    #[arg(long, value_name = "NAME")]
    example: Vec<String>,
    /// The tests in all benchmarks
    #[arg(long)]
    benches: bool,
    /// The tests in this benchmark
    #[arg(long, value_name = "NAME")]
    bench: Vec<String>,
    /// The tests of all of these
    #[arg(long)]
    all_targets: bool,
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
    /// Compile for this system: the one that tests run on, and no other
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// The folder for all that is compiled
    #[arg(long, value_name = "FOLDER")]
    target_dir: Option<PathBuf>,
    /// Do not look at `rust-version` in manifests
    #[arg(long)]
    ignore_rust_version: bool,
    /// Go on after a test that fails: as in any case
    #[arg(long)]
    no_fail_fast: bool,
    /// A value of cargo's configuration
    #[arg(long, value_name = "KEY=VALUE")]
    config: Vec<String>,
    /// A flag of cargo's that is not stable
    #[arg(short = 'Z', value_name = "FLAG")]
    unstable: Vec<String>,
    #[arg(short, long, action = clap::ArgAction::Count, hide = true)]
    verbose: u8,
    #[arg(long, hide = true)]
    future_incompat_report: bool,
    #[arg(long, hide = true)]
    unit_graph: bool,
    #[arg(long, hide = true)]
    timings: bool,
}

impl CargoFlags {
    /// Refuses what `cargo test` takes and what means nothing here.
    ///
    /// # Errors
    ///
    /// [`Misuse`], with what to do instead.
    pub fn check(&self) -> Result<(), Misuse> {
        let instead = "`cargo test` takes it";
        for (given, flag, why) in [
            (
                self.verbose > 0,
                "--verbose",
                "shows how cargo calls rustc, and here it calls this command in its place",
            ),
            (
                self.future_incompat_report,
                "--future-incompat-report",
                "is about the code as it is compiled without the stand-ins",
            ),
            (
                self.unit_graph,
                "--unit-graph",
                "prints how cargo would build, and nothing is explored",
            ),
            (self.timings, "--timings", "tells how long compiling takes, and that is longer here"),
        ] {
            if given {
                return Err(Misuse(format!("{flag} {why}: {instead}")));
            }
        }
        Ok(())
    }

    /// Refuses another system than the one that tests run on.
    ///
    /// # Errors
    ///
    /// [`Misuse`], if that is asked for.
    pub fn check_target(&self, host: &str) -> Result<(), Misuse> {
        match &self.target {
            Some(other) if other != host => Err(Misuse(format!(
                "--target {other}: tests are explored on this machine, for which they are compiled ({host}); leave it out"
            ))),
            _ => Ok(()),
        }
    }

    /// Where cargo is to put what it compiles, if that is said.
    pub fn target_folder(&self) -> Option<PathBuf> {
        let folder = self.target_dir.as_ref()?;
        std::path::absolute(folder).ok()
    }

    /// As cargo takes them.
    pub fn flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        for (flag, values) in [
            ("--package", &self.package),
            ("--exclude", &self.exclude),
            ("--bin", &self.bin),
            ("--test", &self.test),
            ("--example", &self.example),
            ("--bench", &self.bench),
            ("--features", &self.features),
            ("--config", &self.config),
            ("-Z", &self.unstable),
        ] {
            flags.extend(values.iter().flat_map(|value| [flag.to_owned(), value.clone()]));
        }
        for (flag, set) in [
            ("--workspace", self.workspace),
            ("--lib", self.lib),
            ("--bins", self.bins),
            ("--tests", self.tests),
            ("--examples", self.examples),
            ("--benches", self.benches),
            ("--all-targets", self.all_targets),
            ("--ignore-rust-version", self.ignore_rust_version),
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
            examples: false,
            example: Vec::new(),
            benches: false,
            bench: Vec::new(),
            all_targets: false,
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

    /// The values of cargo's configuration that are given.
    pub fn configuration(&self) -> &[String] {
        &self.config
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

    /// Whether this target is asked for by its name: `--bench throughput`.
    pub fn names_target(&self, flag: &str) -> bool {
        let named = [&self.bin, &self.test, &self.example, &self.bench];
        let kinds = ["--bin ", "--test ", "--example ", "--bench "];
        kinds.iter().zip(named).any(|(kind, names)| {
            flag.strip_prefix(kind).is_some_and(|name| names.iter().any(|other| other == name))
        })
    }

    /// Whether only some of a package's targets are asked for.
    pub fn chooses_targets(&self) -> bool {
        let named = [&self.bin, &self.test, &self.example, &self.bench];
        let all = [self.bins, self.tests, self.examples, self.benches, self.all_targets];
        self.lib || all.contains(&true) || named.iter().any(|names| !names.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use crate::arguments::{Arguments, Cargo};
    use clap::{CommandFactory, Parser};

    fn read(line: &str) -> Arguments {
        let Cargo::Explore(arguments) = Cargo::parse_from(line.split(' '));
        arguments
    }

    /// The flags in a text of `--help`: `-p`, `--package`.
    fn flags(help: &str) -> Vec<String> {
        let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
        let words =
            lines.flat_map(|line| line.split([' ', ',']).take_while(|word| !word.starts_with('<')));
        let flags = words.filter(|word| word.starts_with('-') && word.len() > 1);
        flags.map(|word| word.split(['.', '=', '[']).next().unwrap_or(word).to_owned()).collect()
    }

    #[test]
    fn every_flag_of_cargo_test_is_known() {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let help = std::process::Command::new(cargo).args(["test", "--help"]).output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        let theirs = flags(&help);
        assert!(theirs.len() > 40 && theirs.contains(&"--target-dir".to_owned()), "{theirs:?}");
        let mut command = Cargo::command();
        command.build();
        let explore = command.find_subcommand("explore").unwrap();
        for flag in theirs {
            let known = explore.get_arguments().any(|argument| {
                let long = flag.strip_prefix("--");
                let short = flag.strip_prefix('-').and_then(|flag| flag.chars().next());
                match long {
                    Some(long) => {
                        argument
                            .get_long_and_visible_aliases()
                            .is_some_and(|all| all.contains(&long))
                            || argument.get_all_aliases().is_some_and(|all| all.contains(&long))
                    }
                    None => argument.get_short() == short,
                }
            });
            assert!(
                known,
                "`cargo test` takes {flag}; `cargo explore` must take it, or refuse it with a sentence"
            );
        }
    }

    #[test]
    fn what_means_nothing_here_is_refused_with_a_sentence() {
        for flag in
            ["-v", "-vv", "--verbose", "--future-incompat-report", "--unit-graph", "--timings"]
        {
            let refused = read(&format!("cargo explore {flag}")).cargo.check().unwrap_err();
            assert!(refused.to_string().ends_with("`cargo test` takes it"), "{refused}");
        }
        let here = read("cargo explore --target x86_64-unknown-linux-gnu").cargo;
        assert!(here.check_target("x86_64-unknown-linux-gnu").is_ok() && here.check().is_ok());
        let refused = here.check_target("aarch64-apple-darwin").unwrap_err().to_string();
        assert!(refused.contains("leave it out"), "{refused}");
    }

    #[test]
    fn targets_and_folders_go_on_to_cargo() {
        let line = "cargo explore --examples --bench b --all --ignore-rust-version --no-fail-fast -Z x --config a=1 --frozen";
        let flags = read(line).cargo;
        let said =
            "--bench b --config a=1 -Z x --workspace --examples --ignore-rust-version --frozen";
        assert_eq!(flags.flags().join(" "), said);
        assert!(flags.chooses_targets() && flags.is_for_all());
        // The same run is shown again of what is compiled in the same way.
        assert_eq!(flags.compiles(), " --config a=1 -Z x --ignore-rust-version");
        assert!(read("cargo explore --all-targets").cargo.chooses_targets());
        let folder = read("cargo explore --target-dir a").cargo.target_folder().unwrap();
        assert_eq!(folder, std::env::current_dir().unwrap().join("a"));
    }
}
