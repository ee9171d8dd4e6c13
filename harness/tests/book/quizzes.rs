//! Every prediction can be answered: it has options, one of which is right, and says of each why. The right one stands where
//! the page's name puts it, so that its place tells nothing, and what the program prints is folded until then.

use std::collections::BTreeMap;
use std::fs;

use sha2::{Digest, Sha256};

use crate::source::{Edition, Page, all_pages, workspace};

/// How a prediction begins, in each language.
const BEGINNINGS: [&str; 2] = ["Predict.", "先猜一猜。"];

struct Quiz {
    /// The text up to its options.
    question: String,
    options: Vec<Answer>,
    /// Of each option why it is right, or why it is tempting and wrong.
    reasons: Vec<String>,
    /// The snapshot that its lines are from, if they are printed by a program.
    from: Option<String>,
    /// What stands between it and the next one.
    after: String,
}

struct Answer {
    right: bool,
    text: String,
}

fn items(list: &str) -> Vec<&str> {
    list.lines().filter(|line| line.starts_with("<li")).collect()
}

fn quizzes(text: &str) -> Vec<Quiz> {
    text.split("<div class=\"quiz\"")
        .skip(1)
        .map(|part| {
            let (quiz, after) = part.split_once("\n</div>").expect("it is closed");
            let (question, rest) = quiz.split_once("<ol").expect("it has options");
            let (options, answer) = rest.split_once("</ol>").expect("its list is closed");
            let from = question.lines().next().and_then(|first| first.split('"').nth(1));
            let options = items(options).into_iter().map(|item| Answer {
                right: item.starts_with("<li data-right>"),
                text: item.split_once('>').expect("a tag").1.replace("</li>", ""),
            });
            Quiz {
                question: question.to_owned(),
                options: options.collect(),
                reasons: items(answer).into_iter().map(str::to_owned).collect(),
                from: from.map(str::to_owned),
                after: after.to_owned(),
            }
        })
        .collect()
}

fn in_english() -> impl Iterator<Item = (Page, Vec<Quiz>)> {
    Edition::English.pages().into_iter().map(|page| {
        let found = quizzes(&page.text);
        (page, found)
    })
}

/// Where the right one of `options` stands in the `number`th prediction, counted from 1, of the page of this name.
fn drawn(name: &str, number: usize, options: usize) -> usize {
    let digest = match number {
        1 => Sha256::digest(name),
        number => Sha256::digest(format!("{name}#{number}")),
    };
    let number = u64::from_be_bytes(digest[..8].try_into().expect("eight bytes"));
    usize::try_from(number % options as u64).expect("less than the options")
}

#[test]
fn the_right_answer_stands_where_the_name_of_the_page_puts_it() {
    let mut wrong = Vec::new();
    for page in all_pages() {
        for (index, quiz) in quizzes(&page.text).iter().enumerate() {
            let place = drawn(&page.name, index + 1, quiz.options.len());
            let stands: Vec<bool> = quiz.options.iter().map(|option| option.right).collect();
            let wanted: Vec<bool> = (0..quiz.options.len()).map(|option| option == place).collect();
            if stands != wanted {
                wrong.push(format!(
                    "{}: prediction {}: put the right answer at place {}",
                    page.file.display(),
                    index + 1,
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
    let mut all = 0;
    for quiz in in_english().flat_map(|(_, quizzes)| quizzes) {
        *places.entry(quiz.options.iter().position(|option| option.right).unwrap()).or_default() +=
            1;
        all += 1;
    }
    let most = places.values().max().copied().unwrap_or_default();
    let least = places.values().min().copied().unwrap_or_default();
    assert!(all > 90 && most * 5 <= all * 2, "of {all} predictions: {places:?} at each place");
    assert!(least * 4 >= all, "of {all} predictions: {places:?} at each place");
}

#[test]
fn every_prediction_can_be_answered() {
    let mut wrong = Vec::new();
    let mut count = [0, 0];
    for page in all_pages() {
        let found = quizzes(&page.text);
        let asked: usize = BEGINNINGS.map(|words| page.text.matches(words).count()).iter().sum();
        if asked != found.len() {
            wrong.push(format!(
                "{}: {asked} asked, {} with options",
                page.file.display(),
                found.len()
            ));
        }
        count[usize::from(page.file.starts_with(Edition::Chinese.folder()))] += found.len();
        for (index, quiz) in found.iter().enumerate() {
            let rights = quiz.options.iter().filter(|option| option.right).count();
            let fault = if !BEGINNINGS.iter().any(|words| quiz.question.contains(words)) {
                "does not begin as one"
            } else if quiz.options.len() < 2 || rights != 1 {
                "needs one right option and one wrong one at least"
            } else if quiz.reasons.len() != quiz.options.len() {
                "does not say of each option why"
            } else {
                continue;
            };
            wrong.push(format!("{}: prediction {} {fault}", page.file.display(), index + 1));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert_eq!(count[0], count[1], "as many in each language");
}

#[test]
fn what_the_program_prints_is_folded_until_then() {
    let mut open = Vec::new();
    for page in all_pages() {
        for (index, quiz) in quizzes(&page.text).iter().enumerate() {
            // What comes under the next heading is about something else.
            let section = quiz.after.split("\n## ").next().unwrap_or_default();
            let Some((before, _)) = section.split_once("```text,output") else { continue };
            let Some(fold) = before.rfind("<details class=\"output\">") else {
                open.push(format!("{}: after prediction {}", page.file.display(), index + 1));
                continue;
            };
            assert!(!before[fold..].contains("</details>"), "{}", page.file.display());
        }
    }
    assert!(open.is_empty(), "\n{}", open.join("\n"));
}

/// The lines of code in an option, as they are printed.
fn code(text: &str) -> Vec<String> {
    let pieces = text.split("<code>").skip(1).filter_map(|piece| piece.split_once("</code>"));
    let plain = |text: &str| text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    pieces.map(|(line, _)| plain(line)).collect()
}

#[test]
fn a_line_that_is_right_is_printed() {
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for page in all_pages() {
        for quiz in quizzes(&page.text) {
            let Some(from) = &quiz.from else { continue };
            let file = workspace().join(format!("harness/tests/snapshots/{from}.snap"));
            let printed =
                fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
            for option in quiz.options.iter().filter(|option| option.right) {
                let lines = code(&option.text);
                if lines.is_empty() || !lines.iter().all(|line| printed.contains(line.as_str())) {
                    wrong.push(format!("{}: {from}: {}", page.file.display(), option.text));
                }
                looked_at += 1;
            }
        }
    }
    assert!(wrong.is_empty() && looked_at >= 40, "of {looked_at}:\n{}", wrong.join("\n"));
}

#[test]
fn the_reader_is_told_how_many_there_are() {
    let all: usize = in_english().map(|(_, quizzes)| quizzes.len()).sum();
    for edition in Edition::BOTH {
        let text = fs::read_to_string(edition.folder().join("predictions.md")).unwrap();
        assert!(text.contains(&format!("data-total=\"{all}\"")), "there are {all}:\n{text}");
        let named = text.lines().any(|line| line.contains(&format!(" {all} ")));
        assert!(named, "the first sentence says another number than {all}");
    }
}
