//! What cargo leaves out of the tests that were asked for without a word, and why.

use crate::cargo::flag;
use crate::flags::CargoFlags;
use cargo_metadata::{Metadata, Package, Target, TargetKind};
use std::path::Path;

/// The packages whose tests are asked for, as cargo chooses them.
pub(crate) fn packages<'m>(metadata: &'m Metadata, flags: &CargoFlags) -> Vec<&'m Package> {
    let all = metadata.workspace_packages();
    let wanted = |package: &&Package| match flags.names() {
        [] if flags.is_for_all() => !flags.excluded().iter().any(|spec| means(spec, package)),
        [] => true,
        named => named.iter().any(|spec| means(spec, package)),
    };
    if !flags.names().is_empty() || flags.is_for_all() {
        return all.into_iter().filter(wanted).collect();
    }
    match package_here(&all, flags) {
        // In the folder of the workspace, its manifest says which ones are meant.
        Some(package) if package.manifest_path.parent() != Some(&metadata.workspace_root) => {
            vec![package]
        }
        _ => metadata.workspace_default_packages(),
    }
}

/// Whether a package is meant by this, in the forms that cargo takes.
fn means(spec: &str, package: &Package) -> bool {
    let name = spec.rsplit(['#', '/']).next().unwrap_or(spec);
    let (name, version) = name.split_once(['@', ':']).map_or((name, None), |(n, v)| (n, Some(v)));
    let named = match name.split_once('*') {
        Some((before, after)) => package.name.starts_with(before) && package.name.ends_with(after),
        None => package.name == name,
    };
    named && version.is_none_or(|version| package.version.to_string().starts_with(version))
}

/// The package in whose folder somebody is.
fn package_here<'m>(all: &[&'m Package], flags: &CargoFlags) -> Option<&'m Package> {
    let manifest = match &flags.manifest_path {
        Some(path) => path.canonicalize().ok()?,
        None => {
            let here = std::env::current_dir().ok()?.canonicalize().ok()?;
            let mut manifests = here.ancestors().map(|folder| folder.join("Cargo.toml"));
            manifests.find(|manifest| manifest.is_file())?
        }
    };
    all.iter().copied().find(|package| package.manifest_path.as_std_path() == manifest)
}

/// The targets of these packages that have tests and were not compiled, and why. `compiled` says of a package and a target's flag whether they were.
pub(crate) fn targets(
    packages: &[&Package],
    compiled: impl Fn(&str, &str) -> bool,
    root: &Path,
) -> Vec<(String, String)> {
    let mut left_out = Vec::new();
    for package in packages {
        for target in &package.targets {
            let compiled = compiled(&package.name, &flag(target));
            if let (false, Some(why)) = (compiled, why(target)) {
                let source = target.src_path.as_std_path();
                let source = source.strip_prefix(root).unwrap_or(source);
                left_out.push((source.display().to_string(), why));
            }
        }
    }
    left_out
}

/// Why cargo does not compile a target's tests.
fn why(target: &Target) -> Option<String> {
    let kinds = [TargetKind::Lib, TargetKind::RLib, TargetKind::Bin, TargetKind::Test];
    let has_tests = target.kind.iter().any(|kind| kinds.contains(kind));
    let features = target.required_features.join(",");
    match () {
        () if !has_tests => None,
        () if !target.test => {
            // Who says so of a file without tests leaves nothing out.
            let source = std::fs::read_to_string(&target.src_path).unwrap_or_default();
            source.contains("#[test]").then(|| "its manifest says `test = false`".to_owned())
        }
        () if !features.is_empty() => Some(format!("it needs `--features {features}`")),
        () => None,
    }
}

/// Why the tests of a target are none that the compiler wrote a `main` for, if they are not.
pub(crate) fn own_harness(package: &Package, target: &Target) -> Option<String> {
    if target.kind.contains(&TargetKind::ProcMacro) {
        let why =
            "it is a procedural macro, which runs in the compiler; `cargo test` runs its tests";
        return Some(why.to_owned());
    }
    let manifest = std::fs::read_to_string(&package.manifest_path).ok()?;
    let manifest: toml::Table = manifest.parse().ok()?;
    let is_own =
        |table: &toml::Value| table.get("harness").and_then(toml::Value::as_bool) == Some(false);
    let tables = |kind: &str| manifest.get(kind).and_then(toml::Value::as_array).cloned();
    let is_it =
        |table: &toml::Value| table.get("name").and_then(toml::Value::as_str) == Some(&target.name);
    let own = match target.kind.first()? {
        TargetKind::Bin => tables("bin")?.iter().any(|table| is_it(table) && is_own(table)),
        TargetKind::Test => tables("test")?.iter().any(|table| is_it(table) && is_own(table)),
        TargetKind::Example => tables("example")?.iter().any(|table| is_it(table) && is_own(table)),
        TargetKind::Bench => tables("bench")?.iter().any(|table| is_it(table) && is_own(table)),
        _ => is_own(manifest.get("lib")?),
    };
    own.then(|| match target.is_bench() {
        true => OWN.replace("`cargo test` runs it", "`cargo bench` runs it"),
        false => OWN.to_owned(),
    })
}

/// Why something is not explored that has no tests of the compiler's form.
pub(crate) const OWN: &str = "it has a harness of its own (`harness = false`), in which no test can be told from another; `cargo test` runs it";

/// The targets that do not compile because they, or what they stand on, have a `#[global_allocator]`, as cargo names them in
/// what it says; `None` if that is not all that is wrong, or if nothing is.
pub(crate) fn with_allocator(said: &str) -> Option<Vec<String>> {
    let mut targets = Vec::new();
    for error in said.lines().filter(|line| line.starts_with("error")) {
        if let Some(rest) = error.strip_prefix("error: could not compile `") {
            let (package, rest) = rest.split_once("` ")?;
            let target = rest.split_once(" due to ").map_or(rest, |(target, _)| target);
            targets.push(format!("{package} {target}"));
        } else if !error.contains("conflicts with global allocator in: explore_engine") {
            return None;
        }
    }
    (!targets.is_empty()).then_some(targets)
}

/// Why they are not explored.
pub(crate) const ALLOCATOR: &str = "it has a `#[global_allocator]`, or what it stands on has one, and the explorer needs its own: where a feature leaves it out, that can be explored";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_allocator_is_no_reason_to_stop() {
        let conflict = "error: the `#[global_allocator]` in this crate conflicts with global allocator in: explore_engine\n\n";
        let ends = "error: could not compile `a` (test \"b\") due to 1 previous error\n";
        let all = format!("warning: unused\n{conflict}{ends}");
        assert_eq!(with_allocator(&all), Some(vec!["a (test \"b\")".to_owned()]));
        assert_eq!(with_allocator(&format!("{all}error[E0425]: cannot find\n")), None);
        assert_eq!(with_allocator("warning: unused\n"), None);
    }
}
