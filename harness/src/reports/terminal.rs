//! A result as text for a terminal.

use super::words::{self, harmless, in_language, note, remark, said, without_bounds};
use crate::grading::manifest::Manifest;
use crate::grading::result::{CheckResult, CheckStatus, Status, SubmissionResult};
use crate::language::{self, Words};
use anstyle::{AnsiColor, Style};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use trace::text::{width, wrap};
use trace::{Failure, Language, Outcome, Terminal, Trace};

/// How to write a report.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The assignment: titles and hints are its.
    pub manifest: &'a Manifest,
    /// `en` or `zh`.
    pub language: Language,
    /// How many stages of a failed check's hints to show, by the check's name.
    pub hints: &'a BTreeMap<String, usize>,
    /// How many checks that are not passed to tell everything about.
    pub details: usize,
    /// Columns.
    pub width: usize,
    /// Whether to use ANSI colours in drawings.
    pub colour: bool,
}

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const UNSURE: Style = AnsiColor::Yellow.on_default();
const STRONG: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Columns of a check's mark and points.
const MARGIN: usize = 13;
/// A screen has a line for each check if so many more are left for the first one that fails.
const FOR_DETAILS: usize = 20;
/// So many steps of a run are worth more than the legend below them; fewer than the fewest tell nothing.
const STEPS: usize = 8;
const FEWEST_STEPS: usize = 2;

impl Report<'_> {
    /// The whole report: a line for each check, and then everything that is to be said of those that are not passed.
    pub fn write(&self, result: &SubmissionResult) -> String {
        let mut text = self.head(result);
        if was_run(result) {
            for check in &result.checks {
                self.line(&mut text, result, check);
            }
            for check in open(result).take(self.details) {
                text.push('\n');
                self.title(&mut text, check);
                self.picture(&mut text, check, None, true);
                self.hints(&mut text, check);
            }
        }
        text
    }

    /// What matters of the report in so many lines: the score, and of the first check that is not passed what went wrong and how it ended.
    /// `command` shows the rest.
    pub fn write_within(&self, result: &SubmissionResult, lines: usize, command: &str) -> String {
        let words = self.words();
        let mut text = self.head(result);
        if was_run(result) {
            let mut table = String::new();
            for check in &result.checks {
                self.line(&mut table, result, check);
            }
            if lines >= self.rows_of(&table) + FOR_DETAILS || open(result).next().is_none() {
                text += &table;
            } else {
                let count = |status| result.checks.iter().filter(|c| c.status == status).count();
                use CheckStatus::{CannotTell, Fail, NotRun, Pass};
                let counts = (words.counts)([Pass, Fail, NotRun, CannotTell].map(count));
                let _ = writeln!(text, "  {counts}");
            }
        }
        if let Some(check) = open(result).next().filter(|_| was_run(result)) {
            text.push('\n');
            self.title(&mut text, check);
            self.hints(&mut text, check);
            let with = |steps, legend| {
                let mut text = text.clone();
                self.picture(&mut text, check, steps, legend);
                text
            };
            let all = with(None, true);
            if self.rows_of(&all) <= lines {
                return all;
            }
            let all_steps = run(check).map_or(0, |trace| trace.steps.len());
            // Each step takes a line at least.
            for (legend, fewest) in [(true, STEPS), (false, FEWEST_STEPS)] {
                for steps in (fewest..=all_steps.min(lines)).rev() {
                    let mut some = with(Some(steps), legend);
                    let _ = writeln!(some, "{DIM}{}{DIM:#}", (words.whole)(command));
                    if self.rows_of(&some) <= lines {
                        return some;
                    }
                }
            }
            text = all;
        }
        self.cut(&text, lines, command)
    }

    /// The first lines, and how many are left out.
    fn cut(&self, text: &str, lines: usize, command: &str) -> String {
        if self.rows_of(text) <= lines {
            return text.to_owned();
        }
        let mut kept = String::new();
        let mut rows = 1;
        let mut left = text.lines();
        for line in text.lines() {
            rows += self.rows_of(line).max(1);
            if rows > lines {
                break;
            }
            let _ = writeln!(kept, "{line}");
            left.next();
        }
        let _ = writeln!(kept, "{DIM}{}{DIM:#}", (self.words().rest)(left.count(), command));
        kept
    }

    /// How many lines of the terminal the text takes.
    pub(crate) fn rows_of(&self, text: &str) -> usize {
        let rows = |line: &str| {
            let plain = anstream::adapter::strip_str(line).to_string();
            width(&plain).div_ceil(self.width).max(1)
        };
        text.split_terminator('\n').map(rows).sum()
    }

    fn words(&self) -> &'static Words {
        language::words(self.language)
    }

    /// The score, and what is to be said of the submission as a whole.
    fn head(&self, result: &SubmissionResult) -> String {
        let words = self.words();
        let mut text = String::new();
        // A student's own copy has no name as a submission.
        let own = result.submission.is_empty();
        let name = if own { &result.assignment } else { &result.submission };
        let name = &words::harmless_name(name);
        let score = score(self.manifest, result, words);
        let style = if result.passes() { GOOD } else { BAD };
        if width(name) + 2 + width(&score) <= self.width {
            let _ = writeln!(text, "{STRONG}{name}{STRONG:#}  {style}{score}{style:#}");
        } else {
            let _ = writeln!(text, "{STRONG}{name}{STRONG:#}");
            for line in wrap(&score, self.width, self.width) {
                let _ = writeln!(text, "{style}{line}{style:#}");
            }
        }
        match result.status {
            Status::Graded | Status::CannotTell => {}
            Status::Refused if own => {
                let _ = write!(text, "{} ", words.cannot_be_checked);
            }
            Status::Refused => {
                let _ = write!(text, "{} ", words.refused);
            }
            Status::DoesNotCompile => {
                let _ = writeln!(text, "{}", words.does_not_compile);
            }
        }
        if let Some(message) = &result.message {
            let _ = writeln!(text, "{}", harmless(message.trim_end()));
        }
        for more in said(result, words) {
            self.wrapped(&mut text, &more, 0);
        }
        text
    }

    fn line(&self, text: &mut String, result: &SubmissionResult, check: &CheckResult) {
        let words = self.words();
        let (style, mark) = mark_of(check.status, words);
        let room = self.width.saturating_sub(MARGIN);
        let title = in_language(&check.title, self.language);
        let lines = wrap(&format!("{}  {title}", check.name), room, room);
        let _ = write!(text, "  {style}{mark}{style:#} {:>2}/{:<2} ", check.points, check.max);
        let indent = " ".repeat(MARGIN);
        for (number, line) in lines.iter().enumerate() {
            match (number, line.strip_prefix(check.name.as_str())) {
                (0, Some(rest)) => {
                    let _ = write!(text, "{STRONG}{}{STRONG:#}{rest}", check.name);
                }
                (0, None) => *text += line,
                _ => {
                    let _ = write!(text, "\n{indent}{line}");
                }
            }
        }
        let remark = match (&check.status, &check.explored) {
            (CheckStatus::Pass, Some(explored)) => remark(explored, words),
            (CheckStatus::NotRun, _) => note(self.manifest, result, check, words),
            _ => String::new(),
        };
        let used = lines.last().map_or(0, |line| width(line));
        if !remark.is_empty() && used + 2 + width(&remark) <= room {
            let _ = write!(text, "  {DIM}{remark}{DIM:#}");
        } else if !remark.is_empty() {
            for line in wrap(&remark, room, room) {
                let _ = write!(text, "\n{indent}{DIM}{line}{DIM:#}");
            }
        }
        text.push('\n');
        for case in &check.cases {
            let (style, mark) = mark_of(case.status, words);
            let title = in_language(&case.title, self.language);
            let lines = wrap(format!("{}  {title}", case.name).trim_end(), room, room);
            let _ =
                write!(text, "      {style}{mark}{style:#} {:>2}/{:<2} ", case.points, case.max);
            let _ = writeln!(text, "{}", lines.join(&format!("\n{indent}    ")));
        }
    }

    /// Which check, and what went wrong in words.
    fn title(&self, text: &mut String, check: &CheckResult) {
        let words = self.words();
        let (style, word) = match check.status {
            CheckStatus::CannotTell => (UNSURE, words.cannot_tell),
            _ => (BAD, words.failed),
        };
        let title = in_language(&check.title, self.language);
        let first = format!("{word}: {}", check.name);
        let lines = wrap(&format!("{first}  {title}"), self.width, self.width);
        for line in &lines {
            match line.strip_prefix(first.as_str()) {
                Some(rest) => {
                    let _ = writeln!(text, "{style}{first}{style:#}{rest}");
                }
                None => {
                    let _ = writeln!(text, "{line}");
                }
            }
        }
        let trace = run(check);
        // What the drawing says of a deadlock says more than one line. A panic's message it leaves to this one.
        let panics = |trace: &Trace| {
            matches!(trace.verdict.outcome, Outcome::Failed { failure: Failure::Panic { .. } })
        };
        let message = check.message.as_ref().filter(|_| trace.is_none_or(panics));
        if let Some(message) = message {
            let at = check.at.as_ref().map_or(String::new(), |at| format!("  ({at})"));
            for line in harmless(&format!("{}{at}", message.trim_end())).lines() {
                self.wrapped(text, line, 2);
            }
        }
        for (what, value) in [(words.expected, &check.expected), (words.actual, &check.actual)] {
            if let Some(value) = value {
                let blanks = " ".repeat(10_usize.saturating_sub(width(what)));
                let _ = writeln!(
                    text,
                    "{blanks}{what}: {}",
                    harmless(value).replace('\n', "\n            ")
                );
            }
        }
    }

    /// The run that fails, or the last steps of it.
    fn picture(&self, text: &mut String, check: &CheckResult, steps: Option<usize>, legend: bool) {
        if let Some(trace) = run(check) {
            let drawing = Terminal {
                width: self.width,
                colour: self.colour,
                rows: steps.or(Some(words::ROWS)),
                title: false,
                legend,
                language: self.language,
                ..Terminal::default()
            };
            let drawing = drawing.draw(&without_bounds(trace));
            let _ = writeln!(text, "\n{}", drawing.trim_end());
        }
    }

    /// The hints that have been asked for.
    fn hints(&self, text: &mut String, check: &CheckResult) {
        let hints = self.manifest.check(&check.name).map_or(&[][..], |check| &check.hints);
        let shown = self.hints.get(&check.name).copied().unwrap_or(0);
        for (i, hint) in hints.iter().take(shown).enumerate() {
            let number = (self.words().hint_of)(i + 1, hints.len());
            let hint = format!("{number}{}", in_language(hint, self.language));
            self.wrapped(text, &hint, 2);
        }
    }

    /// Text that keeps its indent on each line.
    fn wrapped(&self, text: &mut String, line: &str, indent: usize) {
        let own = line.len() - line.trim_start().len();
        let indent = indent + own;
        let room = self.width.saturating_sub(indent).max(20);
        for line in wrap(line.trim_start(), room, room) {
            let _ = writeln!(text, "{}{line}", " ".repeat(indent));
        }
    }
}

/// The score in words. Points that depend on what was not run, as it is hidden, are named.
pub(super) fn score(manifest: &Manifest, result: &SubmissionResult, words: &Words) -> String {
    match (result.score, manifest.points.saturating_sub(result.max)) {
        (None, _) => words.no_score.to_owned(),
        (Some(score), 0) => (words.points)(score, result.max),
        (Some(score), hidden) => (words.visible_points)(score, result.max, hidden),
    }
}

fn mark_of(status: CheckStatus, words: &Words) -> (Style, &'static str) {
    match status {
        CheckStatus::Pass => (GOOD, words.marks.pass),
        CheckStatus::Fail => (BAD, words.marks.fail),
        CheckStatus::CannotTell => (UNSURE, words.marks.cannot_tell),
        CheckStatus::NotRun => (DIM, words.marks.not_run),
    }
}

fn was_run(result: &SubmissionResult) -> bool {
    matches!(result.status, Status::Graded | Status::CannotTell)
}

/// The checks that are not passed.
fn open(result: &SubmissionResult) -> impl Iterator<Item = &CheckResult> {
    let open = [CheckStatus::Fail, CheckStatus::CannotTell];
    result.checks.iter().filter(move |check| open.contains(&check.status))
}

/// The run that fails.
fn run(check: &CheckResult) -> Option<&Trace> {
    words::drawn(check)
}
