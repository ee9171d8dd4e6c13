//! A trace as SVG swim lanes: time runs down, each thread has a lane, the text beside it says what happens.
//!
//! The picture has no scripts. Its colours follow `prefers-color-scheme`, or the theme class that mdBook puts on `<html>`, or a
//! class `swim-light`/`swim-dark` on the picture; on paper it is always light. A screen reader gets the title and, as description,
//! the whole run in words.

mod canvas;
mod lanes;
mod layout;
mod measure;

use canvas::escape;
use layout::Layout;

use crate::chart::Chart;
use crate::words::predicate;
use crate::{Trace, explain};

/// How to draw.
#[derive(Clone, Debug)]
pub struct Svg {
    /// What ids in the picture begin with. Two pictures in one page need different ones. Letters, digits and `-` are kept.
    pub id: String,
    /// For which widths to lay the picture out.
    pub layout: SvgLayout,
    /// Whether to draw the verdict in words above the lanes and the search below. A page that says it may leave it out.
    pub words: bool,
    /// Show at most this many rows, the last ones.
    pub rows: Option<usize>,
}

/// For which widths a picture is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SvgLayout {
    /// One layout, 760 px wide; on a narrow page it is scaled down.
    Wide,
    /// One layout, 370 px wide, for phones.
    Narrow,
    /// Both in one picture; a media query on 600 px shows the one that fits. Meant for SVG that is part of an HTML page.
    #[default]
    Both,
}

impl Default for Svg {
    /// Both layouts, words included, every row.
    fn default() -> Self {
        Self { id: "swim".to_owned(), layout: SvgLayout::default(), words: true, rows: None }
    }
}

const WIDE: usize = 760;
const NARROW: usize = 370;

impl Svg {
    /// Draws a trace as one `<svg>` element.
    ///
    /// ```
    /// # fn show(trace: &trace::Trace) {
    /// let picture = trace::Svg { id: "deadlock".into(), ..Default::default() }.draw(trace);
    /// assert!(picture.starts_with("<svg "));
    /// # }
    /// ```
    pub fn draw(&self, trace: &Trace) -> String {
        let chart = Chart::new(trace);
        let id: String =
            self.id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let lay_out = |width| Layout::new(&chart, width, self).draw();
        let (wide, narrow) = match self.layout {
            SvgLayout::Wide => (Some(lay_out(WIDE)), None),
            SvgLayout::Narrow => (None, Some(lay_out(NARROW))),
            SvgLayout::Both => (Some(lay_out(WIDE)), Some(lay_out(NARROW))),
        };
        let mut css = include_str!("theme.css").replace('\n', "");
        let mut body = String::new();
        let mut size = (0, 0);
        for (class, width, drawing) in [("swim-narrow", NARROW, narrow), ("swim-wide", WIDE, wide)]
        {
            let Some((height, svg)) = drawing else { continue };
            let shape = format!("max-width:{width}px;aspect-ratio:{width}/{height}");
            let media = if size.0 == 0 {
                String::new()
            } else {
                "@media (min-width:601px),print".to_owned()
            };
            let (open, close) = if media.is_empty() { ("", "") } else { ("{", "}") };
            css += &format!("{media}{open}#{id}{{{shape}}}{close}");
            size = (width, height);
            body += &format!(
                "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" width=\"100%\" height=\"100%\">{svg}</svg>"
            );
        }
        if self.layout == SvgLayout::Both {
            css += ".swim>.swim-wide{display:none}.swim>.swim-narrow{display:inline}";
            css += "@media (min-width:601px),print{.swim>.swim-wide{display:inline}.swim>.swim-narrow{display:none}}";
        }
        let (width, height) = size;
        let title = escape(&format!("{}: {}", trace.program.name, explain::headline(&chart).1));
        let desc = escape(&describe(&chart));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"{id}\" class=\"swim\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\"><title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{desc}</desc><style>{css}</style>{body}</svg>\n"
        )
    }
}

/// The whole run in words.
fn describe(chart: &Chart<'_>) -> String {
    let mut text = explain::sentences(chart).join(" ");
    if !chart.rows.is_empty() {
        text.push_str(" The run, step by step:");
    }
    for row in &chart.rows {
        let name = chart.labels.thread(row.step.thread);
        let place = row.step.at.as_ref().map_or(String::new(), |at| format!(" ({})", at.short()));
        let preempted = row.preempted.map_or(String::new(), |thread| {
            format!(" (preempting {})", chart.labels.thread(thread))
        });
        text.push_str(&format!(
            " {}. {name} {}{place}{preempted}.",
            row.number,
            predicate(chart, row)
        ));
    }
    for (label, said) in explain::search(chart) {
        text.push_str(&format!(" {label}: {said}."));
    }
    text.trim_start().to_owned()
}
