//! SVG elements as text.

use std::fmt::Write;

use crate::words::clean;

/// A growing piece of SVG.
#[derive(Debug, Default)]
pub(crate) struct Canvas {
    pub svg: String,
}

impl Canvas {
    pub fn text(&mut self, x: usize, y: usize, class: &str, text: &str) {
        if !text.is_empty() {
            let text = escape(text);
            let _ = write!(self.svg, "<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{text}</text>");
        }
    }

    pub fn path(&mut self, class: &str, d: &str) {
        let _ = write!(self.svg, "<path class=\"{class}\" d=\"{d}\"/>");
    }

    pub fn circle(&mut self, x: usize, y: usize, r: &str, class: &str) {
        let _ = write!(self.svg, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" class=\"{class}\"/>");
    }

    pub fn bar(&mut self, x: usize, top: usize, bottom: usize, width: usize, class: &str) {
        let (left, height, r) = (x - width / 2, bottom.saturating_sub(top), width / 2);
        let _ = write!(
            self.svg,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"{r}\" class=\"{class}\"/>"
        );
    }

    pub fn line(&mut self, class: &str, from: (usize, usize), to: (usize, usize)) {
        self.path(class, &format!("M{} {}L{} {}", from.0, from.1, to.0, to.1));
    }

    /// The head of an arrow, pointing right or left, with its tip at `x`.
    pub fn head(&mut self, class: &str, x: usize, y: usize, right: bool) {
        let back = if right { x - 7 } else { x + 7 };
        self.path(class, &format!("M{x} {y}L{back} {}L{back} {}z", y - 4, y + 4));
    }

    pub fn cross(&mut self, class: &str, x: usize, y: usize) {
        let (l, r, t, b) = (x - 5, x + 5, y - 5, y + 5);
        self.path(class, &format!("M{l} {t}L{r} {b}M{r} {t}L{l} {b}"));
    }

    pub fn group(&mut self, class: &str, inside: impl FnOnce(&mut Self)) {
        let _ = write!(self.svg, "<g class=\"{class}\">");
        inside(self);
        self.svg.push_str("</g>");
    }
}

/// Makes text safe inside an element or a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
