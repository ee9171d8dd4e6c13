//! English.

use super::{Marks, Page, Words, listed};
use crate::grading::result::Basis;

pub(super) const WORDS: Words = Words {
    points: |score, max| format!("{score} of {max} points"),
    visible_points: |score, max, hidden| {
        let are = if hidden == 1 { "is" } else { "are" };
        format!(
            "{score} of {max} points that you can see; {hidden} more {are} for checks that you cannot see"
        )
    },
    no_score: "no score: the grader cannot tell",
    refused: "The submission is refused:",
    cannot_be_checked: "This cannot be checked:",
    does_not_compile: "It does not compile.",
    try_again: "The grader cannot tell; try again.",
    restricted: "The checks compile it with a `std` that has no files, no network, no processes and no environment; cargo's has them.",
    missing: |start| format!("`{start}` in another folder gives it back."),
    marks: Marks { pass: "pass", fail: "FAIL", cannot_tell: "????", not_run: " -- " },
    pass: "pass",
    fail: "fail",
    failed: "failed",
    cannot_tell: "cannot tell",
    not_run: "not run",
    counts: |counts| listed(counts, ["passed", "failed", "not run", "cannot tell"], ", "),
    expected: "expected",
    actual: "actual",
    hint_of: |number, all| format!("hint {number} of {all}: "),
    proved: |executions| match executions {
        1 => "proved by 1 execution".to_owned(),
        n => format!("proved by {n} executions"),
    },
    not_proved: |executions| format!("not proved: {executions} executions tried, none fails"),
    depends_on: |check| format!("not run, as it depends on {check}"),
    started: |s| {
        let points = match s.hidden {
            0 => format!("{} points", s.points),
            hidden => {
                let are = if hidden == 1 { "is" } else { "are" };
                format!(
                    "{} points, of which {hidden} {are} for checks that you cannot see",
                    s.points
                )
            }
        };
        format!(
            "{} is in {}: about {} minutes, {points}.\n\n\
             The task is in {}; the code to begin with in {}.\n\
             `{}` checks it on every save, `{}` helps.",
            s.title, s.folder, s.minutes, s.task, s.code, s.watch, s.hint
        )
    },
    checking: "checking …",
    seed_was: |seed, command| {
        format!("The inputs came from seed {seed}; `{command}` sends the same.")
    },
    last_hint: "That is the last hint.",
    nothing_open: "every check was passed the last time; `harness check` runs them again",
    no_such_check: |name, known| format!("there is no check {name}; there are: {known}"),
    all_passed: "Every check that you can see is passed.",
    next: |command| format!(" Next: {command}"),
    rest: |lines, command| format!("… {lines} more lines: {command}"),
    whole: |command| format!("The whole picture: {command}"),
    key_hint: "h: a hint   ",
    keys: "r: check again   q: quit   (checks on every save)",
    page: Page {
        code: "en",
        points: "Points",
        check: "Check",
        result: "Result",
        hint: "Hint",
        graded_with: "Graded with",
        seed: "seed",
        basis: |basis| match basis {
            Basis::Confirmed => "confirmed by the solution's answers",
            Basis::Open => "open: its process says so",
            Basis::Judged => "judged from outside",
        },
    },
};
