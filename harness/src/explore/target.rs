//! What a reader asks to have explored: a chapter, a program of it, a file of
//! scenarios, or a crate.

use super::Misuse;
use super::scenario::{Scenario, ScenarioFile};
use super::uses::{Features, Uses};
use crate::course::names_chapter;
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

/// Files of scenarios, and what they may use.
#[derive(Debug)]
pub struct Target {
    /// The files, in the order of their names.
    pub files: Vec<ScenarioFile>,
    /// What they may use besides `std`.
    pub uses: Uses,
    /// The folder that the paths in messages are relative to.
    pub root: PathBuf,
    /// Whether every access to memory is seen: data races, uses after free, the counters of `Arc`. That takes longer, so the course's own
    /// scenarios begin without it, and whatever else is explored with it.
    pub sees_memory: bool,
}

impl Target {
    /// Understands `asked`:
    ///
    /// | form | what is explored |
    /// |---|---|
    /// | `07-queue`, `7`, `queue` | the chapter's scenarios; with names, those, or the chapter's programs of these names |
    /// | `path/to/file.rs` | the functions of the file; they may use the crate around it |
    /// | `path/to/crate` | the functions of `scenario`, or of the crate's `scenarios/*.rs` |
    ///
    /// # Errors
    ///
    /// When there is no such thing, or nothing in it to explore.
    pub fn find(
        root: &Path,
        asked: &str,
        names: &[String],
        scenario: Option<&Path>,
        features: &Features,
    ) -> anyhow::Result<Target> {
        let path = Path::new(asked);
        if let Some(chapter) = chapter(root, asked)? {
            let files = match scenario {
                Some(file) => vec![ScenarioFile::read(&found(file)?)?],
                None => files_of_chapter(&chapter, names)?,
            };
            let uses = uses_of_chapter(root, &chapter, &files)?;
            let sees_memory = scenario.is_some();
            return Ok(Target { files, uses, root: root.to_owned(), sees_memory });
        }
        if path.is_file() {
            let file = path.canonicalize()?;
            let package = file.ancestors().skip(1).find(|folder| is_crate(folder));
            let uses = package.map(|folder| Uses::in_crate(folder, features)).transpose()?;
            let here = std::env::current_dir()?;
            let file = ScenarioFile::read(&file)?;
            let mut uses = uses.unwrap_or_default().and_for_tests(&[&file.source]);
            if !file.has_modules() {
                uses = uses.named_in(&[&file.source]);
            }
            return Ok(Target { files: vec![file], uses, root: here, sees_memory: true });
        }
        if path.join("Cargo.toml").is_file() {
            let folder = path.canonicalize()?;
            let files = match scenario {
                Some(file) => vec![ScenarioFile::read(&found(file)?)?],
                None => scenarios_of(&folder)?,
            };
            let sources: Vec<&str> = files.iter().map(|file| &*file.source).collect();
            let uses = Uses::of_crate(&folder, features)?.and_for_tests(&sources);
            if files.is_empty() {
                bail!(Misuse(format!(
                    "{asked} has no folder `scenarios`; name a file with functions to explore by \
                     --scenario FILE"
                )));
            }
            let here = std::env::current_dir()?;
            let sees_memory = scenario.is_some() || !is_in_chapters(root, &folder);
            return Ok(Target { files, uses, root: here, sees_memory });
        }
        bail!(Misuse(format!("{asked} is no chapter, no file and no crate")))
    }

    /// The scenarios as `file/name`, of which only those in `names` if there are any.
    ///
    /// A name may be that of a scenario or of a file; where it is a scenario's, it is not
    /// taken for a file's. `lost-update`, with a hyphen, is the program `lost_update.rs` where
    /// there is one, and not the scenario `lost_update`.
    ///
    /// # Errors
    ///
    /// When a name is in none of the files.
    pub fn chosen(&self, names: &[String]) -> anyhow::Result<Vec<String>> {
        let all: Vec<(&ScenarioFile, &Scenario)> = self
            .files
            .iter()
            .flat_map(|file| file.scenarios.iter().map(move |scenario| (file, scenario)))
            .collect();
        let is_program = |file: &ScenarioFile, name: &str| file.program && name == file.name();
        let is_called = |file: &ScenarioFile, scenario: &Scenario, asked: &String| {
            let name = asked.replace('-', "_");
            if asked.contains('-') && self.files.iter().any(|file| is_program(file, &name)) {
                return is_program(file, &name);
            }
            let of_a_scenario = all.iter().any(|(_, scenario)| scenario.is_called(&name));
            scenario.is_called(&name)
                || !of_a_scenario && name == file.name()
                || name == file.full_name(scenario)
        };
        for name in names {
            if !all.iter().any(|(file, scenario)| is_called(file, scenario, name)) {
                if let Some((name, why)) = self.left_out().find(|(full, _)| is_named(full, name)) {
                    bail!(Misuse(format!("{name} is not explored: {why}")));
                }
                let known: Vec<&str> = all.iter().map(|(_, s)| s.name.as_str()).collect();
                bail!(Misuse(format!(
                    "nothing to explore is called {name}; there are: {}",
                    known.join(", ")
                )));
            }
        }
        Ok(all
            .iter()
            .filter(|(file, scenario)| {
                names.is_empty() || names.iter().any(|name| is_called(file, scenario, name))
            })
            .map(|(file, scenario)| file.full_name(scenario))
            .collect())
    }
}

/// Whether somebody means what is called `file/module::name` so.
fn is_named(full: &str, asked: &str) -> bool {
    let of_file = full.split_once('/').map_or(full, |(_, name)| name);
    full == asked || of_file == asked || of_file.rsplit("::").next() == Some(asked)
}

impl Target {
    /// What looks like a scenario and is none, as `file/name`, and why.
    pub fn left_out(&self) -> impl Iterator<Item = (String, &str)> {
        let of = |file: &'_ ScenarioFile| file.name().to_owned();
        self.files.iter().flat_map(move |file| {
            let folder = of(file);
            file.left_out.iter().map(move |left| (format!("{folder}/{}", left.name), &*left.why))
        })
    }

    /// The program of this name as `file/main`, if the target has it.
    pub fn program(&self, name: &str) -> Option<String> {
        let name = name.strip_suffix("/main").unwrap_or(name).replace('-', "_");
        let program = self.files.iter().find(|file| file.program && file.name() == name)?;
        program.scenarios.first().map(|main| program.full_name(main))
    }

    /// The functions of other languages that the file of this scenario
    /// (`file/name`) declares, if it declares any.
    pub fn foreign(&self, scenario: &str) -> Option<&[String]> {
        let of =
            |file: &&ScenarioFile| file.scenarios.iter().any(|s| file.full_name(s) == scenario);
        let file = self.files.iter().find(of)?;
        (!file.foreign.is_empty()).then_some(&file.foreign)
    }
}

/// The file of scenarios that `--scenario` names.
fn found(file: &Path) -> anyhow::Result<PathBuf> {
    let found = file.canonicalize();
    Ok(found.map_err(|error| Misuse(format!("--scenario {}: {error}", file.display())))?)
}

fn chapter(root: &Path, asked: &str) -> anyhow::Result<Option<PathBuf>> {
    let chapters = root.join("chapters");
    if !chapters.is_dir() {
        return Ok(None);
    }
    let folders = std::fs::read_dir(&chapters)
        .with_context(|| format!("{} cannot be read", chapters.display()))?;
    Ok(folders
        .flatten()
        .map(|entry| entry.path())
        .find(|folder| folder.is_dir() && names_chapter(asked, &name_of(folder))))
}

/// A chapter may stand on earlier ones; its scenarios may name them as well.
fn uses_of_chapter(root: &Path, chapter: &Path, files: &[ScenarioFile]) -> anyhow::Result<Uses> {
    let mut uses = Uses::of_crate(chapter, &Features::default())?;
    let entries = std::fs::read_dir(root.join("chapters"))?;
    for folder in entries.flatten().map(|entry| entry.path()) {
        let library = format!("ch{}::", name_of(&folder).replace('-', "_"));
        let named = files.iter().any(|file| file.source.contains(&library));
        if folder != chapter && is_library(&folder) && named {
            uses = uses.and_crate(&folder)?;
        }
    }
    let sources: Vec<&str> = files.iter().map(|file| &*file.source).collect();
    Ok(uses.and_for_tests(&sources))
}

/// Whether a crate is a part of a chapter.
fn is_in_chapters(root: &Path, folder: &Path) -> bool {
    root.join("chapters").canonicalize().is_ok_and(|chapters| folder.starts_with(chapters))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The chapter's scenarios. A name that is a program's brings in that
/// program's `main` as well.
fn files_of_chapter(chapter: &Path, names: &[String]) -> anyhow::Result<Vec<ScenarioFile>> {
    let mut files = scenarios_of(chapter)?;
    for name in names {
        let name = name.strip_suffix("/main").unwrap_or(name).replace('-', "_");
        let program = format!("src/programs/{name}.rs");
        if chapter.join(&program).is_file() {
            files.push(ScenarioFile::read_program(&chapter.join(&program))?);
        }
    }
    if files.is_empty() {
        bail!("{} has no scenarios", name_of(chapter));
    }
    Ok(files)
}

fn scenarios_of(folder: &Path) -> anyhow::Result<Vec<ScenarioFile>> {
    let Ok(entries) = std::fs::read_dir(folder.join("scenarios")) else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    paths.sort();
    paths.iter().map(|path| ScenarioFile::read(path)).collect()
}

/// A manifest without a package is a workspace's.
fn is_crate(folder: &Path) -> bool {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml"));
    manifest.is_ok_and(|text| text.lines().any(|line| line.trim() == "[package]"))
}

fn is_library(folder: &Path) -> bool {
    folder.join("Cargo.toml").is_file() && folder.join("src/lib.rs").is_file()
}
