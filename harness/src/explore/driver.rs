//! The driver: a small executable, generated for files of scenarios and
//! compiled against the stand-ins, that explores what it is told to.

use super::kit::Kit;
use super::scenario::ScenarioFile;
use super::{Misuse, Progress};
use anyhow::{Context, bail};
use cargo_explore::cargo;
use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package};
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// With which features a crate is explored.
#[derive(Debug, Clone, Default)]
pub struct Features {
    /// Those besides the default ones.
    pub names: Vec<String>,
    /// Without the default ones.
    pub no_default: bool,
}

/// What the scenarios may use besides `std`.
#[derive(Debug, Clone, Default)]
pub struct Uses {
    /// Cargo's `[dependencies]` table, as values.
    dependencies: BTreeMap<String, serde_json::Value>,
    /// The lock file that fixes their versions.
    lock: Option<PathBuf>,
    /// The edition of the crate that the scenarios belong to, if they belong to one.
    edition: Option<String>,
}

impl Uses {
    /// The crate in `folder` with these features, and everything that it may
    /// use itself.
    ///
    /// # Errors
    ///
    /// When there is no crate, or it is no library.
    pub fn of_crate(folder: &Path, features: &Features) -> anyhow::Result<Uses> {
        let mut uses = Uses::default();
        if !uses.add(folder, features)? {
            bail!("{} has no library; what it wants explored must be in one", folder.display());
        }
        Ok(uses)
    }

    /// What a file in the crate in `folder` may use: what that crate may use,
    /// and the crate itself if it is a library.
    ///
    /// # Errors
    ///
    /// When there is no crate.
    pub fn in_crate(folder: &Path, features: &Features) -> anyhow::Result<Uses> {
        let mut uses = Uses::default();
        uses.add(folder, features)?;
        Ok(uses)
    }

    /// These, and the library in `folder` with everything that it may use itself.
    ///
    /// # Errors
    ///
    /// When there is no crate.
    pub fn and_crate(mut self, folder: &Path) -> anyhow::Result<Uses> {
        self.add(folder, &Features::default())?;
        Ok(self)
    }

    /// Only what `sources` name. A crate that they do not name would be compiled
    /// for nothing, and may be one that the stand-ins are not enough for.
    pub fn named_in(mut self, sources: &[&str]) -> Uses {
        let named = |name: &str| {
            let name = name.replace('-', "_");
            let word = |c: char| c.is_alphanumeric() || c == '_';
            sources.iter().any(|source| {
                source.match_indices(&name).any(|(at, _)| {
                    !source[..at].ends_with(word) && !source[at + name.len()..].starts_with(word)
                })
            })
        };
        self.dependencies.retain(|name, _| named(name));
        self
    }

    /// Adds a crate. Tells whether it is a library.
    fn add(&mut self, folder: &Path, features: &Features) -> anyhow::Result<bool> {
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
            .find(|p| p.manifest_path.as_std_path().canonicalize().is_ok_and(|m| m == manifest));
        let Some(package) = package else {
            let members: Vec<&str> = metadata.packages.iter().map(|p| p.name.as_str()).collect();
            bail!(Misuse(format!(
                "{} is a workspace; name the folder of one of its crates: {}",
                folder.display(),
                members.join(", ")
            )));
        };
        has_features(package, &features.names)?;
        let theirs = package
            .dependencies
            .iter()
            .filter(|d| d.kind == DependencyKind::Normal)
            .filter(|d| !d.optional && d.target.is_none());
        for dependency in theirs {
            let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
            self.dependencies.insert(name.clone(), table(dependency));
        }
        let is_library = has_library(package);
        if is_library {
            let folder = manifest.parent().context("a manifest is in a folder")?;
            let table = json!({
                "path": folder,
                "features": features.names,
                "default-features": !features.no_default,
            });
            self.dependencies.insert(package.name.to_string(), table);
        }
        let lock = metadata.workspace_root.as_std_path().join("Cargo.lock");
        self.lock = lock.exists().then_some(lock);
        self.edition.get_or_insert_with(|| package.edition.to_string());
        Ok(is_library)
    }
}

/// Cargo would name the driver, of which the user knows nothing.
fn has_features(package: &Package, names: &[String]) -> anyhow::Result<()> {
    let optional = |name: &str| {
        let rename = |d: &Dependency| d.rename.as_ref().unwrap_or(&d.name) == name;
        package.dependencies.iter().any(|dependency| dependency.optional && rename(dependency))
    };
    let known = |name: &str| package.features.contains_key(name) || optional(name);
    // What has a slash in it is a feature of a dependency.
    let Some(unknown) = names.iter().find(|name| !name.contains('/') && !known(name)) else {
        return Ok(());
    };
    let mut all: Vec<&str> = package.features.keys().map(String::as_str).collect();
    all.retain(|name| *name != "default");
    let all = match all.is_empty() {
        true => "it has none".to_owned(),
        false => format!("it has: {}", all.join(", ")),
    };
    bail!(Misuse(format!("{} has no feature {unknown}; {all}", package.name)))
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
    let source = dependency.source.as_ref().map(ToString::to_string);
    match (&dependency.path, source.as_deref().and_then(|source| source.strip_prefix("git+"))) {
        (Some(path), _) => table["path"] = json!(path),
        (None, Some(git)) => {
            // https://host/path?branch=name
            let (url, which) = git.split_once('?').unwrap_or((git, ""));
            table["git"] = json!(url);
            if let Some((kind, name)) = which.split_once('=') {
                table[kind] = json!(name);
            }
        }
        (None, None) => table["version"] = json!(dependency.req.to_string()),
    }
    table
}

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
    if let Some(lock) = &uses.lock {
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
    let edition = uses.edition.as_deref().unwrap_or("2024");
    let mut text = format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = {edition:?}\n\n[workspace]\n\n\
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
    let mut executable = None;
    let built = cargo::compile(command, &flags, &mut |artifact| {
        if !artifact.fresh {
            progress(Progress::Target(&artifact.target.name));
        }
        executable = artifact.executable.map(Into::into).or(executable.take());
    })?;
    if !built {
        bail!("it does not compile; rustc says why above");
    }
    executable.context("cargo compiled the driver but names no executable")
}
