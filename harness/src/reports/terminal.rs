//! A result as text for a terminal.

use super::words::{in_language, remark, without_bounds};
use crate::grading::manifest::Manifest;
use crate::grading::result::{CheckResult, CheckStatus, Status, SubmissionResult};
use anstyle::{AnsiColor, Style};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use trace::Terminal;

/// How to write a report.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The assignment: titles and hints are its.
    pub manifest: &'a Manifest,
    /// `en` or `zh`.
    pub language: &'a str,
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

impl Report<'_> {
    /// The whole report: a line for each check, and then everything that is to be said of those that are not passed.
    pub fn write(&self, result: &SubmissionResult) -> String {
        let mut text = String::new();
        let name =
            if result.submission.is_empty() { &result.assignment } else { &result.submission };
        let score = match result.score {
            Some(score) => format!("{score} of {} points", result.max),
            None => "no score: the grader cannot tell".to_owned(),
        };
        let style = if result.passes() { GOOD } else { BAD };
        let _ = writeln!(text, "{STRONG}{name}{STRONG:#}  {style}{score}{style:#}");
        match result.status {
            Status::Graded | Status::CannotTell => {}
            Status::Refused => text += "The submission is refused: ",
            Status::DoesNotCompile => text += "It does not compile.\n",
        }
        if let Some(message) = &result.message {
            let _ = writeln!(text, "{}", message.trim_end());
        }
        if matches!(result.status, Status::Graded | Status::CannotTell) {
            for check in &result.checks {
                self.line(&mut text, check);
            }
            let open = |check: &&CheckResult| {
                matches!(check.status, CheckStatus::Fail | CheckStatus::CannotTell)
            };
            for check in result.checks.iter().filter(open).take(self.details) {
                self.detail(&mut text, check);
            }
        }
        text
    }

    fn line(&self, text: &mut String, check: &CheckResult) {
        let (style, word) = match check.status {
            CheckStatus::Pass => (GOOD, "pass"),
            CheckStatus::Fail => (BAD, "FAIL"),
            CheckStatus::CannotTell => (UNSURE, "????"),
            CheckStatus::NotRun => (DIM, " -- "),
        };
        let title = in_language(&check.title, self.language);
        let remark = match (&check.status, &check.explored) {
            (CheckStatus::Pass, Some(explored)) => remark(explored),
            (CheckStatus::NotRun, _) => check.message.clone().unwrap_or_default(),
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "  {style}{word}{style:#} {:>2}/{:<2} {STRONG}{}{STRONG:#}  {title}  {DIM}{remark}{DIM:#}",
            check.points, check.max, check.name
        );
    }

    fn detail(&self, text: &mut String, check: &CheckResult) {
        let (style, word) = match check.status {
            CheckStatus::CannotTell => (UNSURE, "cannot tell"),
            _ => (BAD, "failed"),
        };
        let title = in_language(&check.title, self.language);
        let _ = writeln!(text, "\n{style}{word}: {}{style:#}  {title}", check.name);
        let trace = check.explored.as_ref().and_then(|explored| explored.trace.as_ref());
        // What the drawing says of a deadlock says more than one line.
        let message = check.message.as_ref().filter(|_| trace.is_none() || check.at.is_some());
        if let Some(message) = message {
            let at = check.at.as_ref().map_or(String::new(), |at| format!("  {DIM}({at}){DIM:#}"));
            let _ = writeln!(text, "  {}{at}", message.trim_end().replace('\n', "\n  "));
        }
        for (what, value) in [("expected", &check.expected), ("actual", &check.actual)] {
            if let Some(value) = value {
                let _ = writeln!(text, "  {what:>8}: {}", value.replace('\n', "\n            "));
            }
        }
        if let Some(trace) = trace {
            let drawing =
                Terminal { width: self.width, colour: self.colour, ..Terminal::default() };
            let _ = write!(text, "\n{}", drawing.draw(&without_bounds(trace)));
        }
        let hints = self.manifest.check(&check.name).map_or(&[][..], |check| &check.hints);
        let shown = self.hints.get(&check.name).copied().unwrap_or(0);
        for (i, hint) in hints.iter().take(shown).enumerate() {
            let hint = in_language(hint, self.language);
            let _ = writeln!(text, "  {DIM}hint {} of {}:{DIM:#} {hint}", i + 1, hints.len());
        }
    }
}
