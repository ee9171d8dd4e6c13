//! The driver: a small executable, generated for files of scenarios and
//! compiled against the stand-ins, that explores what it is told to.

use super::kit::Kit;
use super::scenario::ScenarioFile;
use anyhow::{Context, bail};
use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package};
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// What the scenarios may use besides `std`.
#[derive(Debug, Clone, Default)]
pub struct Uses {
    /// Cargo's `[dependencies]` table, as values.
    dependencies: BTreeMap<String, serde_json::Value>,
    /// The lock file that fixes their versions.
    lock: Option<PathBuf>,
}

impl Uses {
    /// The crate in `folder`, and everything that it may use itself.
    ///
    /// # Errors
    ///
    /// When there is no crate, or it is no library.
    pub fn of_crate(folder: &Path) -> anyhow::Result<Uses> {
        Uses::default().and_crate(folder)
    }

    /// These, and the crate in `folder` with everything that it may use itself.
    ///
    /// # Errors
    ///
    /// As [`of_crate`](Uses::of_crate).
    pub fn and_crate(mut self, folder: &Path) -> anyhow::Result<Uses> {
        let manifest = folder.join("Cargo.toml");
        let metadata = MetadataCommand::new()
            .manifest_path(&manifest)
            .no_deps()
            .exec()
            .with_context(|| format!("{} is no crate", folder.display()))?;
        let manifest = manifest.canonicalize()?;
        let package = metadata
            .packages
            .iter()
            .find(|p| p.manifest_path.as_std_path().canonicalize().is_ok_and(|m| m == manifest))
            .with_context(|| format!("{} is a workspace, not a crate", folder.display()))?;
        if !has_library(package) {
            bail!("{} has no library; what it wants explored must be in one", package.name);
        }
        let theirs = package
            .dependencies
            .iter()
            .filter(|d| d.kind == DependencyKind::Normal)
            .filter(|d| !d.optional && d.target.is_none());
        for dependency in theirs {
            let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
            self.dependencies.insert(name.clone(), table(dependency));
        }
        let folder = manifest.parent().context("a manifest is in a folder")?;
        self.dependencies.insert(package.name.to_string(), json!({ "path": folder }));
        let lock = metadata.workspace_root.as_std_path().join("Cargo.lock");
        self.lock = lock.exists().then_some(lock);
        Ok(self)
    }
}

fn has_library(package: &Package) -> bool {
    package
        .targets
        .iter()
        .any(|target| target.is_lib() || target.is_rlib() || target.is_proc_macro())
}

fn table(dependency: &Dependency) -> serde_json::Value {
    let mut table = json!({
        "package": dependency.name,
        "features": dependency.features,
        "default-features": dependency.uses_default_features,
    });
    match &dependency.path {
        Some(path) => table["path"] = json!(path),
        None => table["version"] = json!(dependency.req.to_string()),
    }
    table
}

/// Generates and compiles the driver of `files`, and returns its executable.
///
/// Rustc's messages go to standard error, with the scenario's own path in them.
///
/// # Errors
///
/// When something cannot be written, or does not compile.
pub fn build(kit: &Kit, files: &[ScenarioFile], uses: &Uses) -> anyhow::Result<PathBuf> {
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
            let _ = write!(entries, "|| super::end({name}()), ");
            let _ =
                writeln!(table, "    ({:?}, {module}::EXPLORED[{n}]),", file.full_name(scenario));
        }
        // One line more than the original, at its end: every line keeps its number.
        let text = format!(
            "{}\npub(crate) const EXPLORED: &[fn()] = &[{entries}];\n",
            file.source.trim_end()
        );
        write_if_changed(&source.join(format!("{module}.rs")), &text)?;
        renames.push((format!("src/{module}.rs"), &file.path));
    }
    let _ = write!(main, "const SCENARIOS: &[(&str, fn())] = &[\n{table}];\n{MAIN}");
    write_if_changed(&source.join("main.rs"), &main)?;
    let manifest = manifest(&name, uses);
    if write_if_changed(&folder.join("Cargo.toml"), &manifest)?
        && let Some(lock) = &uses.lock
    {
        std::fs::copy(lock, folder.join("Cargo.lock"))?;
    }
    compile(kit, &folder, &name, &renames)
}

/// The rest of a driver's source: explores, or records one scenario into a file.
const MAIN: &str = r#"
use std::process::{ExitCode, Termination};

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
fn end(returned: impl Termination) {
    // An exit code can only be compared by its text.
    let code = format!("{:?}", returned.report());
    assert_eq!(code, format!("{:?}", ExitCode::SUCCESS), "the scenario returned an error");
}
"#;

fn manifest(name: &str, uses: &Uses) -> String {
    let mut text = format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [profile.dev]\nopt-level = 1\ndebug = false\n\n[dependencies]\n"
    );
    for (name, value) in &uses.dependencies {
        let _ = writeln!(text, "{name} = {}", inline_table(value));
    }
    text
}

/// JSON's strings, booleans and arrays are TOML's as well; only objects differ.
fn inline_table(value: &serde_json::Value) -> String {
    let pairs: Vec<String> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
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
) -> anyhow::Result<PathBuf> {
    let mut command = kit.cargo(folder);
    command.args(["rustc", "--quiet", "--bin", name, "--message-format=json-render-diagnostics"]);
    command.arg("--");
    for (generated, original) in renames {
        command.arg(format!("--remap-path-prefix={generated}={}", original.display()));
    }
    let output = command.stderr(Stdio::inherit()).output().context("cargo could not be started")?;
    if !output.status.success() {
        bail!("the scenario does not compile; rustc says why above");
    }
    for message in cargo_metadata::Message::parse_stream(&output.stdout[..]) {
        if let cargo_metadata::Message::CompilerArtifact(artifact) = message?
            && let Some(executable) = artifact.executable
        {
            return Ok(executable.into_std_path_buf());
        }
    }
    bail!("cargo compiled the driver but names no executable")
}
