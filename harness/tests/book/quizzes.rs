//! The right answer of a quiz stands where the page's name puts it, so that its place tells nothing.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::source::{Edition, all_pages};

/// For each quiz of a page: which of its options are right, in the order in which they stand.
fn quizzes(text: &str) -> Vec<Vec<bool>> {
    text.split("class=\"quiz\"")
        .skip(1)
        .map(|quiz| {
            let list = quiz.split("</ol>").next().unwrap_or_default();
            let options = list.lines().filter(|line| line.starts_with("<li"));
            options.map(|option| option.starts_with("<li data-right>")).collect()
        })
        .collect()
}

/// Where the right one of `options` stands on the page of this name.
fn drawn(name: &str, options: usize) -> usize {
    Sha256::digest(name)[0] as usize % options
}

#[test]
fn the_right_answer_stands_where_the_name_of_the_page_puts_it() {
    let mut wrong = Vec::new();
    for page in all_pages() {
        for options in quizzes(&page.text) {
            let place = drawn(&page.name, options.len());
            let wanted: Vec<bool> = (0..options.len()).map(|option| option == place).collect();
            if options != wanted {
                wrong.push(format!(
                    "{}: put the right answer at place {}",
                    page.file.display(),
                    place + 1
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_place_is_a_good_guess() {
    let mut places = BTreeMap::<usize, usize>::new();
    let pages = Edition::English.pages();
    let all: Vec<Vec<bool>> = pages.iter().flat_map(|page| quizzes(&page.text)).collect();
    for options in &all {
        *places.entry(options.iter().position(|right| *right).unwrap()).or_default() += 1;
    }
    let most = places.values().max().copied().unwrap_or_default();
    assert!(most * 5 <= all.len() * 2, "of {} quizzes: {places:?} at each place", all.len());
}
