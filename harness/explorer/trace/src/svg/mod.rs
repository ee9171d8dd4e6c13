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

use crate::captions::Captions;
use crate::chart::Chart;
use crate::words::predicate;
use crate::{Language, Trace, explain};

/// How to draw.
#[derive(Clone, Debug)]
pub struct Svg {
    /// What ids in the picture begin with. Two pictures in one page need different ones. Letters, digits and `-` are kept.
    pub id: String,
    /// For which widths to lay the picture out.
    pub layout: SvgLayout,
    /// Whether to draw the verdict in words above the lanes and the search below. A page that says it may leave it out.
    pub words: bool,
    /// Show at most so many rows: the first, the last, and those in between where something turns.
    pub rows: Option<usize>,
    /// The language of everything but names.
    pub language: Language,
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
        Self {
            id: "swim".to_owned(),
            layout: SvgLayout::default(),
            words: true,
            rows: None,
            language: Language::En,
        }
    }
}

const WIDE: usize = 760;
const NARROW: usize = 370;

impl Svg {
    /// Draws a trace as one `<svg>` element.
    ///
    /// ```
    /// # fn show(trace: &explore_trace::Trace) {
    /// let picture = explore_trace::Svg { id: "deadlock".into(), ..Default::default() }.draw(trace);
    /// assert!(picture.starts_with("<svg "));
    /// # }
    /// ```
    pub fn draw(&self, trace: &Trace) -> String {
        let chart = Chart::new(trace, self.language);
        let id = safe_id(&self.id);
        let widths: &[(&str, usize)] = match self.layout {
            SvgLayout::Wide => &[("swim-wide", WIDE)],
            SvgLayout::Narrow => &[("swim-narrow", NARROW)],
            SvgLayout::Both => &[("swim-narrow", NARROW), ("swim-wide", WIDE)],
        };
        let mut css = include_str!("theme.css").replace('\n', "");
        let mut body = String::new();
        let mut size = (0, 0);
        for (index, &(class, width)) in widths.iter().enumerate() {
            let (width, height, svg) = Layout::new(&chart, width, self).draw();
            let shape = format!("#{id}{{max-width:{width}px;aspect-ratio:{width}/{height}}}");
            css += &match index {
                0 => shape,
                // The second layout takes over where there is room for it.
                _ => format!(
                    "#{id}>.swim-wide{{display:none}}@media (min-width:601px),print{{{shape}\
                     #{id}>.swim-wide{{display:inline}}#{id}>.swim-narrow{{display:none}}}}"
                ),
            };
            body += &format!(
                "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" width=\"100%\" height=\"100%\">{svg}</svg>"
            );
            size = (width, height);
        }
        let (width, height) = size;
        let title = escape(&format!(
            "{}{}{}",
            trace.program.name,
            Captions::of(self.language).colon,
            explain::headline(&chart).1
        ));
        let desc =
            escape(&describe(&chart, &chart.turning_points(self.rows.unwrap_or(usize::MAX))));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"{id}\" class=\"swim\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\"><title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{desc}</desc><style>{css}</style>{body}</svg>\n"
        )
    }
}

/// A name that is an id in HTML and in CSS, whatever was asked for.
fn safe_id(id: &str) -> String {
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    if id.starts_with(|c: char| c.is_ascii_alphabetic()) { id } else { format!("swim{id}") }
}

/// The run in words, as far as it is shown.
fn describe(chart: &Chart<'_>, shown: &[usize]) -> String {
    let captions = Captions::of(chart.labels.language());
    let mut text = explain::sentences(chart).join(" ");
    if !chart.rows.is_empty() {
        text.push_str(captions.step_by_step);
    }
    let mut next = 0;
    for row in shown.iter().filter_map(|&row| chart.rows.get(row)) {
        if row.number > next + 1 {
            text.push_str(" …");
        }
        next = row.number;
        let name = chart.labels.thread(row.step.thread);
        let place = row
            .step
            .at
            .as_ref()
            .map_or(String::new(), |at| format!(" ({})", chart.labels.place(at)));
        let preempted = row
            .preempted
            .map_or(String::new(), |thread| (captions.preempting)(chart.labels.thread(thread)));
        text.push_str(&format!(
            " {}. {name} {}{place}{preempted}{}",
            row.number,
            predicate(chart, row),
            captions.stop
        ));
    }
    for (label, said) in explain::search(chart) {
        text.push_str(&format!(" {label}{}{said}{}", captions.colon, captions.stop));
    }
    text.trim_start().to_owned()
}
