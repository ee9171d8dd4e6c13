//! What the reader does in a page: quizzes, whose right answer is what a program
//! printed, and steppers, whose figures are the explorer's.

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

/// The text of HTML without tags and entities.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").trim().to_owned()
}

/// The lines of a program's pinned output.
fn printed(snapshot: &str) -> Vec<String> {
    let file = workspace().join(format!("harness/tests/snapshots/{snapshot}.snap"));
    let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let lines = text.lines().map(|line| line.trim_start_matches(['│', ' ']).trim().to_owned());
    lines.collect()
}

struct Quiz<'t> {
    snapshot: &'t str,
    right: Vec<String>,
    wrong: Vec<String>,
    answer: &'t str,
}

fn quizzes(page: &str) -> Vec<Quiz<'_>> {
    let blocks = between(page, "<div class=\"quiz\" data-from=\"", "</div>");
    let quiz = |block: &'_ str| -> Option<(usize, usize)> {
        Some((block.find('"')?, block.find("<details>")?))
    };
    let read = |block| {
        let (name, details) = quiz(block).expect("a quiz has a snapshot and an answer");
        let items = between(&block[..details], "<li", "</li>");
        let (right, wrong): (Vec<&str>, Vec<&str>) =
            items.into_iter().partition(|item| item.starts_with(" data-right>"));
        let text = |items: Vec<&str>| {
            items.into_iter().map(|item| plain(item.split_once('>').unwrap().1)).collect()
        };
        Quiz {
            snapshot: &block[..name],
            right: text(right),
            wrong: text(wrong),
            answer: &block[details..],
        }
    };
    blocks.into_iter().map(read).collect()
}

#[test]
fn what_a_quiz_calls_right_is_what_the_program_printed() {
    for edition in editions() {
        let mut wrong = Vec::new();
        let mut count = 0;
        for (name, page) in &edition {
            let all = quizzes(page);
            assert_eq!(
                all.len(),
                page.matches("class=\"quiz\"").count(),
                "{name}: a quiz without a snapshot"
            );
            count += usize::from(!all.is_empty());
            for quiz in all {
                let lines = printed(quiz.snapshot);
                let [right] = &quiz.right[..] else {
                    panic!("{name}: {} answers are right, not one", quiz.right.len())
                };
                if !lines.contains(right) {
                    wrong.push(format!("{name}: {} never prints: {right}", quiz.snapshot));
                }
                let printed = quiz.wrong.iter().filter(|answer| lines.contains(answer));
                wrong.extend(printed.map(|answer| format!("{name}: it does print: {answer}")));
                if quiz.wrong.is_empty() || !plain(quiz.answer).contains(right) {
                    wrong.push(format!("{name}: no choice, or an answer that does not say it"));
                }
            }
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
        assert!(count >= 15, "only {count} pages ask something");
    }
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
fn both_editions_ask_and_show_the_same() {
    let [english, chinese] = editions();
    for (name, page) in &english {
        let Some(other) = chinese.get(name) else { continue };
        assert_eq!(figures(page), figures(other), "{name}");
        let asked = |page| -> Vec<_> {
            quizzes(page).into_iter().map(|quiz| (quiz.snapshot, quiz.right, quiz.wrong)).collect()
        };
        assert_eq!(asked(page), asked(other), "{name}");
    }
}

#[test]
fn html_is_read_as_text() {
    assert_eq!(plain("<code>a &lt; b</code> "), "a < b");
    let page = "<div class=\"quiz\" data-from=\"x\">\n<ol>\n<li><code>no</code></li>\n\
                <li data-right><code>yes</code></li>\n</ol>\n<details>yes</details>\n</div>";
    let all = quizzes(page);
    assert_eq!(
        (all[0].snapshot, &all[0].right[..], &all[0].wrong[..]),
        ("x", &["yes".to_owned()][..], &["no".to_owned()][..])
    );
}
