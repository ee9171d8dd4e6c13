//! How wide text will be. Nobody knows before it is drawn with the reader's fonts; these are estimates on the wide side.

use unicode_width::UnicodeWidthChar;

/// Lengths are tenths of a pixel, so that they add up exactly.
pub(crate) const PX: usize = 10;

/// Text in the sans-serif face at 13 px, the size of sentences.
pub(crate) fn sans(text: &str) -> usize {
    text.chars().map(sans_char).sum::<usize>() * 13 / 10
}

/// The same in bold.
pub(crate) fn bold(text: &str) -> usize {
    sans(text) * 112 / 100
}

/// Text in the monospaced face at 12 px, the size of source lines.
pub(crate) fn mono(text: &str) -> usize {
    text.chars().map(|c| 74 * c.width().unwrap_or(0)).sum()
}

/// One character in hundredths of an em.
fn sans_char(c: char) -> usize {
    match c {
        'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | ';' | '|' | '!' => 30,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '-' | '"' | '`' | '/' => 40,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 95,
        'A'..='Z' => 70,
        '_' | 'a'..='z' | '0'..='9' => 60,
        c => 50 * c.width().unwrap_or(0).max(1) + 10,
    }
}
