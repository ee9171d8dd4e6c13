//! What the book shows that is made from other files: a run that the explorer found, and the benchmarks' tables
//! and plot. Each is held against the file it should be in; with `UPDATE_BOOK=1` they are written.

use harness::bench::pages;
use std::fs;
use std::path::Path;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

/// Compares with `book/figures/NAME`, or writes it.
fn hold(name: &str, text: &str) {
    let path = workspace().join("book/figures").join(name);
    if std::env::var_os("UPDATE_BOOK").is_some() {
        fs::write(&path, text).unwrap();
    }
    let held = fs::read_to_string(&path).unwrap_or_default();
    assert!(held == text, "{} is out of date. Run this test with UPDATE_BOOK=1.", path.display());
}

/// The picture of one scenario in a snapshot of the explorer's.
fn picture(snapshot: &str, scenario: &str) -> String {
    let lines = snapshot.lines().skip_while(|line| *line != scenario);
    let file = scenario.split('/').next().expect("a scenario is FILE/NAME");
    let next = format!("{file}/");
    let own = lines.enumerate().take_while(|(n, line)| *n == 0 || !line.starts_with(&next));
    let text: Vec<&str> = own.map(|(_, line)| line).collect();
    format!("{}\n", text.join("\n").trim_end())
}

#[test]
fn the_lost_update_is_the_one_that_the_explorer_found() {
    let snapshot = workspace().join("harness/tests/explored/03-locks__mistakes.snap");
    let text = picture(&fs::read_to_string(snapshot).unwrap(), "mistakes/lost_update");
    assert!(text.contains("That\n    update is lost"), "not the picture of a lost update:\n{text}");
    // The page's sentences name these two steps.
    for step in
        [" 4 ┊     ●     │     T1 reads number = 0", "10 ┊     ●           T1 writes number = 1"]
    {
        assert!(text.contains(step), "how-the-explorer-works.md tells another run:\n{text}");
    }
    hold("lost_update.txt", &text);
    for readme in ["README.md", "README.zh-CN.md"] {
        drawn_in(readme, &text);
    }
}

/// The lanes of the picture, without what is said of the search.
fn lanes(picture: &str) -> String {
    let lines = picture.lines().skip_while(|line| line.trim() != "main");
    let lanes: Vec<&str> = lines.take_while(|line| !line.trim().is_empty()).collect();
    lanes.join("\n")
}

/// The first block of text in the README is the picture; with `UPDATE_BOOK=1` it becomes it.
fn drawn_in(readme: &str, picture: &str) {
    let path = workspace().join(readme);
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("```text\n").expect("a README begins with a picture");
    let (shown, after) = rest.split_once("\n```\n").expect("the block ends");
    let wanted = lanes(picture);
    if std::env::var_os("UPDATE_BOOK").is_some() {
        fs::write(&path, format!("{before}```text\n{wanted}\n```\n{after}")).unwrap();
    } else {
        assert!(
            shown == wanted,
            "{readme}: the picture is out of date. Run this test with UPDATE_BOOK=1."
        );
    }
}

#[test]
fn the_proof_is_a_pinned_one() {
    let snapshot = workspace().join("harness/tests/explored/03-locks__lock.snap");
    let text = fs::read_to_string(snapshot).unwrap();
    let proof = text.lines().find(|line| line.starts_with("lock/no_update_is_lost  proved: "));
    let proof = proof.expect("the lock loses no update");
    for readme in ["README.md", "README.zh-CN.md"] {
        let text = fs::read_to_string(workspace().join(readme)).unwrap();
        assert!(text.contains(proof), "{readme} does not say: {proof}");
    }
    hold("proved.txt", &format!("{proof}\n"));
}

#[test]
fn every_report_has_rows() {
    let measured = pages::measured(workspace()).unwrap();
    assert!(measured.len() >= 9, "only {} chapters have a report", measured.len());
    for (chapter, rows) in measured {
        assert!(!rows.is_empty(), "chapter {chapter}: no row in benches/README.md");
    }
}

/// `harness bench` writes them when it has measured.
#[test]
fn the_tables_and_the_plot_are_those_of_the_reports() {
    for (name, text) in pages::figures(workspace()).unwrap() {
        if name.ends_with(".svg") {
            roxmltree::Document::parse(&text).expect("the plot is XML");
            assert!(!text.contains("\n\n"), "an empty line would end the HTML block in Markdown");
        }
        hold(&name, &text);
    }
}
