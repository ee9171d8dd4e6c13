//! What the reader steps through in a page: its figures are the explorer's. Of the predictions see `book/quizzes.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// The pages of an edition by name.
fn pages(folder: &str) -> BTreeMap<String, String> {
    let folder = workspace().join(folder);
    let mut found = Vec::new();
    files(&folder, &mut found);
    let name = |path: &Path| path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
    found.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

fn editions() -> [BTreeMap<String, String>; 2] {
    ["book/src", "book/zh-CN/src"].map(pages)
}

/// The pieces between `start` and `end`.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Vec<&'t str> {
    text.split(start).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

/// The figures that a page steps through.
fn figures(page: &str) -> Vec<&str> {
    between(page, "<interleaving-stepper id=\"", "\"")
}

#[test]
fn every_stepper_has_its_figure_and_a_picture_for_those_without_scripts() {
    for edition in editions() {
        let mut count = 0;
        for (name, page) in &edition {
            let all = figures(page);
            count += usize::from(!all.is_empty());
            for figure in all {
                for extension in ["json", "svg"] {
                    let file = format!("figures/{figure}.{extension}}}}}");
                    assert_eq!(page.matches(&file).count(), 1, "{name}: {file}");
                }
            }
        }
        assert!(count >= 10, "only {count} pages have a stepper");
    }
}

#[test]
fn every_graph_is_stepped_through_somewhere() {
    let [english, _] = editions();
    for entry in fs::read_dir(workspace().join("book/figures")).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_stem().unwrap().to_string_lossy();
        let is_shown = |page: &String| figures(page).contains(&&*name);
        let is_graph = file.extension().is_some_and(|extension| extension == "json");
        assert!(!is_graph || english.values().any(is_shown), "{name}: no page shows it");
    }
}

#[test]
fn both_editions_show_the_same() {
    let [english, chinese] = editions();
    for (name, page) in &english {
        let Some(other) = chinese.get(name) else { continue };
        assert_eq!(figures(page), figures(other), "{name}");
    }
}
