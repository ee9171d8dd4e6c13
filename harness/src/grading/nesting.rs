//! How deep a stranger's source is nested.
//!
//! Whoever reads a source as a tree calls himself for what is inside of what, and a stack has an end: a few kilobytes of parentheses would end the
//! grader, and with it everybody's grading. So this is told before, from a list of tokens and in a loop.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::str::FromStr;

/// The most that [`too_deep`] accepts: some ten times what people write.
pub const MOST: usize = 1500;

/// What is enough for reading a source that is not too deep, also with the large frames of a build for debugging.
const STACK: usize = 256 << 20;

/// The tokens of a source. None if it is no text, or the parser cannot read it.
pub fn tokens(source: &[u8]) -> Option<TokenStream> {
    let text = std::str::from_utf8(source).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    TokenStream::from_str(without_shebang(text)).ok()
}

/// The compiler skips a first line that begins as a script does, unless it begins as an attribute does.
fn without_shebang(text: &str) -> &str {
    match text.strip_prefix("#!") {
        Some(rest) if !is_attribute(rest) => &text[text.find('\n').unwrap_or(text.len())..],
        _ => text,
    }
}

/// Whether a bracket comes first, after what counts as space.
fn is_attribute(mut rest: &str) -> bool {
    // These two are space to the compiler, and not to `char`.
    let is_space = |c: char| c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}');
    loop {
        rest = rest.trim_start_matches(is_space);
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = after_comment(rest);
        } else {
            return rest.starts_with('[');
        }
    }
}

/// What comes after a comment, in which there may be others.
fn after_comment(text: &str) -> &str {
    let (mut open, mut at) = (0_usize, 0);
    while let Some(two) = text.as_bytes().get(at..at + 2) {
        match two {
            b"/*" => (open, at) = (open + 1, at + 2),
            b"*/" => (open, at) = (open - 1, at + 2),
            _ => at += 1,
        }
        if open == 0 {
            return &text[at..];
        }
    }
    ""
}

/// The line at which a source is nested deeper than [`MOST`], if it is.
pub fn too_deep(source: &[u8]) -> Option<usize> {
    deeper_than(MOST, tokens(source)?)
}

/// Does `work` where the stack is large enough for a source that is not too deep.
///
/// # Panics
///
/// When `work` does, and when the system has no thread for it.
pub fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        match thread.expect("the system has a thread").join() {
            Ok(done) => done,
            Err(payload) => std::panic::resume_unwind(payload),
        }
    })
}

/// What is open at a token.
struct Level {
    tokens: Vec<TokenTree>,
    /// The first that has not been looked at.
    at: usize,
    /// How deep the place of the group is.
    outside: usize,
    /// How many tokens there were since something ended for certain. Each may be inside of the one before: `!!!x`, `a.b().c()`, `&&&T`.
    run: usize,
    /// Whether a comma ends it. In `A<B, C>` and `|a, b| c` it does not.
    apart: bool,
}

impl Level {
    fn new(tokens: TokenStream, outside: usize) -> Level {
        Level { tokens: tokens.into_iter().collect(), at: 0, outside, run: 0, apart: true }
    }

    /// What is in the brackets that come next, or after an exclamation mark.
    fn attribute(&self) -> Option<(usize, TokenStream)> {
        let is_mark = matches!(self.tokens.get(self.at), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
        let at = self.at + usize::from(is_mark);
        match self.tokens.get(at) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
                Some((at + 1, group.stream()))
            }
            _ => None,
        }
    }

    /// Whether what comes after these braces is not the same expression or item: `{ … } else`, `{ … }.x` are.
    fn ends_here(&self) -> bool {
        match self.tokens.get(self.at) {
            None => true,
            Some(TokenTree::Ident(name)) => {
                !["as", "else", "in", "where"].iter().any(|word| name == word)
            }
            Some(TokenTree::Punct(punct)) => matches!(punct.as_char(), '#' | ';'),
            Some(TokenTree::Literal(_) | TokenTree::Group(_)) => false,
        }
    }
}

fn deeper_than(most: usize, tokens: TokenStream) -> Option<usize> {
    let mut open = vec![Level::new(tokens, 0)];
    while let Some(level) = open.last_mut() {
        let Some(token) = level.tokens.get(level.at) else {
            open.pop();
            continue;
        };
        level.at += 1;
        level.run += 1;
        let depth = level.outside + level.run;
        if depth > most {
            return Some(token.span().start().line);
        }
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                ';' => (level.run, level.apart) = (0, true),
                ',' if level.apart => level.run = 0,
                '<' | '|' => level.apart = false,
                // A line of documentation is one as well. However many there are, they stand side by side.
                '#' => {
                    if let Some((after, inside)) = level.attribute() {
                        level.run -= 1;
                        level.at = after;
                        open.push(Level::new(inside, depth));
                    }
                }
                _ => {}
            },
            TokenTree::Group(group) => {
                let (inside, is_braces) = (group.stream(), group.delimiter() == Delimiter::Brace);
                if is_braces && level.ends_here() {
                    (level.run, level.apart) = (0, true);
                }
                open.push(Level::new(inside, depth));
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn nested(before: &str, one: &str, middle: &str, end: &str, after: &str, n: usize) -> String {
        format!("{before}{}{middle}{}{after}\n", one.repeat(n), end.repeat(n))
    }

    /// Ways in which a few bytes are inside of the ones before.
    fn ways(n: usize) -> Vec<String> {
        let f = "fn f() { let x = ";
        let t = "type A = ";
        [
            ("ignore! {", "(", "", ")", "}"),
            ("ignore! {", "([{", "", "}])", "}"),
            (f, "(", "1", ")", "; }"),
            (f, "!", "true", "", "; }"),
            (f, "- ", "1", "", "; }"),
            (f, "1 + ", "1", "", "; }"),
            (f, "{ 1 } + ", "1", "", "; }"),
            (f, "a = ", "1", "", "; }"),
            (f, "x", ".a()", ".a()", "; }"),
            (f, "1", "", " as u8", "; }"),
            (f, "{ 1 }", "", " as u8 as u16", "; }"),
            (f, "return ", "", "", "; }"),
            (f, "|a, b| ", "1", "", "; }"),
            (f, "x | |a, b| ", "1", "", "; }"),
            (f, "if a { 1 } else ", "{ 1 }", "", "; }"),
            (f, "for A {} in ", "x", " {}", "; }"),
            (f, "{ fn g() {} ", "", "}", "; }"),
            (f, "match x { _ => ", "1", ", }", "; }"),
            (f, "&", "x", "", "; }"),
            (f, "x", "", "?", "; }"),
            (f, "x", "", "[0]", "; }"),
            (f, "x", "", "(1, 2)", "; }"),
            (f, "A::<u8, ", "u8", ">", "; }"),
            (f, "[1; ", "1", "]", "; }"),
            (t, "A<u8, ", "u8", ">", ";"),
            (t, "&'static ", "u8", "", ";"),
            (t, "*const ", "u8", "", ";"),
            (t, "fn() -> ", "u8", "", ";"),
            (t, "for<'a, 'b> fn() -> ", "u8", "", ";"),
            ("#![a", "(", "", ")", "]"),
            ("#[a", "(b", "", ")", "] fn f() {}"),
            ("#[a] /// b\n", "mod a { #[a] ", "", "}", ""),
            ("\u{feff}#!/bin/sh it's \"\n fn f() { ", "(", "", ")", "}"),
            ("#! [allow(warnings)]\n fn f() { ", "(", "", ")", "}"),
        ]
        .map(|(before, one, middle, end, after)| nested(before, one, middle, end, after, n))
        .to_vec()
    }

    #[test]
    fn what_is_too_deep_is_seen_however_it_is_written() {
        for source in ways(3000) {
            assert!(too_deep(source.as_bytes()).is_some(), "{}", &source[..40]);
        }
    }

    /// What is not seen as too deep can be read, copied and given back.
    #[test]
    fn what_is_not_too_deep_can_be_read() {
        for n in [8, 400, 1000, 1450] {
            for source in ways(n) {
                if too_deep(source.as_bytes()).is_some() {
                    assert!(n > 300, "{}", &source[..40]);
                    continue;
                }
                with_room(|| {
                    let tokens = tokens(source.as_bytes()).expect("it has tokens");
                    let file = syn::parse2::<syn::File>(tokens);
                    drop((file.clone(), file));
                });
            }
        }
    }

    #[test]
    fn the_line_is_told() {
        let source = format!("fn f() {{}}\n\nfn g() {{ let x = {}1; }}\n", "!".repeat(4000));
        assert_eq!(too_deep(source.as_bytes()), Some(3));
    }

    /// What lies side by side is not deep, however long it is.
    #[test]
    fn long_is_not_deep() {
        for (before, one, after) in [
            ("", "/// A line.\n", "fn f() {}"),
            ("", "#[allow(dead_code)] ", "fn f() {}"),
            ("", "fn f() { a::b(c, d); } ", ""),
            ("fn f() { ", "x.y(z); ", "}"),
            ("fn f() { ", "if a { b } else { c } ", "}"),
            ("static A: &[u8] = &[", "1, 0x2f, ", "];"),
            ("fn f() { match x { ", "A => { 1 } ", "} }"),
            ("enum A { ", "B(u8), ", "}"),
            ("use a::{", "b::c, ", "};"),
        ] {
            let source = nested(before, one, "", "", after, 3000);
            assert!(syn::parse_file(&source).is_ok(), "{one}");
            assert_eq!(too_deep(source.as_bytes()), None, "{one}");
        }
    }

    #[test]
    fn a_first_line_as_of_a_script_is_none_of_the_source() {
        let kept = |text: &str| without_shebang(text).trim() == "fn f() {}";
        for script in ["#!/bin/sh it's \"", "#! ", "#!/* [ */ x", "#!// ["] {
            assert!(kept(&format!("{script}\nfn f() {{}}")), "{script}");
        }
        for attribute in ["#![a]", "#! [a]", "#!\u{200e}[a]", "#!/* /* */ x */[a]", "#!// x\n[a]"] {
            assert_eq!(without_shebang(attribute), attribute);
        }
    }

    /// How deep the deepest of all sources here is.
    #[test]
    fn what_people_write_is_far_from_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut sources = Vec::new();
        let mut folders = vec![root.join("chapters"), root.join("harness/src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                match path.extension() {
                    _ if path.is_dir() => folders.push(path),
                    Some(end) if end == "rs" => sources.push(path),
                    _ => {}
                }
            }
        }
        assert!(sources.len() > 300, "{}", sources.len());
        for path in sources {
            let tokens = tokens(&std::fs::read(&path).unwrap()).unwrap();
            let deep = deeper_than(MOST / 4, tokens);
            assert_eq!(deep, None, "{}", path.display());
        }
    }
}
