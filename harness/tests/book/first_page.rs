//! The first page's numbers are those of the book.

use std::fs;

use crate::source::{Edition, files, workspace};

fn first_page(edition: Edition) -> String {
    fs::read_to_string(edition.folder().join("welcome.md")).unwrap()
}

fn numbers() -> [usize; 3] {
    let snapshots = files(&workspace().join("harness/tests/snapshots"), "snap");
    let of_a_program = snapshots.iter().filter(|file| {
        let name = file.file_name().expect("a file has a name").to_string_lossy();
        name.starts_with(|c: char| c.is_ascii_digit())
    });
    let proof = fs::read_to_string(workspace().join("book/figures/proved.txt")).unwrap();
    let executions = proof.split_whitespace().find_map(|word| word.parse().ok());
    let pages = Edition::English.pages().into_iter();
    let predictions = pages.map(|page| page.text.matches("<div class=\"quiz\"").count()).sum();
    [of_a_program.count(), executions.expect("a number of executions"), predictions]
}

#[test]
fn its_numbers_are_true() {
    let numbers = numbers();
    for edition in Edition::BOTH {
        let page = first_page(edition);
        let bold: Vec<&str> = page.split("**").skip(1).step_by(2).collect();
        for number in numbers {
            let named =
                bold.iter().any(|words| words.split(' ').any(|word| word == number.to_string()));
            assert!(
                named,
                "{edition:?}: welcome.md says {bold:?}, and the numbers are {numbers:?}"
            );
        }
    }
}

/// What a link to the book shows of it elsewhere.
#[test]
fn a_link_to_a_page_has_a_title_and_a_description() {
    let head = fs::read_to_string(workspace().join("book/theme/head.hbs")).unwrap();
    for property in ["og:type", "og:site_name", "og:title", "og:description"] {
        assert!(head.contains(&format!("property=\"{property}\" content=\"")), "{property}");
    }
}
