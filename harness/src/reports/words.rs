//! What several of the forms say in the same words.

use crate::grading::manifest::{Manifest, Text};
use crate::grading::result::{CheckResult, CheckStatus, Explored, Status, SubmissionResult};
use crate::language::{self, Words, command};
use std::fmt::Write as _;
use trace::Language;

/// The text in this language, or in English, or in whatever there is.
pub fn in_language(text: &Text, language: Language) -> &str {
    let found = text
        .get(language.tag())
        .or_else(|| text.get(Language::En.tag()))
        .or_else(|| text.values().next());
    found.map_or("", String::as_str)
}

/// A stranger's text that steers no terminal and turns no direction of writing. Lines stay lines.
pub fn harmless(text: &str) -> String {
    let visible = |c: char| match c {
        '\n' | '\t' => c,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        // What turns the direction of writing, what is not seen, and what some take for the end of a line.
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(visible).collect()
}

/// As [`harmless`], on one line: a name, for one.
pub fn harmless_name(text: &str) -> String {
    harmless(text).replace('\n', "\u{2424}").replace('\t', "\u{2409}")
}

/// The most rows of a run in a report.
pub const ROWS: usize = 80;
/// The most rows of all runs on one page.
pub const ROWS_OF_ALL: usize = 240;

/// The run of a check that is worth a picture. What goes wrong in one thread is said by its message.
pub fn drawn(check: &CheckResult) -> Option<&trace::Trace> {
    let trace = check.explored.as_ref()?.trace.as_ref()?;
    let panics = matches!(
        trace.verdict.outcome,
        trace::Outcome::Failed { failure: trace::Failure::Panic { .. } }
    );
    (trace.threads.len() > 1 || !panics).then_some(trace)
}

/// What a search that found nothing came to.
pub(crate) fn remark(explored: &Explored, words: &Words) -> String {
    match explored.proved {
        true => (words.proved)(explored.executions),
        false => (words.not_proved)(explored.executions),
    }
}

/// Why a check was not run. What is said of all of them at once is not said of each.
pub(crate) fn note(
    manifest: &Manifest,
    result: &SubmissionResult,
    check: &CheckResult,
    words: &Words,
) -> String {
    let needed = manifest.check(&check.name).map_or(&[][..], |check| &check.depends_on);
    let failed = |name: &&String| {
        result.check(name).is_some_and(|needed| needed.status != CheckStatus::Pass)
    };
    let none = result.checks.iter().all(|check| check.status == CheckStatus::NotRun);
    match needed.iter().find(failed) {
        _ if none => String::new(),
        Some(needed) => (words.depends_on)(needed),
        None => check.message.clone().unwrap_or_default(),
    }
}

/// What else is to be said of a submission that has no checks to show: what its author may not know.
pub(crate) fn said(result: &SubmissionResult, words: &Words) -> Vec<String> {
    let message = result.message.as_deref().unwrap_or_default();
    let mut said = Vec::new();
    // Cargo builds the same file.
    let of_std = message.lines().any(|line| {
        line.starts_with("error") && (line.contains("`std::") || line.contains("in `std`"))
            || line.contains("in the root")
            || line.contains("could not find `") && line.contains("` in `std`")
    });
    if result.status == Status::DoesNotCompile && of_std {
        said.push(words.restricted.to_owned());
    }
    if let (Status::Refused, Some(_)) = (result.status, message.strip_prefix("there is no src/")) {
        let start = command(&["harness", "start", &result.assignment]);
        said.push((words.missing)(&start));
    }
    said
}

/// Why a submission as a whole has the score that it has, if something is to be said about that.
pub fn headline(result: &SubmissionResult) -> Option<String> {
    let what = match result.status {
        Status::Graded => return result.message.as_deref().map(harmless),
        Status::Refused => "The submission is refused",
        Status::DoesNotCompile => "It does not compile",
        Status::CannotTell => "The grader cannot tell; grade it again",
    };
    Some(match &result.message {
        Some(message) => format!("{what}: {}", harmless(message.trim_end())),
        None => what.to_owned(),
    })
}

/// What went wrong in a check, as plain text without pictures: message, place, expected and actual value.
pub fn detail(check: &CheckResult) -> String {
    let mut text = check.message.clone().unwrap_or_default();
    if let Some(at) = &check.at {
        let _ = write!(text, " ({at})");
    }
    for (what, value) in [("expected", &check.expected), ("actual", &check.actual)] {
        if let Some(value) = value {
            let _ = write!(text, "\n{what}: {value}");
        }
    }
    for case in &check.cases {
        let _ = write!(text, "\n{}/{} {}: {}", case.points, case.max, case.name, case.status);
    }
    if let (Some(explored), CheckStatus::Pass) = (&check.explored, check.status) {
        if !text.is_empty() {
            text.push('\n');
        }
        text += &remark(explored, language::words(Language::En));
    }
    harmless(text.trim())
}

/// As [`detail`], with the failing run drawn as text, 80 columns wide.
pub fn detail_with_run(check: &CheckResult) -> String {
    let mut text = detail(check);
    if let Some(trace) = drawn(check) {
        let drawing = trace::Terminal {
            width: 80,
            colour: false,
            rows: Some(ROWS),
            ..trace::Terminal::default()
        };
        let _ = write!(text, "\n\n{}", drawing.draw(&without_bounds(trace)).trim_end());
    }
    text
}

/// The bounds of the search are the assignment's, the same in every report, and no verb of those who read one takes a schedule. The JSON
/// form has both.
pub fn without_bounds(trace: &trace::Trace) -> trace::Trace {
    let mut trace = trace.clone();
    if let Some(search) = &mut trace.verdict.search {
        search.bounds.clear();
        search.not_checked.clear();
        search.schedule = None;
    }
    trace
}

/// The source of the function `name` in a file of checks, with its documentation, as rustfmt lays it out: it ends with a brace in the
/// first column.
pub fn source_of<'s>(checks: &'s str, name: &str) -> Option<&'s str> {
    let start = checks.find(&format!("fn {name}("))?;
    let end = start + checks[start..].find("\n}")? + 2;
    let mut begin = checks[..start].rfind('\n').map_or(0, |at| at + 1);
    while let Some(line) = checks[..begin.saturating_sub(1)].rsplit('\n').next() {
        if begin == 0 || !line.starts_with("///") {
            break;
        }
        begin -= line.len() + 1;
    }
    Some(&checks[begin..end])
}

/// Results for the tests of the forms.
#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::grading::manifest::{Kind, Visibility};
    use crate::grading::result::{CaseResult, SCHEMA, Versions};

    /// A check that was run, worth 2 points.
    pub fn check(name: &str, status: CheckStatus) -> CheckResult {
        CheckResult {
            name: name.to_owned(),
            title: [("en", "Does <it>"), ("zh", "能做到")]
                .map(|(l, t)| (l.into(), t.into()))
                .into(),
            kind: Kind::Run,
            visibility: Visibility::Visible,
            status,
            points: if status == CheckStatus::Pass { 2 } else { 0 },
            max: 2,
            cases: Vec::new(),
            message: (status != CheckStatus::Pass)
                .then(|| "wrong \u{1b}[31mred\u{1b}[0m <b>".into()),
            at: None,
            expected: None,
            actual: None,
            basis: None,
            notes: Vec::new(),
            explored: None,
            endless: false,
            founded: false,
            milliseconds: 1500,
        }
    }

    /// A check of which one case of two is passed.
    pub fn halved(name: &str) -> CheckResult {
        let case = |name: &str, status: CheckStatus| CaseResult {
            name: name.to_owned(),
            title: [("en".to_owned(), format!("Is <{name}>"))].into(),
            status,
            points: u32::from(status == CheckStatus::Pass),
            max: 1,
        };
        let cases = vec![case("easy", CheckStatus::Pass), case("hard", CheckStatus::Fail)];
        CheckResult { cases, points: 1, ..check(name, CheckStatus::Fail) }
    }

    /// A submission with a check in each state but [`CheckStatus::CannotTell`].
    pub fn graded(name: &str) -> SubmissionResult {
        let mut hidden = check("hidden", CheckStatus::NotRun);
        hidden.visibility = Visibility::Hidden;
        let mut failed = check("fails", CheckStatus::Fail);
        (failed.expected, failed.actual) = (Some("[1, 2]".into()), Some("[2]".into()));
        SubmissionResult {
            schema: SCHEMA,
            submission: name.to_owned(),
            files: Some("2c26b46b".to_owned()),
            assignment: "07-queue".to_owned(),
            versions: Versions {
                assignment: "0".into(),
                harness: "1".into(),
                rustc: "1.95".into(),
            },
            seed: 7,
            sandbox: "full".to_owned(),
            status: Status::Graded,
            score: Some(2),
            max: 6,
            message: None,
            checks: vec![check("passes", CheckStatus::Pass), failed, hidden],
            milliseconds: 2500,
        }
    }

    /// One that the grader could not grade.
    pub fn unknown(name: &str) -> SubmissionResult {
        let mut result = graded(name);
        (result.status, result.score) = (Status::CannotTell, None);
        result.checks[1] = check("fails", CheckStatus::CannotTell);
        result
    }

    /// One that does not compile.
    pub fn broken(name: &str) -> SubmissionResult {
        let mut result = graded(name);
        (result.status, result.score) = (Status::DoesNotCompile, Some(0));
        result.message = Some("error[E0308]: mismatched types\n --> src/lib.rs:3:5\n".to_owned());
        result.checks = ["passes", "fails"].map(|name| check(name, CheckStatus::NotRun)).into();
        for check in &mut result.checks {
            check.message = Some("nothing could be run".to_owned());
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_a_check_has_its_documentation() {
        let file = "//! Checks.\n\nuse a::b;\n\n/// One.\n/// More.\npub fn one() {\n    if x {\n    }\n}\n\nfn two() {}\n\nfn three(\n) {\n}\n";
        let one = "/// One.\n/// More.\npub fn one() {\n    if x {\n    }\n}";
        assert_eq!(source_of(file, "one"), Some(one));
        assert_eq!(source_of(file, "three"), Some("fn three(\n) {\n}"));
        assert_eq!(source_of(file, "four"), None);
    }

    #[test]
    fn a_strangers_text_steers_nothing() {
        let text = "a\u{1b}]0;title\u{7}\u{1b}[31m\r\u{202e}b\u{9b}31m\u{7f}\n\tc";
        assert_eq!(harmless(text), "a␛]0;title␇␛[31m␍\u{fffd}b\u{fffd}31m␡\n\tc");
        assert_eq!(harmless_name("a\nb\tc"), "a␤b␉c");
        let mut failed = samples::check("fails", CheckStatus::Fail);
        (failed.at, failed.actual) = (Some("\u{1b}[31m.rs:1".into()), Some("\u{1b}[2J".into()));
        assert!(!detail_with_run(&failed).contains('\u{1b}'));
    }

    #[test]
    fn a_detail_says_everything_in_words() {
        let result = samples::graded("ada");
        assert!(detail(&result.checks[1]).ends_with("expected: [1, 2]\nactual: [2]"));
        let halved = samples::halved("halved");
        assert!(
            detail(&halved).ends_with("\n1/1 easy: pass\n0/1 hard: fail"),
            "{}",
            detail(&halved)
        );
    }
}
