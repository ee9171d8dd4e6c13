//! What scenarios may use besides `std`: the crates that their driver depends on, with the features that were asked for.

use super::Misuse;
use anyhow::{Context, bail};
use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
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
    /// What the crates' own tests may use besides.
    for_tests: BTreeMap<String, serde_json::Value>,
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

    /// And what only tests of the crates may use, where `sources` have a path that begins with its name.
    pub fn and_for_tests(mut self, sources: &[&str]) -> Uses {
        for (name, table) in std::mem::take(&mut self.for_tests) {
            let path = format!("{}::", name.replace('-', "_"));
            if sources.iter().any(|source| source.contains(&path)) {
                self.dependencies.entry(name).or_insert(table);
            }
        }
        self
    }

    /// The edition that the scenarios are written in.
    pub(super) fn edition(&self) -> &str {
        self.edition.as_deref().unwrap_or("2024")
    }

    /// The lock file that fixes the versions.
    pub(super) fn lock(&self) -> Option<&Path> {
        self.lock.as_deref()
    }

    /// The lines of cargo's `[dependencies]`.
    pub(super) fn lines(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.dependencies {
            let _ = writeln!(text, "{name} = {}", inline_table(value));
        }
        text
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
        let switched_on = switched_on(package, features);
        let theirs = package
            .dependencies
            .iter()
            .filter(|d| d.kind == DependencyKind::Normal && d.target.is_none())
            .filter(|d| !d.optional || switched_on.contains(d.rename.as_ref().unwrap_or(&d.name)));
        for dependency in theirs {
            let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
            self.dependencies.insert(name.clone(), table(dependency));
        }
        let is_for_tests = |d: &&Dependency| d.kind == DependencyKind::Development;
        for dependency in package.dependencies.iter().filter(is_for_tests) {
            let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
            self.for_tests.insert(name.clone(), table(dependency));
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

/// The optional dependencies of `package` that these features bring along, by the name that its code has for them.
fn switched_on(package: &Package, features: &Features) -> BTreeSet<String> {
    let mut left: Vec<&str> = features.names.iter().map(String::as_str).collect();
    if !features.no_default {
        left.push("default");
    }
    let (mut seen, mut dependencies) = (BTreeSet::new(), BTreeSet::new());
    while let Some(feature) = left.pop() {
        if !seen.insert(feature) {
            continue;
        }
        if let Some(more) = package.features.get(feature) {
            left.extend(more.iter().map(String::as_str));
        } else if let Some(name) = feature.strip_prefix("dep:") {
            dependencies.insert(name.to_owned());
        } else if let Some((name, _)) = feature.split_once('/') {
            // With a question mark it is no wish for the dependency, only for a feature of it.
            if !name.ends_with('?') {
                dependencies.insert(name.to_owned());
            }
        }
    }
    dependencies
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

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
[package]
name = "luggage"
version = "0.0.0"
edition = "2021"

[features]
default = ["programs"]
programs = ["dep:shown", "steps"]
steps = ["weakly?/extra"]
more = ["strongly/extra"]

[dependencies]
always = { path = "always" }
shown = { path = "shown", optional = true, default-features = false }
weakly = { path = "weakly", optional = true }
strongly = { path = "strongly", optional = true }
implied = { path = "implied", optional = true }

[workspace]
"#;

    /// What may be used of a crate with optional dependencies, besides the crate itself.
    fn used(names: &[&str], no_default: bool) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("src")).unwrap();
        std::fs::write(root.join("src/lib.rs"), "").unwrap();
        std::fs::write(root.join("Cargo.toml"), MANIFEST).unwrap();
        for name in ["always", "shown", "weakly", "strongly", "implied"] {
            std::fs::create_dir_all(root.join(name).join("src")).unwrap();
            std::fs::write(root.join(name).join("src/lib.rs"), "").unwrap();
            let manifest = format!(
                "[package]\nname = {name:?}\nversion = \"0.0.0\"\n[features]\nextra = []\n"
            );
            std::fs::write(root.join(name).join("Cargo.toml"), manifest).unwrap();
        }
        let names = names.iter().map(|&name| name.to_owned()).collect();
        let uses = Uses::of_crate(root, &Features { names, no_default }).unwrap();
        uses.dependencies.into_keys().filter(|name| name != "luggage").collect()
    }

    #[test]
    fn optional_dependencies_come_with_the_feature_that_wants_them() {
        assert_eq!(used(&[], true), ["always"]);
        assert_eq!(used(&[], false), ["always", "shown"]);
        assert_eq!(used(&["steps"], true), ["always"]);
        assert_eq!(used(&["more"], true), ["always", "strongly"]);
        assert_eq!(used(&["implied"], true), ["always", "implied"]);
        assert_eq!(used(&["programs", "more"], true), ["always", "shown", "strongly"]);
    }
}
