//! A result as one HTML page that needs nothing else: no script, no font, no picture from elsewhere. It can be sent by mail.

use super::words;
use crate::grading::manifest::{Manifest, Visibility};
use crate::grading::result::{CheckResult, CheckStatus, Status, SubmissionResult};
use crate::language::{self, Words};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use trace::{Language, Svg};

/// How to write the page.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The assignment: its title and hints.
    pub manifest: &'a Manifest,
    /// `en` or `zh`.
    pub language: Language,
    /// Whether the page is for the student: what is hidden from students is left out then.
    pub for_student: bool,
}

impl Page<'_> {
    /// Writes the page.
    pub fn write(&self, result: &SubmissionResult) -> String {
        let words = language::words(self.language);
        let title = shown(words::in_language(&self.manifest.title, self.language));
        let submission = shown(&result.submission);
        let what = match result.status {
            Status::Graded => None,
            Status::Refused => Some(words.refused),
            Status::DoesNotCompile => Some(words.does_not_compile),
            Status::CannotTell => Some(words.try_again),
        };
        let checks: Vec<&CheckResult> = result
            .checks
            .iter()
            .filter(|check| !self.for_student || check.visibility == Visibility::Visible)
            .collect();
        let runs = checks.iter().filter(|check| words::drawn(check).is_some()).count();
        let rows = words::ROWS.min(words::ROWS_OF_ALL / runs.max(1)).max(8);
        let versions = &result.versions;
        let page = html! {
            (DOCTYPE)
            html lang=(words.page.code) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy"
                        content="default-src 'none'; style-src 'unsafe-inline'";
                    title { (title) ": " (submission) }
                    style { (PreEscaped(include_str!("page.css"))) }
                }
                body {
                    main {
                        header {
                            p.name { (submission) }
                            h1 { (title) }
                            p.score { (self.score(result, words)) }
                        }
                        @if let Some(what) = what { p { (what) } }
                        @if let Some(message) = &result.message {
                            pre.message tabindex="0" { (shown(message.trim_end())) }
                        }
                        @for more in words::said(result, words) { p { (with_code(&more)) } }
                        (self.table(result, &checks, words))
                        @if matches!(result.status, Status::Graded | Status::CannotTell) {
                            @for check in &checks {
                                @if matches!(check.status, CheckStatus::Fail | CheckStatus::CannotTell) {
                                    (self.section(check, rows, words))
                                }
                            }
                        }
                        footer {
                            p {
                                (words.page.graded_with) ": " (shown(&result.assignment)) " "
                                (shown(&versions.assignment)) ", harness " (shown(&versions.harness))
                                ", " (shown(&versions.rustc)) ". "
                                (words.page.seed) ": " (result.seed) "."
                            }
                        }
                    }
                }
            }
        };
        page.into_string()
    }

    /// The score. A student's page names apart what is for checks that are not on it.
    fn score(&self, result: &SubmissionResult, words: &Words) -> Markup {
        let Some(score) = result.score else { return html! { (words.no_score) } };
        let hidden = result.checks.iter().filter(|check| check.visibility != Visibility::Visible);
        let (got, hidden) = hidden.fold((0, 0), |(got, max), c| (got + c.points, max + c.max));
        if self.for_student && hidden > 0 {
            // Of one hidden check the whole score would say what came of it.
            let (seen, most) = (score - got, result.max - hidden);
            let said = (words.visible_points)(seen, most, hidden);
            return html! { (said) " " meter min="0" max=(most) value=(seen) { (seen) } };
        }
        let said = (words.points)(score, result.max);
        html! { (said) " " meter min="0" max=(result.max) value=(score) { (score) } }
    }

    fn table(&self, result: &SubmissionResult, checks: &[&CheckResult], words: &Words) -> Markup {
        html! {
            table {
                thead {
                    tr {
                        th scope="col" { (words.page.check) }
                        th scope="col" { (words.page.result) }
                        th scope="col" { (words.page.points) }
                    }
                }
                tbody { @for check in checks { (self.rows(result, check, words)) } }
            }
        }
    }

    /// A check's row, and one for each of its cases.
    fn rows(&self, result: &SubmissionResult, check: &CheckResult, words: &Words) -> Markup {
        let (class, word) = status(check.status, words);
        let title = with_code(words::in_language(&check.title, self.language));
        let has_section = matches!(check.status, CheckStatus::Fail | CheckStatus::CannotTell);
        html! {
            tr {
                td {
                    @if has_section { a href={ "#" (shown(&check.name)) } { (title) } } @else { (title) }
                    small { code { (shown(&check.name)) } " " (shown(&self.note(result, check, words))) }
                }
                td class=(class) { (word) }
                td { (check.points) "/" (check.max) }
            }
            @for case in &check.cases {
                @let (class, word) = status(case.status, words);
                tr.case {
                    td {
                        (with_code(words::in_language(&case.title, self.language)))
                        small { code { (shown(&case.name)) } }
                    }
                    td class=(class) { (word) }
                    td { (case.points) "/" (case.max) }
                }
            }
        }
    }

    /// What stands below a check's title. The instructor also reads what its result rests on.
    fn note(&self, result: &SubmissionResult, check: &CheckResult, words: &Words) -> String {
        let note = match (check.status, &check.explored) {
            (CheckStatus::Pass, Some(explored)) => words::remark(explored, words),
            (CheckStatus::NotRun, _) => words::note(self.manifest, result, check, words),
            _ => String::new(),
        };
        if self.for_student {
            return note;
        }
        let basis = check.basis.map(words.page.basis).unwrap_or_default();
        let notes = check.notes.iter().map(String::as_str);
        let all = [note.as_str(), basis].into_iter().chain(notes);
        all.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
    }

    /// What a check that did not pass has to say: its message, its run, its hints.
    fn section(&self, check: &CheckResult, rows: usize, words: &Words) -> Markup {
        let (class, word) = status(check.status, words);
        let at = check.at.as_ref().map_or(String::new(), |at| format!("\n{at}"));
        let picture = words::drawn(check).map(|trace| {
            let id = format!("run-{}", check.name.replace('_', "-"));
            let svg = Svg { id, rows: Some(rows), language: self.language, ..Svg::default() };
            svg.draw(&words::without_bounds(trace))
        });
        let hints = match check.visibility {
            Visibility::Visible => self.manifest.check(&check.name).map(|check| &check.hints[..]),
            _ => None,
        };
        html! {
            section id=(shown(&check.name)) {
                h2 {
                    (with_code(words::in_language(&check.title, self.language))) " "
                    span class=(class) { (word) }
                }
                @if let Some(message) = &check.message {
                    pre tabindex="0" { (shown(message)) (shown(&at)) }
                }
                @for (what, value) in [(words.expected, &check.expected), (words.actual, &check.actual)] {
                    @if let Some(value) = value { p { (what) ": " code { (shown(value)) } } }
                }
                @if let Some(picture) = picture { figure { (PreEscaped(picture)) } }
                @for (number, hint) in (1..).zip(hints.unwrap_or_default()) {
                    details {
                        summary { (words.page.hint) " " (number) }
                        p { (with_code(words::in_language(hint, self.language))) }
                    }
                }
            }
        }
    }
}

fn status(status: CheckStatus, words: &Words) -> (&'static str, &'static str) {
    match status {
        CheckStatus::Pass => ("pass", words.pass),
        CheckStatus::Fail => ("fail", words.fail),
        CheckStatus::CannotTell => ("unsure", words.cannot_tell),
        CheckStatus::NotRun => ("none", words.not_run),
    }
}

/// As [`shown`], with what stands between backticks as code.
fn with_code(text: &str) -> Markup {
    let pieces: Vec<&str> = text.split('`').collect();
    html! {
        @for (i, piece) in pieces.iter().enumerate() {
            // A backtick without its twin is one.
            @match (i % 2, i + 1 < pieces.len()) {
                (1, true) => code { (shown(piece)) },
                (1, false) => { "`" (shown(piece)) },
                _ => (shown(piece)),
            }
        }
    }
}

/// Text without control characters, which could colour a terminal or turn the direction of the text: a box stands for each. The template escapes
/// the rest.
fn shown(text: &str) -> String {
    let is_shown = |c: char| match c {
        '\n' | '\t' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        c => !c.is_control(),
    };
    text.chars().map(|c| if is_shown(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::words::samples;
    use super::*;

    fn manifest() -> Manifest {
        toml::from_str(
            "schema = 1\ntitle = { en = \"A queue\", zh = \"队列\" }\nform = \"library\"\npoints = 2\nminutes = 1\n\
             [[check]]\nname = \"fails\"\nkind = \"run\"\npoints = 2\ntitle = { en = \"a\" }\nhints = [{ en = \"Look <again>\" }]\n",
        )
        .unwrap()
    }

    fn page(result: &SubmissionResult, language: Language, for_student: bool) -> String {
        Page { manifest: &manifest(), language, for_student }.write(result)
    }

    #[test]
    fn nothing_of_a_strangers_is_markup() {
        let mut result = samples::graded("<script>alert(1)</script>");
        result.checks[1].actual = Some("\" onload=\"x\u{202e}".to_owned());
        let page = page(&result, Language::En, false);
        assert!(!page.contains("<script") && !page.contains("onload=\"x"), "{page}");
        assert!(page.contains("&lt;script&gt;") && page.contains("Look &lt;again&gt;"));
    }

    #[test]
    fn what_is_hidden_is_not_in_the_students_page() {
        let result = samples::graded("ada");
        assert!(page(&result, Language::En, false).contains("hidden"));
        assert!(!page(&result, Language::En, true).contains("hidden"));
    }

    #[test]
    fn the_points_of_a_students_page_add_up() {
        let result = samples::graded("ada");
        let all = page(&result, Language::En, false);
        assert!(all.contains("2 of 6 points <meter"), "{all}");
        let own = page(&result, Language::En, true);
        let says = "2 of 4 points that you can see; 2 more are for checks that you cannot see";
        assert!(own.contains(says), "{own}");
        assert!(own.contains("<meter min=\"0\" max=\"4\" value=\"2\">2</meter>"), "{own}");
    }

    #[test]
    fn what_came_of_hidden_checks_is_not_in_a_students_bar() {
        let mut result = samples::graded("ada");
        result.checks[2].points = result.checks[2].max;
        result.score = Some(4);
        let own = page(&result, Language::En, true);
        assert!(own.contains("<meter min=\"0\" max=\"4\" value=\"2\">2</meter>"), "{own}");
    }

    #[test]
    fn what_does_not_compile_has_its_messages_in_columns_and_says_nothing_twice() {
        let page = page(&samples::broken("bob"), Language::En, false);
        assert!(
            page.contains(
                "<p>It does not compile.</p><pre class=\"message\" tabindex=\"0\">error[E0308]"
            ),
            "{page}"
        );
        assert!(!page.contains("nothing could be run"), "{page}");
        let css = include_str!("page.css");
        assert!(
            css.contains("pre.message { white-space: pre;"),
            "carets stay below what they mean"
        );
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(with_code("`a<b` and `c").into_string(), "<code>a&lt;b</code> and `c");
        assert_eq!(
            with_code("`put` waits, `get` too").into_string(),
            "<code>put</code> waits, <code>get</code> too"
        );
    }

    #[test]
    fn the_page_speaks_both_languages() {
        let page_zh = page(&samples::unknown("ada"), Language::Zh, false);
        assert!(page_zh.contains("lang=\"zh-CN\"") && page_zh.contains("无法判断"));
        assert!(page(&samples::broken("bob"), Language::En, false).contains("src/lib.rs:3:5"));
    }
}
