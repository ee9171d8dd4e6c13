//! Every package has a README, the Chinese one is not older than the English one, and what the papers name is there.

use super::{shown, workspace};
use cargo_metadata::MetadataCommand;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// The papers at the top, and the READMEs that name files.
const PAPERS: [&str; 9] = [
    "README.md",
    "README.zh-CN.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "harness/README.md",
    "harness/explorer/README.md",
    "harness/jail/README.md",
];

/// Where the hash of the English README is kept that the Chinese one is a translation of.
const TRANSLATED: &str = "book/zh-CN/readme.toml";

/// Names that stand for what somebody will make.
const NOT_YET: [&str; 7] =
    ["my-program", "my_program", "my_mistake", "NAME", "PAGE", "NN-name", "book/out"];

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_package_has_a_readme() {
    let metadata = MetadataCommand::new().current_dir(workspace()).no_deps().exec().unwrap();
    assert!(metadata.packages.len() > 20);
    let folders = metadata.packages.iter().map(|p| p.manifest_path.parent().unwrap());
    let missing: Vec<_> = folders.filter(|folder| !folder.join("README.md").is_file()).collect();
    assert!(missing.is_empty(), "no README.md in {missing:#?}");
}

#[test]
fn the_chinese_readme_is_not_older_than_the_english_one() {
    let now = hash(&read("README.md"));
    let file = workspace().join(TRANSLATED);
    if std::env::var("EI_TRANSLATED").is_ok_and(|names| names.contains("README.md")) {
        let text = format!(
            "# Written by the tests; see harness/tests/papers/named.rs.\nreadme = \"{now}\"\n"
        );
        fs::write(&file, text).unwrap();
    }
    let kept: toml::Table = read(TRANSLATED).parse().unwrap();
    assert_eq!(
        kept["readme"].as_str(),
        Some(&*now),
        "README.md has changed since README.zh-CN.md was translated: bring it up to date, then: \
         EI_TRANSLATED=README.md cargo test -p harness --test papers"
    );
}

/// The commands and the tables of both are the same but for their sentences.
#[test]
fn both_readmes_have_the_same_skeleton() {
    let skeleton = |path: &str| -> Vec<String> {
        let text = read(path);
        let mut inside = false;
        let mut kept = Vec::new();
        for line in text.lines() {
            let fence = line.starts_with("```");
            inside ^= fence;
            if fence || inside {
                kept.push(line.split(" # ").next().unwrap_or_default().trim_end().to_owned());
            } else if line.starts_with("## ") {
                kept.push("## ".to_owned());
            } else if line.starts_with("| `") {
                kept.push(line.split('`').nth(1).unwrap_or_default().to_owned());
            }
        }
        kept
    };
    let (english, chinese) = (skeleton("README.md"), skeleton("README.zh-CN.md"));
    for (a, b) in english.iter().zip(&chinese) {
        assert_eq!(a, b, "the READMEs differ here");
    }
    assert_eq!(english.len(), chinese.len());
}

/// What of `text` is the path of a file or a folder: what stands between backticks, or is where a link leads.
fn paths(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    let quoted = prose.flat_map(|prose| prose.split('`').skip(1).step_by(2));
    let linked = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let is_path = |name: &&str| {
        let known = ["chapters/", "harness/", "book/", ".ci/", ".devcontainer"];
        !name.contains([' ', '*', '…', ':']) && known.iter().any(|start| name.starts_with(start))
            || name.ends_with(".md") && !name.contains([' ', ':', '…', '*'])
    };
    quoted.chain(linked).filter(is_path).collect()
}

#[test]
fn what_a_paper_names_is_there() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for paper in PAPERS {
        let text = read(paper);
        let beside = workspace().join(paper).with_file_name("");
        for path in paths(&text) {
            if NOT_YET.iter().any(|name| path.contains(name)) {
                continue;
            }
            seen += 1;
            let there = |folder: &Path| -> bool { folder.join(path).exists() };
            // An assignment's README is named without its folder.
            let of_an_assignment = workspace().join("chapters/07-queue/assignment");
            let of_the_book = workspace().join("book/src");
            if ![workspace(), &*beside, &*of_an_assignment, &*of_the_book].into_iter().any(there) {
                wrong.push(format!("{paper}: {path}"));
            }
        }
    }
    assert!(seen > 50, "only {seen} paths are named: are they still recognised?");
    assert!(wrong.is_empty(), "these are named, and are not there:\n{}", wrong.join("\n"));
}

/// The modules of the harness that ARCHITECTURE.md lists are its modules.
#[test]
fn the_architecture_names_modules_that_exist() {
    let text = read("ARCHITECTURE.md");
    let table = text.split("| module of").nth(1).expect("the table of modules");
    let rows = table.lines().take_while(|line| !line.is_empty()).filter(|l| l.starts_with("| `"));
    let names = rows.flat_map(|row| {
        let cell = row.split('|').nth(1).unwrap_or_default();
        cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    });
    let source = workspace().join("harness/src");
    let missing: Vec<String> = names
        .filter(|name| {
            let module: [PathBuf; 2] = [source.join(name), source.join(format!("{name}.rs"))];
            !module.iter().any(|path| path.exists())
        })
        .collect();
    assert!(missing.is_empty(), "{}: no module {missing:?}", shown(&source));
}

#[test]
fn paths_are_told_from_other_words() {
    let text = "see `harness/src/run.rs` and `cargo run`, [this](CONTRIBUTING.md#a), `chapters/*/x`\n```\n`book/no`\n```\n";
    assert_eq!(paths(text), ["harness/src/run.rs", "CONTRIBUTING.md"]);
}
