//! The tables as one picture: a dot for each comparison, on a logarithmic scale, with what was to be reached.
//!
//! It is put into the page itself, so its colours are the page's, light or dark.

use super::table::Row;
use super::words::Language;
use std::fmt::Write as _;

const WIDTH: f64 = 760.0;
/// Where the scale begins and ends.
const LEFT: f64 = 400.0;
const RIGHT: f64 = 740.0;
const LEAST: f64 = 0.01;
const MOST: f64 = 10.0;
const LINE: f64 = 17.0;
const TOP: f64 = 64.0;

fn x(ratio: f64) -> f64 {
    let part = (ratio.clamp(LEAST, MOST) / LEAST).log10() / (MOST / LEAST).log10();
    LEFT + part * (RIGHT - LEFT)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// How much of a label there is room for, in letters; a Chinese character takes two.
const ROOM: usize = 64;

/// The text, or as much of it as there is room for. The table has all of it.
fn shortened(text: &str) -> String {
    let mut room = ROOM;
    let fits = |c: &char| {
        let width = if *c < '\u{2e80}' { 1 } else { 2 };
        let has_room = room >= width;
        room = room.saturating_sub(width);
        has_room
    };
    let shown: String = text.chars().take_while(fits).collect();
    if shown.len() == text.len() { shown } else { format!("{shown}…") }
}

fn label(row: &Row, language: Language) -> String {
    let cpus = match row.cpus.as_str() {
        "" => String::new(),
        "1" => format!(", 1 {}", language.say("CPU")),
        n => format!(", {n} {}", language.say("CPUs")),
    };
    let text = format!("{} · {}{cpus}", language.say(&row.what), language.say(&row.peer));
    escaped(&shortened(&text.replace('`', "")))
}

/// A dot, filled if the goal is reached, hollow if not, small if there is none.
fn dot(row: &Row, y: f64) -> String {
    let x = x(row.ratio);
    if row.ratio < LEAST {
        return format!("<path d=\"M{:.1} {:.1}l10 -5v10z\" fill=\"var(--links)\"/>", x - 2.0, y);
    }
    match row.reached() {
        Some(true) => {
            format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"var(--links)\"/>")
        }
        Some(false) => format!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"var(--bg)\" stroke=\"currentColor\" stroke-width=\"2\"/>"
        ),
        None => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"currentColor\"/>"),
    }
}

fn scale(svg: &mut String, bottom: f64) {
    for tick in [0.01, 0.1, 1.0, 10.0] {
        let (x, width) = (x(tick), if tick == 1.0 { 1.5 } else { 0.4 });
        let _ = writeln!(
            svg,
            "<path d=\"M{x:.1} {:.1}V{bottom:.1}\" stroke=\"currentColor\" stroke-width=\"{width}\"/>",
            TOP - 10.0
        );
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{tick}</text>",
            TOP - 16.0
        );
    }
}

/// What the signs mean.
fn legend(svg: &mut String, language: Language) {
    let mut at = 8.0;
    for (sign, text) in [
        ("<circle cx=\"0\" cy=\"-4\" r=\"5\" fill=\"var(--links)\"/>", "goal reached"),
        (
            "<circle cx=\"0\" cy=\"-4\" r=\"5\" fill=\"var(--bg)\" stroke=\"currentColor\" stroke-width=\"2\"/>",
            "goal not reached",
        ),
        ("<circle cx=\"0\" cy=\"-4\" r=\"3\" fill=\"currentColor\"/>", "no goal"),
        ("<path d=\"M0 -11V3\" stroke=\"var(--links)\" stroke-width=\"2\"/>", "goal"),
        ("<path d=\"M-5 -4l10 -5v10z\" fill=\"var(--links)\"/>", "off the scale"),
    ] {
        let _ = writeln!(
            svg,
            "<g transform=\"translate({at} 16)\">{sign}<text x=\"12\" y=\"0\">{}</text></g>",
            language.say(text)
        );
        at += 142.0;
    }
    for (x, anchor, text) in [
        (x(0.9), "end", format!("◀ {}", language.say("ours is faster"))),
        (x(1.1), "start", format!("{} ▶", language.say("the peer is faster"))),
    ] {
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"34\" text-anchor=\"{anchor}\">{text}</text>");
    }
}

/// The picture of all chapters' rows.
pub fn svg(chapters: &[(String, Vec<Row>)], language: Language) -> String {
    let lines: usize = chapters.iter().map(|(_, rows)| rows.len() + 1).sum();
    let bottom = TOP + LINE * lines as f64;
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" aria-labelledby=\"plot-title plot-text\" style=\"min-width:72rem;width:100%\" font-size=\"12\" fill=\"currentColor\">\n<title id=\"plot-title\">{}</title>\n<desc id=\"plot-text\">{}</desc>\n",
        bottom + 26.0,
        language.say("Benchmarks"),
        language.say(
            "Ratios of the time that ours takes to the time that the peer takes, one row for each comparison of the tables below. The same numbers stand in the tables."
        )
    );
    legend(&mut svg, language);
    scale(&mut svg, bottom);
    let mut y = TOP;
    for (chapter, rows) in chapters {
        y += LINE;
        let _ = writeln!(
            svg,
            "<text x=\"4\" y=\"{y:.1}\" font-weight=\"bold\">{}</text>",
            language.chapter(chapter)
        );
        for row in rows {
            y += LINE;
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 10.0,
                label(row, language)
            );
            if let Some(goal) = row.goal {
                let x = x(goal.as_ratio());
                let _ = writeln!(
                    svg,
                    "<path d=\"M{x:.1} {:.1}v14\" stroke=\"var(--links)\" stroke-width=\"2\"/>",
                    y - 11.0
                );
            }
            let _ = writeln!(svg, "{}", dot(row, y - 4.0));
        }
    }
    let _ = writeln!(
        svg,
        "<text x=\"{RIGHT}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n</svg>",
        bottom + 20.0,
        language.say("ratio, ours to the peer's, on a logarithmic scale")
    );
    svg
}
