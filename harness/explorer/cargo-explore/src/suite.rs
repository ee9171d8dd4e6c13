//! The executables of a crate's tests, compiled against the stand-ins, and the tests in them.

use crate::accept::{Accepted, Others};
use crate::arguments::Arguments;
use crate::bounds::OfPackage;
use crate::cargo::Built;
use crate::drive::Driver;
use crate::environment::Environment;
use crate::flags::CargoFlags;
use crate::kit::Kit;
use crate::wrapper::{INNER, KIT, MEMORY};
use crate::{Misuse, Progress, asked, cargo, environment, executors, home, left_out};
use anyhow::{Context, bail};
use cargo_metadata::{Artifact, Metadata, MetadataCommand, TargetKind};
use serde::Deserialize;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An executable with tests.
#[derive(Debug)]
pub struct Suite {
    /// The package.
    pub package: String,
    /// What chooses it on the command line: `--lib`, `--test name`.
    pub flag: String,
    /// The file that it is compiled from, as a path that is short.
    pub source: String,
    /// What the package says of how far to look.
    pub bounds: OfPackage,
    /// What runs its tests.
    pub driver: Driver,
    /// Whether it was asked that plain memory is not watched.
    pub no_memory: bool,
    /// What else chose what was compiled, for a command line.
    pub compiles: String,
    /// Its tests.
    pub tests: Vec<Test>,
    /// Why they are not explored, if they are not.
    pub left_out: Option<String>,
}

/// A test, as the stand-in for the crate `test` tells of it.
#[derive(Debug, Clone, Deserialize)]
pub struct Test {
    /// Its path in its crate.
    pub name: String,
    /// Whether it has `#[ignore]`.
    pub ignored: bool,
    /// Why.
    pub why: Option<String>,
    /// Whether it is a `#[bench]`.
    pub bench: bool,
    /// The file that it is in.
    pub file: String,
    /// The first line of its function.
    pub line: u32,
    /// Whether it asks that time-outs fire only when nothing else can happen.
    #[serde(skip)]
    pub late_timeouts: bool,
    /// What of others is accepted in it.
    #[serde(skip)]
    pub(crate) accepted: Vec<Accepted>,
}

impl Test {
    /// Whether it is asked for.
    pub fn is_wanted(&self, arguments: &Arguments) -> bool {
        let is = |filter: &String| match arguments.exact {
            true => self.name == *filter,
            false => self.name.contains(filter.as_str()),
        };
        (arguments.filters.is_empty() || arguments.filters.iter().any(is))
            && !arguments.skip.iter().any(|filter| self.name.contains(filter.as_str()))
    }

    /// What occurred of that which is accepted, as it was written, if these are its places.
    pub(crate) fn accepts(&self, places: &[String]) -> Vec<&str> {
        let occurred = |accepted: &&Accepted| places.contains(&accepted.place);
        let mut texts: Vec<&str> =
            self.accepted.iter().filter(occurred).map(|accepted| accepted.text.as_str()).collect();
        texts.dedup();
        texts
    }

    /// Whether it runs, as far as `#[ignore]` is concerned.
    pub fn is_active(&self, arguments: &Arguments) -> bool {
        arguments.include_ignored || self.ignored == arguments.ignored
    }
}

/// What cargo knows of the workspace around here.
///
/// # Errors
///
/// When there is none.
pub fn metadata(flags: &CargoFlags) -> anyhow::Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.no_deps();
    if let Some(path) = &flags.manifest_path {
        command.manifest_path(path);
    }
    let mut metadata = command.exec().map_err(|error| match error {
        cargo_metadata::Error::CargoMetadata { stderr } => {
            Misuse(stderr.trim().trim_start_matches("error: ").to_owned()).into()
        }
        error => anyhow::Error::from(error),
    })?;
    if let Some(folder) = flags.target_folder() {
        let folder = folder.try_into().map_err(|_| Misuse("--target-dir is no text".to_owned()))?;
        metadata.target_directory = folder;
    }
    Ok(metadata)
}

/// What was compiled.
#[derive(Debug)]
pub struct Compiled {
    /// The executables with tests.
    pub suites: Vec<Suite>,
    /// What was asked for and does not compile because of a `#[global_allocator]`, as cargo names it.
    pub with_allocator: Vec<String>,
    /// Comments that look like one that a test asks by, and are none.
    pub nearly: Vec<String>,
}

/// Compiles the tests that are asked for. Cargo's and rustc's messages go to standard error.
///
/// # Errors
///
/// When something does not compile.
pub fn compile(
    kit: &Kit,
    metadata: &Metadata,
    arguments: &Arguments,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> anyhow::Result<Compiled> {
    let root = metadata.workspace_root.as_std_path();
    let (target, variables) = variables(kit, metadata)?;
    let command = |more: &[&str]| {
        let mut command = cargo::command(Path::new("."));
        command
            .args(["test", "--no-run", "--target", kit.triple()])
            .args(arguments.cargo.flags())
            .args(more)
            .envs(variables.clone());
        command
    };
    let (mut found, mut executables, mut runtimes) = (Vec::new(), Vec::new(), Vec::new());
    let mut compiled = 0;
    let mut seen = |artifact: Artifact| {
        if !artifact.fresh {
            compiled += 1;
            progress(Progress::Target(&artifact.target.name, compiled));
        }
        let name = artifact.target.name.replace('-', "_");
        if executors::is_one(&name) && !runtimes.contains(&name) {
            runtimes.push(name);
        }
        let Some(executable) = artifact.executable.map(PathBuf::from) else { return };
        if artifact.profile.test {
            found.push((artifact.package_id, artifact.target, executable));
        } else if artifact.target.is_bin() {
            let manifest = artifact.manifest_path.into_std_path_buf();
            executables.push((manifest, artifact.target.name, executable));
        }
    };
    let mut came = cargo::compile(command(&[]), &[], &mut seen)?;
    if left_out::with_allocator(&came.text()).is_some() {
        // The rest can be explored.
        came = cargo::compile(command(&["--no-fail-fast"]), &[], &mut seen)?;
    }
    let with_allocator = left_out::with_allocator(&came.text());
    if with_allocator.is_none() {
        came.well()?;
    }
    match came.built {
        Built::Well => {}
        Built::NotWell if with_allocator.is_some() => {}
        Built::NotWell => {
            home::check_room(&target)?;
            bail!("it does not compile; cargo says why above");
        }
        Built::NotBegun => {
            home::check_room(&target)?;
            bail!("cargo refuses, before anything is compiled; it says why above");
        }
    }
    found.sort_by_key(|(package, target, _)| (package.clone(), order(target), target.name.clone()));
    found.dedup();
    let environment = Environment {
        root,
        target: &target,
        configured: environment::configured(
            &std::env::current_dir().unwrap_or_default(),
            arguments.cargo.configuration(),
        ),
        scripts: &came.scripts,
        executables,
    };
    let mut others = Others::none();
    let mut nearly = Vec::new();
    let mut suite = |(id, target, executable): (_, cargo_metadata::Target, PathBuf)| {
        let package = metadata.packages.iter().find(|package| package.id == id);
        let package = package.context("cargo compiled a package that it does not list")?;
        let within = format!("{} {}", package.name, cargo::flag(&target));
        let is_outside = target.is_test() || target.is_bench();
        let surroundings = environment.of(package, is_outside);
        let orders = executors::are_used(&executable, &runtimes)?;
        let mut driver =
            Driver::of_tests(executable, surroundings).known_as(kit.compiler(), within);
        if orders {
            driver.leave_unchecked(executors::ORDERS);
        }
        // What has a harness of its own is not even started: nobody knows what it would do.
        let (mut tests, left_out) = match left_out::own_harness(package, &target) {
            Some(why) => (Vec::new(), Some(why)),
            None => match list(&driver) {
                Ok(tests) => (tests, None),
                Err(why) => (Vec::new(), Some(format!("{why:#}"))),
            },
        };
        let bounds = OfPackage::read(&package.name, &package.metadata)?;
        let manifest = package.manifest_path.as_std_path();
        let of = format!("the manifest of {}", package.name);
        let of_package = others.find(&bounds.accept, &of, manifest)?;
        for test in &mut tests {
            // Rustc names files as cargo does: from the root of the workspace.
            let mut asks = asked::of(&root.join(&test.file), test.line);
            test.late_timeouts = asks.late_timeouts;
            if let Some(why) = asks.left_out.take() {
                (test.ignored, test.why) = (true, Some(why));
            }
            nearly.extend(asks.nearly.drain(..).map(|(line, known)| {
                format!("{}:{line} looks like `// {known}`, and is another comment", test.file)
            }));
            let of = format!("{} ({}:{})", test.name, test.file, test.line);
            test.accepted = of_package.clone();
            test.accepted.extend(others.find(&asks.accept, &of, manifest)?);
            let places = test.accepted.iter().map(|accepted| accepted.place.clone());
            asks.asked.accept = places.collect();
            driver.note(&test.name, asks.asked);
        }
        let source = target.src_path.as_std_path();
        anyhow::Ok(Suite {
            package: package.name.to_string(),
            flag: cargo::flag(&target),
            source: source.strip_prefix(root).unwrap_or(source).display().to_string(),
            bounds,
            driver,
            no_memory: arguments.no_memory,
            compiles: arguments.cargo.compiles(),
            tests,
            left_out,
        })
    };
    let suites = found.into_iter().map(&mut suite).collect::<Result<_, _>>()?;
    nearly.dedup();
    Ok(Compiled { suites, with_allocator: with_allocator.unwrap_or_default(), nearly })
}

/// Where cargo is to compile tests, and what makes it compile them against the stand-ins.
///
/// # Errors
///
/// When there is no place for them.
pub(crate) fn variables(
    kit: &Kit,
    metadata: &Metadata,
) -> anyhow::Result<(PathBuf, Vec<(&'static str, OsString)>)> {
    // Beside what `cargo test` compiles, and apart for each version of the stand-ins: cargo does not look into them.
    let root = metadata.workspace_root.as_std_path();
    let target = home::of_tests(metadata.target_directory.as_std_path(), root)?.join(kit.name());
    // Cargo would compile everything again at each change of flags.
    let target = if kit.sees_memory() { target.join("seeing-memory") } else { target };
    let own = std::env::current_exe().context("this command's own file")?;
    let mut variables = vec![
        ("CARGO_TARGET_DIR", target.clone().into_os_string()),
        ("RUSTC_WRAPPER", own.into_os_string()),
        (KIT, kit.folder().into()),
    ];
    if kit.sees_memory() {
        variables.push((MEMORY, "1".into()));
    }
    // In a shell that has these variables already it is this command itself.
    let inner = std::env::var_os("RUSTC_WRAPPER").filter(|inner| *inner != variables[1].1);
    variables.extend(inner.map(|inner| (INNER, inner)));
    Ok((target, variables))
}

/// The library before executables, and those before files below `tests`.
fn order(target: &cargo_metadata::Target) -> u8 {
    match target.kind.first() {
        Some(TargetKind::Bin) => 1,
        Some(TargetKind::Test) => 2,
        Some(TargetKind::Example | TargetKind::Bench) => 3,
        _ => 0,
    }
}

fn list(driver: &Driver) -> anyhow::Result<Vec<Test>> {
    let mut command: Command = driver.command();
    let output =
        command.arg("--tests").stdin(Stdio::null()).output().context("they do not start")?;
    if !output.status.success() {
        bail!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines = text.lines();
    // Who says nothing has listed nothing.
    let all: Option<Listed> = lines.next_back().and_then(|line| serde_json::from_str(line).ok());
    let tests = lines.map(serde_json::from_str).collect::<Result<Vec<Test>, _>>();
    match (all, tests) {
        (Some(all), Ok(tests)) if all.tests == tests.len() => Ok(tests),
        _ => bail!(left_out::OWN),
    }
}

/// The last line of a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    /// How many lines come before it.
    tests: usize,
}
