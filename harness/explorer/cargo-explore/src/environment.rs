//! What a test finds in its environment: what cargo sets for one that it runs, and what keeps some
//! libraries from files that no execution may write.

use cargo_metadata::{BuildScript, Package};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is the same for all packages.
#[derive(Debug)]
pub(crate) struct Environment<'c> {
    /// The root of the workspace.
    pub root: &'c Path,
    /// Where everything is compiled.
    pub target: &'c Path,
    /// What `[env]` in cargo's configuration says.
    pub configured: Vec<(String, String)>,
    /// What build scripts have told cargo.
    pub scripts: &'c [BuildScript],
    /// The executables that were compiled, each with its package's manifest and its name.
    pub executables: Vec<(PathBuf, String, PathBuf)>,
}

impl Environment<'_> {
    /// The folder in which cargo runs a package's tests, and the variables that are set for them.
    /// Those in a file below `tests` know where the package's executables are.
    pub(crate) fn of(
        &self,
        package: &Package,
        is_outside: bool,
    ) -> (PathBuf, Vec<(String, String)>) {
        let folder = package.manifest_path.parent().map(|folder| folder.as_std_path().to_owned());
        let folder = folder.unwrap_or_default();
        let mut variables: BTreeMap<String, String> = of_manifest(package, &folder);
        // A script that also runs for the compiling machine has told the same there.
        let own = self.scripts.iter().filter(|script| script.package_id == package.id);
        for script in own {
            variables.extend(script.env.iter().cloned());
            variables.insert("OUT_DIR".to_owned(), script.out_dir.to_string());
        }
        let manifest = package.manifest_path.as_std_path();
        for (of, name, executable) in &self.executables {
            if is_outside && of == manifest {
                let name = format!("CARGO_BIN_EXE_{name}");
                variables.insert(name, executable.display().to_string());
            }
        }
        variables.extend(self.libraries());
        for (name, value) in &self.configured {
            variables.entry(name.clone()).or_insert_with(|| value.clone());
        }
        for (name, value) in quiet(&folder, self.root) {
            if std::env::var_os(name).is_none() {
                variables.entry(name.to_owned()).or_insert(value);
            }
        }
        (folder, variables.into_iter().collect())
    }

    /// Where build scripts have put libraries that are found when a test starts.
    fn libraries(&self) -> Option<(String, String)> {
        const NAME: &str = "LD_LIBRARY_PATH";
        let paths = self.scripts.iter().flat_map(|script| &script.linked_paths);
        let paths = paths.map(|path| path.as_str().split_once('=').map_or(path.as_str(), |p| p.1));
        let mut paths: Vec<PathBuf> =
            paths.map(PathBuf::from).filter(|path| path.starts_with(self.target)).collect();
        if paths.is_empty() {
            return None;
        }
        let before = std::env::var_os(NAME).unwrap_or_default();
        paths.extend(std::env::split_paths(&before));
        let value = std::env::join_paths(paths).ok()?.into_string().ok()?;
        Some((NAME.to_owned(), value))
    }
}

/// What cargo says of a package.
fn of_manifest(package: &Package, folder: &Path) -> BTreeMap<String, String> {
    let version = &package.version;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let path = |path: &Option<_>| path.as_ref().map_or(String::new(), ToString::to_string);
    let variables = [
        ("CARGO_MANIFEST_DIR", folder.display().to_string()),
        ("CARGO_MANIFEST_PATH", package.manifest_path.to_string()),
        ("CARGO_PKG_NAME", package.name.to_string()),
        ("CARGO_PKG_VERSION", version.to_string()),
        ("CARGO_PKG_VERSION_MAJOR", version.major.to_string()),
        ("CARGO_PKG_VERSION_MINOR", version.minor.to_string()),
        ("CARGO_PKG_VERSION_PATCH", version.patch.to_string()),
        ("CARGO_PKG_VERSION_PRE", version.pre.to_string()),
        ("CARGO_PKG_AUTHORS", package.authors.join(":")),
        ("CARGO_PKG_DESCRIPTION", text(&package.description)),
        ("CARGO_PKG_HOMEPAGE", text(&package.homepage)),
        ("CARGO_PKG_REPOSITORY", text(&package.repository)),
        ("CARGO_PKG_LICENSE", text(&package.license)),
        ("CARGO_PKG_LICENSE_FILE", path(&package.license_file)),
        ("CARGO_PKG_README", path(&package.readme)),
        (
            "CARGO_PKG_RUST_VERSION",
            package.rust_version.as_ref().map_or(String::new(), ToString::to_string),
        ),
    ];
    variables.map(|(name, value)| (name.to_owned(), value)).into()
}

/// What keeps libraries from the files that they write where a test fails, so that the failure is
/// told and not the file.
fn quiet(folder: &Path, root: &Path) -> Vec<(&'static str, String)> {
    let mut quiet = vec![
        ("INSTA_UPDATE", "no".to_owned()),
        // Or else it starts cargo, which tells it.
        ("INSTA_WORKSPACE_ROOT", root.display().to_string()),
    ];
    // It takes reading as well: where something was found before, that is tried again.
    if !folder.join("proptest-regressions").exists() {
        quiet.push(("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true".to_owned()));
    }
    quiet
}

/// What `[env]` in cargo's configuration says, as cargo finds it from `here`; `given` is what
/// `--config` says. What is set already stays, unless it is to be forced.
pub(crate) fn configured(here: &Path, given: &[String]) -> Vec<(String, String)> {
    let mut variables: BTreeMap<String, Variable> = BTreeMap::new();
    for (text, base) in sources(here, given) {
        let table: toml::Table = text.parse().unwrap_or_default();
        let all = table.get("env").and_then(toml::Value::as_table).cloned();
        for (name, value) in all.unwrap_or_default() {
            if let Some(variable) = Variable::of(&value, &base) {
                variables.entry(name).or_insert(variable);
            }
        }
    }
    variables.retain(|name, variable| variable.forced || std::env::var_os(name).is_none());
    variables.into_iter().map(|(name, variable)| (name, variable.value)).collect()
}

/// The texts of the configuration, the one that counts most first, each with the folder that its
/// paths begin in.
fn sources(here: &Path, given: &[String]) -> Vec<(String, PathBuf)> {
    let read = |path: PathBuf| {
        let base = path.parent()?.parent()?.to_owned();
        Some((std::fs::read_to_string(path).ok()?, base))
    };
    let given = given.iter().rev().map(|given| {
        let file = read(here.join(given));
        file.unwrap_or_else(|| (given.clone(), here.to_owned()))
    });
    let folder = |folder: &Path| read(folder.join("config")).or(read(folder.join("config.toml")));
    let above = here.ancestors().filter_map(|here| folder(&here.join(".cargo")));
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    given.chain(above).chain(home.and_then(|home| folder(&home))).collect()
}

/// A variable in the configuration.
#[derive(Debug)]
struct Variable {
    value: String,
    forced: bool,
}

impl Variable {
    fn of(value: &toml::Value, base: &Path) -> Option<Variable> {
        if let Some(value) = value.as_str() {
            return Some(Variable { value: value.to_owned(), forced: false });
        }
        let is = |name: &str| value.get(name).and_then(toml::Value::as_bool).unwrap_or(false);
        let text = value.get("value")?.as_str()?;
        let value = match is("relative") {
            true => base.join(text).display().to_string(),
            false => text.to_owned(),
        };
        Some(Variable { value, forced: is("force") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearer_counts() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("a/b");
        for (of, text) in [
            ("a", "[env]\nEXPLORED_A = \"far\"\nEXPLORED_B = \"far\"\nPATH = \"far\"\n"),
            ("a/b", "[env]\nEXPLORED_B = { value = \"near\", relative = true }\n"),
            ("given", "[env]\nEXPLORED_C = \"file\"\nHOME = { value = \"/x\", force = true }\n"),
        ] {
            let of = folder.path().join(of).join(".cargo");
            std::fs::create_dir_all(&of).unwrap();
            std::fs::write(of.join("config.toml"), text).unwrap();
        }
        let file = "../../given/.cargo/config.toml".to_owned();
        let given =
            [file, "env.EXPLORED_D='given'".to_owned(), "env.EXPLORED_A='given'".to_owned()];
        let all: BTreeMap<String, String> = configured(&here, &given).into_iter().collect();
        let is = |name: &str| all.get(name).map(String::as_str);
        assert_eq!(is("EXPLORED_A"), Some("given"));
        assert_eq!(is("EXPLORED_B"), here.join("near").to_str());
        assert_eq!(is("EXPLORED_C"), Some("file"));
        assert_eq!(is("EXPLORED_D"), Some("given"));
        assert_eq!(is("HOME"), Some("/x"));
        assert_eq!(is("PATH"), None, "it is set already, and not forced");
    }
}
