//! The sentences that students read, in each language.
//!
//! What comes from elsewhere has its own: titles and hints are the assignment's and come in both, pictures and what is said of a failing
//! run are `explore-trace`'s and come in both, rustc's messages are English.

mod chinese;
mod english;

use crate::grading::result::Basis;
use trace::Language;

/// The sentences of one language.
#[derive(Debug)]
pub struct Words {
    /// The score, of so many points.
    pub points: fn(u32, u32) -> String,
    /// As [`points`](Words::points), when there are so many more that depend on what cannot be seen.
    pub visible_points: fn(u32, u32, u32) -> String,
    pub no_score: &'static str,
    /// Why a submission as a whole has no points, to whoever grades it.
    pub refused: &'static str,
    /// The same to its author.
    pub cannot_be_checked: &'static str,
    pub does_not_compile: &'static str,
    pub try_again: &'static str,
    /// What a library cannot use although it builds.
    pub restricted: &'static str,
    /// What gives a file back that is missing.
    pub missing: fn(&str) -> String,
    /// Marks of a line for each check; four columns.
    pub marks: Marks,
    pub pass: &'static str,
    pub fail: &'static str,
    pub failed: &'static str,
    pub cannot_tell: &'static str,
    pub not_run: &'static str,
    /// So many are passed, failed, not run, unknown. What there is none of is left out.
    pub counts: fn([usize; 4]) -> String,
    pub expected: &'static str,
    pub actual: &'static str,
    /// Before the hint of this number, of so many.
    pub hint_of: fn(usize, usize) -> String,
    /// Every interleaving was tried: so many executions.
    pub proved: fn(u64) -> String,
    /// Not every one was.
    pub not_proved: fn(u64) -> String,
    /// A check was not run, as it depends on another.
    pub depends_on: fn(&str) -> String,
    /// What is said after `start`.
    pub started: fn(&Started<'_>) -> String,
    pub checking: &'static str,
    /// The inputs were random: how to have the same again.
    pub seed_was: fn(u64, &str) -> String,
    pub last_hint: &'static str,
    pub nothing_open: &'static str,
    pub no_such_check: fn(&str, &str) -> String,
    pub all_passed: &'static str,
    /// The command that begins the next assignment.
    pub next: fn(&str) -> String,
    /// What was not shown, and the command that shows it.
    pub rest: fn(usize, &str) -> String,
    /// The picture begins later; the command that shows all of it.
    pub whole: fn(&str) -> String,
    pub key_hint: &'static str,
    pub keys: &'static str,
    /// Words of the page.
    pub page: Page,
}

/// The marks of a line for each check.
#[derive(Debug)]
pub struct Marks {
    pub pass: &'static str,
    pub fail: &'static str,
    pub cannot_tell: &'static str,
    pub not_run: &'static str,
}

/// Words of the page of a submission.
#[derive(Debug)]
pub struct Page {
    /// What HTML calls the language.
    pub code: &'static str,
    pub points: &'static str,
    pub check: &'static str,
    pub result: &'static str,
    pub hint: &'static str,
    pub graded_with: &'static str,
    pub seed: &'static str,
    /// What points rest on.
    pub basis: fn(Basis) -> &'static str,
}

/// What is told of a new working copy.
#[derive(Debug)]
pub struct Started<'a> {
    pub title: &'a str,
    pub folder: &'a str,
    pub minutes: u32,
    pub points: u32,
    /// Of which so many depend on checks that cannot be seen.
    pub hidden: u32,
    pub task: &'a str,
    pub code: &'a str,
    pub watch: &'a str,
    pub hint: &'a str,
}

/// The sentences of a language.
pub fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &english::WORDS,
        Language::Zh => &chinese::WORDS,
    }
}

/// The numbers of which there are any, with their words.
fn listed(counts: [usize; 4], words: [&str; 4], between: &str) -> String {
    let some = counts.iter().zip(words).filter(|(count, _)| **count > 0);
    some.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(between)
}

/// A command line in which each argument is one, whatever characters it has.
pub fn command(arguments: &[&str]) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=+,@%".contains(c);
    let quoted = arguments.iter().map(|argument| {
        if !argument.is_empty() && argument.chars().all(plain) {
            (*argument).to_owned()
        } else {
            format!("'{}'", argument.replace('\'', r"'\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_quoted_where_a_shell_would_part_it() {
        assert_eq!(command(&["harness", "watch", "q7"]), "harness watch q7");
        assert_eq!(command(&["harness", "check", "q 7 中"]), "harness check 'q 7 中'");
        assert_eq!(command(&["a'b", ""]), r"'a'\''b' ''");
        let folder = "it's \"$HOME\" & more";
        let shell = format!("printf %s {}", command(&[folder]));
        let output = std::process::Command::new("sh").args(["-c", &shell]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), folder);
    }

    #[test]
    fn the_marks_are_four_columns_wide_in_both_languages() {
        for words in Language::ALL.map(words) {
            let Marks { pass, fail, cannot_tell, not_run } = words.marks;
            for mark in [pass, fail, cannot_tell, not_run] {
                assert_eq!(trace::text::width(mark), 4, "{mark}");
            }
        }
        assert_eq!((words(Language::En).counts)([2, 0, 7, 0]), "2 passed, 7 not run");
    }
}
