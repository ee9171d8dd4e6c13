//! The driver: a small executable, generated for files of scenarios and
//! compiled against the stand-ins, that explores what it is told to.

use super::Progress;
use super::kit::Kit;
use super::scenario::ScenarioFile;
use super::uses::Uses;
use anyhow::{Context, bail};
use cargo_explore::cargo;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// Generates and compiles the driver of `files`, and returns its executable.
///
/// `progress` is told what was compiled. Rustc's messages go to standard error,
/// with the scenario's own path in them.
///
/// # Errors
///
/// When something cannot be written, or does not compile.
pub fn build(
    kit: &Kit,
    files: &[ScenarioFile],
    uses: &Uses,
    progress: &dyn Fn(Progress<'_>),
) -> anyhow::Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.path.hash(&mut hasher);
    }
    let name = format!("driver-{:016x}", hasher.finish());
    let folder = kit.drivers().join(&name);
    let source = folder.join("src");
    std::fs::create_dir_all(&source)
        .with_context(|| format!("{} cannot be made", source.display()))?;

    let mut main = String::from("// Generated.\n");
    let mut table = String::new();
    let mut renames: Vec<(String, &Path)> = Vec::new();
    for (i, file) in files.iter().enumerate() {
        let module = format!("scenarios_{i}");
        let _ = writeln!(main, "#[allow(dead_code)]\nmod {module};");
        let mut entries = String::new();
        for (n, scenario) in file.scenarios.iter().enumerate() {
            let name = &scenario.name;
            let _ = match scenario.endless {
                true => write!(entries, "|| {{ {name}(); }}, "),
                false => write!(entries, "|| super::Returned::check({name}()), "),
            };
            let _ =
                writeln!(table, "    ({:?}, {module}::EXPLORED[{n}]),", file.full_name(scenario));
        }
        // One line more than the original, at its end: every line keeps its number.
        let text = format!(
            "{}\npub(crate) const EXPLORED: &[fn()] = &[{entries}];\n",
            file.transplanted().trim_end()
        );
        write_if_changed(&source.join(format!("{module}.rs")), &text)?;
        renames.push((format!("src/{module}.rs"), &file.path));
    }
    let _ = write!(main, "const SCENARIOS: &[(&str, fn())] = &[\n{table}];\n{MAIN}");
    write_if_changed(&source.join("main.rs"), &main)?;
    let manifest = manifest(&name, uses);
    let mut renewed = write_if_changed(&folder.join("Cargo.toml"), &manifest)?;
    if let Some(lock) = uses.lock() {
        // Cargo adds the driver to its copy.
        let theirs = std::fs::read_to_string(lock)
            .with_context(|| format!("{} cannot be read", lock.display()))?;
        renewed |= write_if_changed(&folder.join("their.lock"), &theirs)?;
        if renewed {
            std::fs::write(folder.join("Cargo.lock"), theirs)?;
        }
    }
    compile(kit, &folder, &name, &renames, progress)
}

/// The rest of a driver's source: explores, or records one scenario into a file.
const MAIN: &str = r#"
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [flag, name, file] = &arguments[..] else { return std::explore::main(SCENARIOS) };
    if flag != "--record" {
        return std::explore::main(SCENARIOS);
    }
    let Some((_, scenario)) = SCENARIOS.iter().find(|(other, _)| other == name) else {
        eprintln!("there is no scenario {name}");
        return ExitCode::from(2);
    };
    let trace = std::explore::record(name, scenario);
    match std::fs::write(file, trace.to_json()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{file} cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What a scenario returns must not be an error.
trait Returned {
    fn check(self);
}

impl Returned for () {
    fn check(self) {}
}

impl<T: Returned, E: std::fmt::Debug> Returned for Result<T, E> {
    fn check(self) {
        match self {
            Ok(value) => value.check(),
            Err(error) => panic!("the scenario returned an error: {:?}", error),
        }
    }
}

impl Returned for ExitCode {
    fn check(self) {
        // An exit code can only be compared by its text.
        let success = format!("{:?}", self) == format!("{:?}", ExitCode::SUCCESS);
        assert!(success, "the scenario returned the exit code of a failure");
    }
}
"#;

fn manifest(name: &str, uses: &Uses) -> String {
    format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = {:?}\n\n[workspace]\n\n\
         [profile.dev]\nopt-level = 1\ndebug = false\n\n[dependencies]\n{}",
        uses.edition(),
        uses.lines()
    )
}

/// Leaves the file alone if it has this text already, so that cargo need not
/// compile it again. Tells whether it was written.
fn write_if_changed(path: &Path, text: &str) -> anyhow::Result<bool> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(false);
    }
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(true)
}

fn compile(
    kit: &Kit,
    folder: &Path,
    name: &str,
    renames: &[(String, &Path)],
    progress: &dyn Fn(Progress<'_>),
) -> anyhow::Result<PathBuf> {
    let mut command = kit.cargo(folder);
    command.args(["rustc", "--bin", name]);
    // What the driver itself does is not to be taken for a line of the user's `main.rs`.
    let own = (String::from("src/main.rs"), Path::new("explore-driver"));
    let flags: Vec<String> = renames
        .iter()
        .chain([&own])
        .map(|(generated, original)| {
            format!("--remap-path-prefix={generated}={}", original.display())
        })
        .collect();
    let (mut executable, mut compiled) = (None, 0);
    let built = cargo::compile(command, &flags, &mut |artifact| {
        if !artifact.fresh {
            compiled += 1;
            progress(Progress::Target(&artifact.target.name, compiled));
        }
        executable = artifact.executable.map(Into::into).or(executable.take());
    })?;
    if !built.well()? {
        bail!("it does not compile; rustc says why above");
    }
    executable.context("cargo compiled the driver but names no executable")
}
