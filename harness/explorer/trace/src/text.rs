//! Text measured and broken into lines. The measure is terminal columns, where a Chinese character takes two, or another.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text, or as much of it as fits with an ellipsis at the end.
pub fn clip(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let (mut kept, mut used) = (String::new(), width(ellipsis));
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        kept.push(c);
    }
    if width(ellipsis) <= columns {
        kept.push_str(ellipsis);
    }
    kept
}

/// Breaks a text into lines of at most `first` columns for the first line and `rest` for the others: between words, around wide
/// characters, and inside a word only if it is too long for a line.
pub fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    // A wide character takes two columns; with fewer there would be no end.
    wrap_by(text, first.max(2), rest.max(2), width)
}

/// [`wrap`] with another measure of width.
pub(crate) fn wrap_by(
    text: &str,
    first: usize,
    rest: usize,
    measure: impl Fn(&str) -> usize,
) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        let room = |lines: &[String]| if lines.is_empty() { first } else { rest };
        if measure(&line) + measure(piece.trim_end()) > room(&lines) && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if measure(piece.trim_end()) <= room(&lines) {
            line.push_str(piece);
            continue;
        }
        for c in piece.chars() {
            let full = measure(&line) + measure(c.encode_utf8(&mut [0; 4])) > room(&lines);
            if full && !line.is_empty() && !c.is_whitespace() {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// Words with the white space after them; a wide character is a word of its own.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        let wide = |c: char| c.width() == Some(2);
        let breaks = before.is_some_and(|before| {
            (before.is_whitespace() && !c.is_whitespace())
                || (wide(before) && !c.is_whitespace())
                || (wide(c) && !before.is_whitespace())
        });
        if breaks {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    pieces.push(&text[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_between_wide_characters() {
        assert_eq!(clip("死锁检测", 8, "…"), "死锁检测");
        assert_eq!(clip("死锁检测", 7, "…"), "死锁检…");
        assert_eq!(clip("死锁检测", 6, "…"), "死锁…");
        assert_eq!(clip("plain", 0, "…"), "");
    }

    #[test]
    fn wraps_words_and_wide_characters() {
        assert_eq!(wrap("one two three", 7, 5), ["one two", "three"]);
        assert_eq!(wrap("线程在等锁", 6, 4), ["线程在", "等锁"]);
        assert_eq!(wrap("abcdefgh", 3, 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 5, 5), [""]);
    }

    #[test]
    fn no_line_is_too_wide() {
        let text = "ann 等待 left, held by bob_with_a_very_long_name and others 死锁";
        for limit in 2..40 {
            for line in wrap(text, limit, limit) {
                assert!(width(&line) <= limit, "{line:?} in {limit}");
            }
        }
    }
}
