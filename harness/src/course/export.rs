//! The verb `course export`: the students' copy of a course.
//!
//! It has the layout of a course, so that `--course` takes it. What students are not to see is not in it: solutions, wrong solutions, hidden checks.

use crate::files;
use crate::grading::assignment::{self, Assignment};
use crate::grading::manifest::{Check, Kind, Visibility};
use crate::grading::source::{Source, words};
use anyhow::{Context, bail};
use std::path::Path;

/// Makes the students' copy of `course` in `folder`.
///
/// # Errors
///
/// When the folder is there already, or an assignment cannot be read.
pub fn export(course: &Path, folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        bail!("{} is there already, and nothing is overwritten", folder.display());
    }
    let names = assignment::names(course)?;
    for name in &names {
        let assignment = Assignment::load(course, name)?;
        let to = folder.join("chapters").join(name).join("assignment");
        one(&assignment, &to)
            .and_then(|()| Assignment::load(folder, name))
            .and_then(|_| gives_nothing_away(&assignment, &to))
            .with_context(|| {
                format!("{name} cannot be exported; {} is not whole", folder.display())
            })?;
    }
    anstream::println!(
        "The students' copy of {} assignments is in {}; `--course {}` takes it.",
        names.len(),
        folder.display(),
        folder.display()
    );
    Ok(())
}

fn one(assignment: &Assignment, to: &Path) -> anyhow::Result<()> {
    let from = &assignment.folder;
    files::copy_folder(&from.join("starter"), &to.join("starter"))?;
    for name in ["README.md", "README.zh-CN.md", "program.rs"] {
        if from.join(name).is_file() {
            std::fs::copy(from.join(name), to.join(name))?;
        }
    }
    let wanted = |wanted: &dyn Fn(&Check) -> bool| -> Vec<&Check> {
        assignment.manifest.checks.iter().filter(|check| wanted(check)).collect()
    };
    let names = |which: &dyn Fn(&Check) -> bool| -> Vec<&str> {
        wanted(which).into_iter().map(|check| check.name.as_str()).collect()
    };
    let functions = |which: &dyn Fn(&Check) -> bool| -> Vec<&str> {
        wanted(which).into_iter().flat_map(Check::functions).collect()
    };
    let is_visible = |check: &Check| check.visibility == Visibility::Visible;
    let hidden_checks = names(&|check| !is_visible(check));
    for name in ["checks.rs", "judge.rs"] {
        let Ok(source) = std::fs::read_to_string(from.join(name)) else { continue };
        let here = |check: &Check| (check.kind == Kind::Program) == (name == "judge.rs");
        let hidden = functions(&|check| here(check) && !is_visible(check));
        let visible = functions(&|check| here(check) && is_visible(check));
        let text = without(&source, &hidden, &visible)
            .with_context(|| from.join(name).display().to_string())?;
        std::fs::write(to.join(name), text)?;
    }
    let manifest = std::fs::read_to_string(from.join("assignment.toml"))?;
    std::fs::write(to.join("assignment.toml"), visible(&manifest, &hidden_checks)?)?;
    Ok(())
}

/// Makes sure that no hidden check is named in any file of the students' copy.
fn gives_nothing_away(assignment: &Assignment, copy: &Path) -> anyhow::Result<()> {
    let hidden = assignment.manifest.checks.iter();
    let hidden = hidden.filter(|check| check.visibility != Visibility::Visible);
    let names: Vec<&str> =
        hidden.flat_map(|it| [it.name.as_str()].into_iter().chain(it.functions())).collect();
    let mut left = vec![copy.to_owned()];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let inside = std::fs::read_dir(&path)?.map(|entry| Ok(entry?.path()));
            left.extend(inside.collect::<std::io::Result<Vec<_>>>()?);
            continue;
        }
        let text = std::fs::read(&path)?;
        let text = String::from_utf8_lossy(&text);
        if let Some(name) = names.iter().find(|name| words(&text).any(|word| word == **name)) {
            bail!("{} names {name}, which students are not to see", path.display());
        }
    }
    Ok(())
}

/// A file of checks without some of its functions and what only they need, and without the gaps that they leave.
fn without(source: &str, hidden: &[&str], visible: &[&str]) -> anyhow::Result<String> {
    if hidden.is_empty() {
        return Ok(source.to_owned());
    }
    let parsed = Source::parse(source).context("it cannot be read as Rust")?;
    let text = parsed.without(hidden, visible)?;
    let (mut kept, mut gap) = (String::new(), false);
    for (line, before) in text.lines().zip(source.lines()) {
        gap |= line != before;
        if line != before || gap && line.is_empty() && kept.ends_with("\n\n") {
            continue;
        }
        gap &= line.is_empty();
        kept += line;
        kept.push('\n');
    }
    Ok(kept.trim_end().to_owned() + "\n")
}

/// What of a manifest is for students. The rest is for whoever tries the checks, and leads to answers.
const KEPT: [&str; 10] =
    ["schema", "title", "form", "points", "minutes", "files", "blind", "uses", "programs", "check"];

/// A manifest without some of its checks, and without everything that leads to solutions. The points are those of what is left.
fn visible(manifest: &str, hidden: &[&str]) -> anyhow::Result<String> {
    let mut table: toml::Table = manifest.parse()?;
    table.retain(|key, _| KEPT.contains(&key));
    let mut points = 0;
    if let Some(toml::Value::Array(checks)) = table.get_mut("check") {
        let name = |value: &toml::Value| value.as_str().is_some_and(|name| hidden.contains(&name));
        checks.retain(|check| !check.get("name").is_some_and(name));
        for check in checks {
            points += check.get("points").and_then(toml::Value::as_integer).unwrap_or(0);
            if let Some(toml::Value::Array(needed)) = check.get_mut("depends_on") {
                needed.retain(|value| !name(value));
            }
        }
    }
    table.insert("points".to_owned(), points.into());
    Ok(toml::to_string_pretty(&table)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_gone_and_the_points_add_up() {
        let manifest = "schema = 1\npoints = 5\n[[check]]\nname = \"a\"\npoints = 3\ndepends_on = [\"b\"]\n\
                        [[check]]\nname = \"b\"\npoints = 2\n[[wrong]]\nname = \"w\"\n";
        let text = visible(manifest, &["b"]).unwrap();
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["points"].as_integer(), Some(3));
        assert!(!text.contains("\"b\"") && !table.contains_key("wrong"), "{text}");
        let source = "use x;\n\n/// A.\npub fn a() {\n    1;\n}\n\n/// B.\npub fn b() {\n    only_of_b();\n}\n\nfn only_of_b() {}\n";
        assert_eq!(
            without(source, &["b"], &["a"]).unwrap(),
            "use x;\n\n/// A.\npub fn a() {\n    1;\n}\n"
        );
        // One that stays would be in the students' hands.
        for source in [
            "checks! { a, b }\n",
            "pub fn a() { b() }\npub fn b() {}\n",
            "pub fn a() {}\npub(crate)\nmod inner { pub fn b() {} }\npub use inner::b;\n",
        ] {
            assert!(without(source, &["b"], &["a"]).is_err(), "{source}");
        }
    }
}
