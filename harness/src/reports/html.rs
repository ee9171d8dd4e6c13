//! A result as one HTML page that needs nothing else: no script, no font, no picture from elsewhere. It can be sent by mail.

use super::words;
use crate::grading::manifest::{Manifest, Visibility};
use crate::grading::result::{CheckResult, CheckStatus, Status, SubmissionResult};
use crate::language::{self, Words};
use std::fmt::Write as _;
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
        let lang = words.page.code;
        let title = escape(words::in_language(&self.manifest.title, self.language));
        let submission = escape(&result.submission);
        let score = self.score(result, words);
        let css = include_str!("page.css");
        let mut page = format!(
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <title>{title}: {submission}</title>\n<style>\n{css}</style>\n</head>\n<body>\n<main>\n\
             <header>\n<p class=\"name\">{submission}</p>\n<h1>{title}</h1>\n<p class=\"score\">{score}</p>\n</header>\n"
        );
        let what = match result.status {
            Status::Graded => None,
            Status::Refused => Some(words.refused),
            Status::DoesNotCompile => Some(words.does_not_compile),
            Status::CannotTell => Some(words.try_again),
        };
        if let Some(what) = what {
            let _ = writeln!(page, "<p>{what}</p>");
        }
        if let Some(message) = &result.message {
            let _ = writeln!(
                page,
                "<pre class=\"message\" tabindex=\"0\">{}</pre>",
                escape(message.trim_end())
            );
        }
        for more in words::said(result, words) {
            let _ = writeln!(page, "<p>{}</p>", with_code(&more));
        }
        let shown: Vec<&CheckResult> = result
            .checks
            .iter()
            .filter(|check| !self.for_student || check.visibility == Visibility::Visible)
            .collect();
        self.table(&mut page, result, &shown, words);
        if matches!(result.status, Status::Graded | Status::CannotTell) {
            let runs = shown.iter().filter(|check| words::drawn(check).is_some()).count();
            let rows = words::ROWS.min(words::ROWS_OF_ALL / runs.max(1)).max(8);
            for check in shown {
                self.section(&mut page, check, rows, words);
            }
        }
        let _ = writeln!(
            page,
            "<footer>\n<p>{}: {} {}, harness {}, {}. {}: {}.</p>\n</footer>\n</main>\n</body>\n</html>",
            words.page.graded_with,
            escape(&result.assignment),
            escape(&result.versions.assignment),
            escape(&result.versions.harness),
            escape(&result.versions.rustc),
            words.page.seed,
            result.seed
        );
        page
    }

    /// The score. A student's page names apart what is for checks that are not on it.
    fn score(&self, result: &SubmissionResult, words: &Words) -> String {
        let Some(score) = result.score else { return words.no_score.to_owned() };
        let hidden = result.checks.iter().filter(|check| check.visibility != Visibility::Visible);
        let (got, hidden) = hidden.fold((0, 0), |(got, max), c| (got + c.points, max + c.max));
        let said = match hidden {
            hidden if self.for_student && hidden > 0 => {
                (words.visible_points)(score - got, result.max - hidden, hidden)
            }
            _ => (words.points)(score, result.max),
        };
        format!("{said} <meter min=\"0\" max=\"{}\" value=\"{score}\">{score}</meter>", result.max)
    }

    fn table(
        &self,
        page: &mut String,
        result: &SubmissionResult,
        checks: &[&CheckResult],
        words: &Words,
    ) {
        let _ = writeln!(
            page,
            "<table>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>",
            words.page.check, words.page.result, words.page.points
        );
        for check in checks {
            let (class, word) = status(check.status, words);
            let title = with_code(words::in_language(&check.title, self.language));
            let title = match check.status {
                CheckStatus::Fail | CheckStatus::CannotTell => {
                    format!("<a href=\"#{}\">{title}</a>", escape(&check.name))
                }
                CheckStatus::Pass | CheckStatus::NotRun => title,
            };
            let mut note = match (check.status, &check.explored) {
                (CheckStatus::Pass, Some(explored)) => words::remark(explored, words),
                (CheckStatus::NotRun, _) => words::note(self.manifest, result, check, words),
                _ => String::new(),
            };
            if !self.for_student {
                let basis = check.basis.map(words.page.basis).unwrap_or_default();
                let notes = check.notes.iter().map(String::as_str);
                let all = [note.as_str(), basis].into_iter().chain(notes);
                note = all.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
            }
            let _ = writeln!(
                page,
                "<tr><td>{title}<small><code>{}</code> {}</small></td><td class=\"{class}\">{word}</td><td>{}/{}</td></tr>",
                escape(&check.name),
                escape(&note),
                check.points,
                check.max
            );
            for case in &check.cases {
                let (class, word) = status(case.status, words);
                let _ = writeln!(
                    page,
                    "<tr class=\"case\"><td>{}<small><code>{}</code></small></td><td class=\"{class}\">{word}</td><td>{}/{}</td></tr>",
                    with_code(words::in_language(&case.title, self.language)),
                    escape(&case.name),
                    case.points,
                    case.max
                );
            }
        }
        page.push_str("</tbody>\n</table>\n");
    }

    fn section(&self, page: &mut String, check: &CheckResult, rows: usize, words: &Words) {
        if !matches!(check.status, CheckStatus::Fail | CheckStatus::CannotTell) {
            return;
        }
        let (class, word) = status(check.status, words);
        let _ = writeln!(
            page,
            "<section id=\"{}\">\n<h2>{} <span class=\"{class}\">{word}</span></h2>",
            escape(&check.name),
            with_code(words::in_language(&check.title, self.language))
        );
        if let Some(message) = &check.message {
            let at = check.at.as_ref().map_or(String::new(), |at| format!("\n{at}"));
            let _ =
                writeln!(page, "<pre tabindex=\"0\">{}</pre>", escape(&format!("{message}{at}")));
        }
        for (what, value) in [(words.expected, &check.expected), (words.actual, &check.actual)] {
            if let Some(value) = value {
                let _ = writeln!(page, "<p>{what}: <code>{}</code></p>", escape(value));
            }
        }
        if let Some(trace) = words::drawn(check) {
            let id = format!("run-{}", check.name.replace('_', "-"));
            let svg = Svg { id, rows: Some(rows), language: self.language, ..Svg::default() };
            let picture = svg.draw(&words::without_bounds(trace));
            let _ = writeln!(page, "<figure>\n{picture}</figure>");
        }
        let hints = self.manifest.check(&check.name).map_or(&[][..], |check| &check.hints);
        if check.visibility == Visibility::Visible {
            for (number, hint) in (1..).zip(hints) {
                let hint = with_code(words::in_language(hint, self.language));
                let _ = writeln!(
                    page,
                    "<details><summary>{} {number}</summary><p>{hint}</p></details>",
                    words.page.hint
                );
            }
        }
        page.push_str("</section>\n");
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

/// As [`escape`], with what stands between backticks as code.
fn with_code(text: &str) -> String {
    let mut out = String::new();
    let pieces: Vec<&str> = text.split('`').collect();
    for (i, piece) in pieces.iter().enumerate() {
        // A backtick without its twin is one.
        match (i % 2, i + 1 < pieces.len()) {
            (1, true) => out += &format!("<code>{}</code>", escape(piece)),
            (1, false) => out += &format!("`{}", escape(piece)),
            _ => out += &escape(piece),
        }
    }
    out
}

/// Text as HTML, in an element or an attribute. Control characters, which could colour a terminal or turn the direction of the text, are shown
/// as a box.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) => out.push('\u{fffd}'),
            c if ('\u{2066}'..='\u{2069}').contains(&c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
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
    }

    #[test]
    fn what_does_not_compile_has_its_messages_in_columns_and_says_nothing_twice() {
        let page = page(&samples::broken("bob"), Language::En, false);
        assert!(
            page.contains(
                "<p>It does not compile.</p>\n<pre class=\"message\" tabindex=\"0\">error[E0308]"
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
        assert_eq!(with_code("`a<b` and `c"), "<code>a&lt;b</code> and `c");
        assert_eq!(
            with_code("`put` waits, `get` too"),
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
