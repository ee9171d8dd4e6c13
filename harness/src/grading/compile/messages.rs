//! Rustc's messages, and who may read which of them.
//!
//! A message quotes the source that it is about. A submission's author reads those about his own files. A signature that differs makes rustc
//! quote the checks that call it, hidden ones too, and `#[path]` makes it quote any file that it can read: of such a message its author reads
//! that there is one.

use serde::Deserialize;
use std::collections::BTreeSet;

/// The most of rustc's messages that is kept.
const MESSAGES: usize = 32 << 10;

/// Who reads the messages of a compiler run.
#[derive(Debug, Clone)]
pub enum Readers {
    /// Whoever may read every file that the compiler can.
    Everybody,
    /// The author of these files, and of no others.
    Author(BTreeSet<String>),
}

/// What a compiler run has said.
#[derive(Debug, Clone, Default)]
pub struct Messages {
    /// Everything, for whoever decides what it means.
    pub all: String,
    /// What its readers may see.
    pub shown: String,
    /// Where the errors are, whoever may read them.
    pub errors: Vec<Error>,
}

/// An error at a place in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// `E0308`, if it has a number.
    pub code: String,
    /// The file, as the compiler was given it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The words, without any source.
    pub message: String,
    /// What stands at the place: what was expected and what was found.
    pub label: String,
}

#[derive(Debug, Deserialize)]
struct Diagnostic {
    message: String,
    code: Option<Code>,
    level: String,
    spans: Vec<Span>,
    children: Vec<Diagnostic>,
    rendered: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Code {
    code: String,
}

#[derive(Debug, Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    is_primary: bool,
    label: Option<String>,
    /// The lines that are quoted.
    text: Vec<serde::de::IgnoredAny>,
    expansion: Option<Box<Expansion>>,
}

#[derive(Debug, Deserialize)]
struct Expansion {
    span: Span,
    def_site_span: Option<Span>,
}

impl Messages {
    /// Reads what rustc has written to its standard error with `--error-format json`.
    pub fn read(stderr: &[u8], readers: &Readers) -> Messages {
        let mut messages = Messages::default();
        for line in String::from_utf8_lossy(stderr).lines() {
            // A panic of rustc's own is no JSON.
            if !line.starts_with('{') {
                messages.all += line;
                messages.all.push('\n');
                if matches!(readers, Readers::Everybody) {
                    messages.shown += line;
                    messages.shown.push('\n');
                }
                continue;
            }
            match serde_json::from_str::<Diagnostic>(line) {
                Ok(diagnostic) => messages.add(diagnostic, readers),
                // Macros nested so deep that nobody would read it.
                Err(_) => {
                    let text = "error: one that is nested too deep to be shown\n\n";
                    messages.all += text;
                    messages.shown += text;
                }
            }
        }
        cut(&mut messages.shown);
        messages
    }

    /// Why a check cannot be compiled, for the submission's author: nothing that quotes the check.
    pub fn of_a_check(&self) -> String {
        let codes: BTreeSet<&str> = self.errors.iter().map(|error| error.code.as_str()).collect();
        let codes: Vec<&str> = codes.into_iter().filter(|code| !code.is_empty()).collect();
        let codes = match codes.is_empty() {
            true => String::new(),
            false => format!(" ({})", codes.join(", ")),
        };
        format!(
            "it cannot be compiled with this library{codes}: what it calls is missing, or has another type than in the starter"
        )
    }

    fn add(&mut self, diagnostic: Diagnostic, readers: &Readers) {
        let rendered = without_leads(diagnostic.rendered.as_deref().unwrap_or_default());
        self.all += &rendered;
        if diagnostic.level.starts_with("error") {
            let primary = diagnostic.spans.iter().find(|span| span.is_primary);
            if let Some(span) = primary.map(Span::outermost) {
                self.errors.push(Error {
                    code: diagnostic.code.as_ref().map_or(String::new(), |code| code.code.clone()),
                    file: span.file_name.clone(),
                    line: span.line_start,
                    message: diagnostic.message.clone(),
                    label: span.label.clone().unwrap_or_default(),
                });
            }
        }
        let Readers::Author(own) = readers else {
            self.shown += &rendered;
            return;
        };
        if diagnostic.is_about(own) {
            self.shown += &rendered;
        } else if diagnostic.level.starts_with("error") {
            let foreign = "error: one in a file that is no part of the submission\n\n";
            if !self.shown.ends_with(foreign) {
                self.shown += foreign;
            }
        }
    }
}

impl Diagnostic {
    /// Whether it quotes none but these files, and is at a place in one of them if it is anywhere.
    fn is_about(&self, own: &BTreeSet<String>) -> bool {
        let placed = |span: &Span| !span.is_primary || own.contains(&span.outermost().file_name);
        self.spans.iter().all(placed) && self.quotes_only(own)
    }

    fn quotes_only(&self, own: &BTreeSet<String>) -> bool {
        self.spans.iter().all(|span| span.quotes_only(own))
            && self.children.iter().all(|child| child.quotes_only(own))
    }
}

impl Span {
    fn quotes_only(&self, own: &BTreeSet<String>) -> bool {
        let mine =
            self.text.is_empty() || own.contains(&self.file_name) || is_public(&self.file_name);
        let expansion = self.expansion.as_ref().is_none_or(|expansion| {
            expansion.span.quotes_only(own)
                && expansion.def_site_span.as_ref().is_none_or(|span| span.quotes_only(own))
        });
        mine && expansion
    }

    /// Where the outermost macro is called, if it is in one.
    fn outermost(&self) -> &Span {
        self.expansion.as_ref().map_or(self, |expansion| expansion.span.outermost())
    }
}

/// The standard library's own source, which everybody has.
fn is_public(file: &str) -> bool {
    // A submission can have folders of these names, and lead out of them again.
    let is_plain = file.starts_with('/') && !file.split('/').any(|part| part == "..");
    is_plain && (file.starts_with("/rustc/") || file.contains("/lib/rustlib/src/rust/library/"))
}

/// A message without where rustc has put the rest of it, and how it is called to have all: the folder is gone when somebody reads that, and the
/// grader calls it.
fn without_leads(rendered: &str) -> String {
    let leads = |line: &&str| {
        let note = line.trim_start().strip_prefix("= note: ");
        note.is_some_and(|note| {
            note.contains("has been written to '") || note.starts_with("consider using `--verbose`")
        })
    };
    rendered.split_inclusive('\n').filter(|line| !leads(line)).collect()
}

/// The beginning of messages that are too long.
pub fn cut(messages: &mut String) {
    if messages.len() > MESSAGES {
        messages.truncate(messages.floor_char_boundary(MESSAGES));
        *messages += "\n… and more\n";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn author() -> Readers {
        Readers::Author(["src/lib.rs".to_owned()].into())
    }

    /// A diagnostic with spans in these files, each with its quoted lines.
    fn line(message: &str, spans: &str, children: &str) -> String {
        format!(
            r#"{{"$message_type":"diagnostic","message":{message:?},"code":{{"code":"E0308","explanation":null}},"level":"error","spans":[{spans}],"children":[{children}],"rendered":"error: {message}\n"}}"#
        ) + "\n"
    }

    fn span(file: &str, text: bool, expansion: &str) -> String {
        let text =
            if text { r#"{"text":"secret","highlight_start":1,"highlight_end":2}"# } else { "" };
        format!(
            r#"{{"file_name":{file:?},"byte_start":0,"byte_end":1,"line_start":7,"line_end":7,"column_start":1,"column_end":2,"is_primary":true,"text":[{text}],"label":null,"expansion":{expansion}}}"#
        )
    }

    fn shown(line: &str) -> String {
        Messages::read(line.as_bytes(), &author()).shown
    }

    #[test]
    fn an_author_reads_what_is_about_his_own_files() {
        let own = line("mine", &span("src/lib.rs", true, "null"), "");
        assert_eq!(shown(&own), "error: mine\n");
        let nowhere = line("aborting", "", "");
        assert_eq!(shown(&nowhere), "error: aborting\n");
    }

    #[test]
    fn a_folder_that_is_gone_is_not_named() {
        let rendered = "error: mismatched types\n7 | = note: it has been written to 'x'\n   = note: expected `A`\n   = note: the full name for the type has been written to '/tmp/grade-aBc/out/1/student.long-type-1.txt'\n   = note: consider using `--verbose` to print the full type name to the console\n\n";
        let kept = "error: mismatched types\n7 | = note: it has been written to 'x'\n   = note: expected `A`\n\n";
        assert_eq!(without_leads(rendered), kept);
    }

    #[test]
    fn what_quotes_another_file_anywhere_is_not_shown() {
        let theirs = span("checks.rs", true, "null");
        let mine = span("src/lib.rs", true, "null");
        let note = format!(
            r#"{{"message":"here","code":null,"level":"note","spans":[{theirs}],"children":[],"rendered":null}}"#
        );
        let expansion =
            format!(r#"{{"span":{mine},"macro_decl_name":"m!","def_site_span":{theirs}}}"#);
        let inner = format!(r#"{{"span":{mine},"macro_decl_name":"m!","def_site_span":null}}"#);
        for hostile in [
            line("x", &theirs, ""),
            line("x", &span("checks.rs", false, "null"), ""),
            line("x", &mine, &note),
            line("x", &span("src/lib.rs", true, &expansion), ""),
            line("x", &span("/usr/share/secret", true, &inner), ""),
        ] {
            let said = shown(&hostile);
            assert!(said.starts_with("error: one in a file that is no part of"), "{said}");
        }
        let errors = Messages::read(line("x", &theirs, "").as_bytes(), &author()).errors;
        assert_eq!(
            (errors[0].file.as_str(), errors[0].line, errors[0].code.as_str()),
            ("checks.rs", 7, "E0308")
        );
    }

    #[test]
    fn what_is_no_message_is_for_those_who_may_read_everything() {
        let text = "thread 'rustc' panicked at checks.rs\n{\"not\": \"one\"}\n";
        let said = shown(text);
        assert!(!said.contains("checks.rs"), "{said}");
        assert!(Messages::read(text.as_bytes(), &Readers::Everybody).shown.contains("checks.rs"));
    }
}
