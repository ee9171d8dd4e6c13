//! What an assignment lacks, as far as that can be said without running anything.

use super::house::House;
use super::{folders, wrong};
use crate::grading::assignment::Assignment;
use crate::grading::manifest::Text;
use std::collections::BTreeSet;

/// What is wrong, of what can be said without running anything.
///
/// # Errors
///
/// When a file of the assignment's cannot be read.
pub fn lint(assignment: &Assignment, house: &House) -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    let Assignment { folder, manifest, .. } = assignment;
    let languages = &house.languages;
    for file in languages.iter().map(|tag| House::task(tag)) {
        let text = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        if text.trim().is_empty() {
            problems.push(format!("{file} is missing or empty"));
        }
    }
    texts(&mut problems, languages, "the title", &manifest.title);
    for check in &manifest.checks {
        texts(&mut problems, languages, &format!("the title of {}", check.name), &check.title);
        for case in check.cases.iter().filter(|case| !case.title.is_empty()) {
            texts(&mut problems, languages, &format!("the title of {}", case.name), &case.title);
        }
        if house.hints && check.hints.is_empty() {
            problems.push(format!("{} has no hints", check.name));
        }
        for (i, hint) in check.hints.iter().enumerate() {
            texts(&mut problems, languages, &format!("hint {} of {}", i + 1, check.name), hint);
        }
        if check.points == 0 {
            problems.push(format!("{} is worth nothing", check.name));
        }
    }
    let alternatives = folders(&folder.join("alternatives"))?.len();
    if alternatives < house.alternatives {
        problems.push(format!(
            "there are {alternatives} alternatives, and {} are the least: do the checks accept another right way?",
            house.alternatives
        ));
    }
    let concurrent: u32 =
        manifest.checks.iter().filter(|check| check.concurrent).map(|check| check.points).sum();
    if manifest.blind && concurrent * 2 < manifest.points {
        problems.push(format!(
            "{concurrent} of {} points are for checks marked `concurrent`; half are the least",
            manifest.points
        ));
    }
    let cheats = folders(&folder.join("cheats"))?;
    if manifest.blind && cheats.len() < house.cheats {
        problems.push(format!(
            "there are {} folders in cheats, and {} are the least: what earns points without keeping threads apart?",
            cheats.len(), house.cheats
        ));
    }
    for cheat in manifest.cheats.iter().filter(|cheat| !cheats.contains(&cheat.name)) {
        let name = &cheat.name;
        problems
            .push(format!("assignment.toml names the cheat {name}, and there is no cheats/{name}"));
    }
    let (there, least) = (manifest.wrong.len(), house.wrong_solutions);
    if there < least {
        problems.push(format!("there are {there} wrong solutions; {least} are the least"));
    }
    let named: BTreeSet<String> = manifest.wrong.iter().map(|wrong| wrong.name.clone()).collect();
    let wrong::Entries { patches, others } = wrong::entries(folder)?;
    for name in patches.difference(&named) {
        problems.push(format!("wrong/{name}.patch has no [[wrong]] in assignment.toml"));
    }
    for name in named.difference(&patches) {
        problems.push(format!("assignment.toml names {name}, and there is no wrong/{name}.patch"));
    }
    for name in others {
        problems.push(format!(
            "wrong/{name} is no patch; `harness course wrong {} NAME FOLDER --save` makes one of a folder",
            assignment.name
        ));
    }
    Ok(problems)
}

fn texts(problems: &mut Vec<String>, languages: &[String], what: &str, text: &Text) {
    for language in languages {
        if text.get(language).is_none_or(|text| text.trim().is_empty()) {
            problems.push(format!("{what} has no text in `{language}`"));
        }
    }
}
