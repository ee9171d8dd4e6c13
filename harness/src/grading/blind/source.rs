//! From `checks.rs` to checks that only look.

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};

/// What says what is right.
const ASSERTIONS: [&str; 6] =
    ["assert", "assert_eq", "assert_ne", "debug_assert", "debug_assert_eq", "debug_assert_ne"];

/// A place is the line times this, and the column.
const COLUMNS: usize = 1000;

/// The source without what says what is right. Where its lines and columns are depends on `seed`, and so do the names of its functions: a
/// function that is told who calls it, or of which type a closure is, learns nothing from it. Comments are gone.
///
/// # Errors
///
/// When it is no Rust.
pub fn blinded(source: &str, seed: u64) -> anyhow::Result<String> {
    let mut printer = Printer { text: String::new(), state: seed | 1 };
    let tokens = source.parse::<TokenStream>();
    let tokens = tokens.map_err(|error| anyhow::anyhow!("checks.rs: {error}"))?;
    let (tokens, aliases) = renamed(tokens, seed);
    printer.print(tokens);
    // Whoever calls them knows them by the names that they had.
    Ok(printer.text + &aliases)
}

/// The same functions under drawn names, and what makes their own names known again.
fn renamed(tokens: TokenStream, seed: u64) -> (TokenStream, String) {
    let (mut aliases, mut is_public, mut after_fn) = (String::new(), false, false);
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let renamed = tokens.into_iter().map(|token| {
        let TokenTree::Ident(name) = &token else {
            // `pub(crate)` keeps what `pub` has said; everything else begins something new.
            is_public &= matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
            after_fn = false;
            return token;
        };
        let defines = std::mem::replace(&mut after_fn, name == "fn");
        if !defines {
            let keeps = ["fn", "async", "const", "unsafe", "extern"].iter().any(|word| name == word);
            is_public = name == "pub" || is_public && keeps;
            return token;
        }
        state = step(state);
        let drawn = format!("c{state:016x}");
        let visibility = if is_public { "pub " } else { "" };
        aliases += &format!("\n#[allow(unused_imports)] {visibility}use {drawn} as {name};");
        is_public = false;
        TokenTree::Ident(Ident::new(&drawn, name.span()))
    });
    (renamed.collect(), aliases)
}

/// Xorshift: any number but 0 leads through all.
fn step(mut state: u64) -> u64 {
    state ^= state << 13;
    state ^= state >> 7;
    state ^ state << 17
}

/// The line of the source, from 1, that a look is from.
pub fn line_of(look: &str) -> Option<usize> {
    Some(look.split(' ').next()?.parse::<usize>().ok()? / COLUMNS)
}

struct Printer {
    text: String,
    state: u64,
}

impl Printer {
    fn print(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match &tokens[at..] {
                [
                    TokenTree::Ident(name),
                    TokenTree::Punct(bang),
                    TokenTree::Group(operands),
                    ..,
                ] if bang.as_char() == '!' && ASSERTIONS.iter().any(|it| name == it) => {
                    let start = name.span().start();
                    let place = start.line * COLUMNS + start.column.min(COLUMNS - 1);
                    self.text += &format!("::judge::look!({place}, ");
                    self.print(operands.stream());
                    self.text.push(')');
                    self.space();
                    at += 3;
                    continue;
                }
                _ => {}
            }
            match token {
                TokenTree::Group(group) => self.group(group),
                TokenTree::Punct(punct) => {
                    self.text.push(punct.as_char());
                    if punct.spacing() == Spacing::Alone {
                        self.space();
                    }
                }
                TokenTree::Ident(_) | TokenTree::Literal(_) => {
                    self.text += &token.to_string();
                    self.space();
                }
            }
            at += 1;
        }
    }

    fn group(&mut self, group: &Group) {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        self.text += open;
        self.space();
        self.print(group.stream());
        self.text += close;
        self.space();
    }

    /// A blank, or some line feeds: whatever was drawn. Xorshift.
    fn space(&mut self) {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.text += match self.state >> 60 {
            0 | 1 => "\n",
            2 => "\n\n",
            3 => "  ",
            _ => " ",
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKS: &str = r#"//! Checks.
use student::f;

/// Doc.
pub fn a<'a>() {
    assert_eq!(f::<u8, u8>(1), 2, "with {} words", 7);
    for x in [1..=2, 3..=4] { assert!(x.contains(&1) && f('b') != "
}", "no"); }
    macro_rules! same { ($x:expr) => { assert_ne!($x, 9) } }
    same!(r"\");
}
"#;

    #[test]
    fn what_is_right_is_gone_and_all_else_is_there() {
        let text = blinded(CHECKS, 5).unwrap();
        let tokens = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let plain = tokens(&text);
        for part in
            ["::judge::look!(6004, f ::< u8 , u8 >", "::judge::look!(9039, $ x , 9 )", "'b'"]
        {
            assert!(plain.contains(part), "{part} in {plain}");
        }
        assert!(!plain.contains("assert"), "{plain}");
        assert!(text.contains("\"\n}\""), "a text is no place for line feeds: {text}");
        assert!(syn::parse_file(&text).is_ok(), "{text}");
        assert_eq!(line_of("9039 Some(3)"), Some(9));
        assert_eq!(line_of("x"), None);
    }

    #[test]
    fn lines_are_others_with_another_seed_and_places_are_not() {
        let (one, two) = (blinded(CHECKS, 1).unwrap(), blinded(CHECKS, 2).unwrap());
        let line =
            |text: &str, what: &str| text.lines().position(|line| line.contains(what)).unwrap();
        let apart = |text: &str| line(text, "look!(9039") - line(text, "look!(6004");
        assert_ne!(apart(&one), apart(&two), "{one}\n{two}");
        assert_eq!(blinded(CHECKS, 1).unwrap(), one);
    }
}
