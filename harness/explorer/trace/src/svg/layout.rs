//! One layout of the picture: where every line of text goes, for a given width.

use super::Svg;
use super::canvas::Canvas;
use super::lanes::{self, Lanes, Placed, needs};
use super::measure::{PX, bold, mono, sans};
use crate::captions::Captions;
use crate::chart::{Chart, Row, RowMood};
use crate::explain::{self, Mood};
use crate::text::wrap_by;
use crate::words::{clean, duration, predicate};
use crate::{Location, Operation, Origin, Stream, ThreadId};

/// Between the card's edge and what is in it.
const PAD: usize = 14;
/// From one line of a sentence to the next.
const LINE: usize = 18;
/// From one row to the next, at least.
const ROW: usize = 25;
/// The text beside the lanes never gets less than this.
const TEXT: usize = 150;

/// A picture of one width.
pub(super) struct Layout<'c> {
    chart: &'c Chart<'c>,
    options: &'c Svg,
    width: usize,
    canvas: Canvas,
    /// The rows that are drawn, in their order.
    shown: Vec<usize>,
    /// The threads that have a lane.
    threads: Vec<usize>,
    /// All steps are in one file: its name need not be repeated.
    one_file: bool,
    /// The next free pixel.
    y: usize,
}

impl<'c> Layout<'c> {
    /// A picture of this width; a wider one, if it takes more than that for all lanes and some text.
    pub fn new(chart: &'c Chart<'c>, width: usize, options: &'c Svg) -> Self {
        let shown = chart.turning_points(options.rows.unwrap_or(usize::MAX));
        let threads = lanes::threads(chart, &shown);
        let width = match chart.rows.is_empty() {
            true => width,
            false => width.max(lanes::least(left(chart), threads.len(), TEXT + PAD)),
        };
        Self {
            chart,
            options,
            width,
            canvas: Canvas::default(),
            shown,
            threads,
            one_file: chart.trace.in_one_file(),
            y: PAD,
        }
    }

    /// The width, the height and what is inside.
    pub fn draw(mut self) -> (usize, usize, String) {
        if self.options.words {
            self.verdict();
        }
        if !self.chart.rows.is_empty() {
            self.rows();
        }
        if self.options.words {
            self.search();
        }
        let height = self.y + PAD - 4;
        let card = format!(
            "<rect class=\"swim-card\" x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"8\"/>",
            self.width - 1,
            height - 1
        );
        (self.width, height, card + &self.canvas.svg)
    }

    fn captions(&self) -> &'static Captions {
        Captions::of(self.options.language)
    }

    fn verdict(&mut self) {
        let (mood, headline) = explain::headline(self.chart);
        let class = match mood {
            Mood::Good => "swim-h swim-good",
            Mood::Bad => "swim-h swim-bad",
            Mood::Neutral => "swim-h",
        };
        let program = &self.chart.trace.program;
        let entry = program.entry.as_ref().map_or(String::new(), |at| format!(" ({})", at.short()));
        self.paragraph("swim-small", &format!("{}{entry}", program.name), 9);
        self.y += 4;
        self.paragraph(class, &headline, 15);
        self.y += 2;
        for sentence in explain::sentences(self.chart) {
            self.paragraph("swim-p", &sentence, 10);
        }
        self.y += 8;
    }

    /// Lines of text from edge to edge; `scale` is the size of the letters, 10 for sentences.
    fn paragraph(&mut self, class: &str, text: &str, scale: usize) {
        let room = self.width.saturating_sub(2 * PAD) * PX;
        for line in wrap_by(&clean(text), room, room, |text| sans(text) * scale / 10) {
            self.y += LINE * scale.max(10) / 10;
            self.canvas.text(PAD, self.y - 4, class, &line);
        }
    }

    fn rows(&mut self) {
        let chart = self.chart;
        let recorded = chart.trace.origin == Origin::Recorded;
        let numbers = numbers(chart);
        let lanes = Lanes::new(chart, self.threads.clone(), left(chart), self.width);
        self.y = lanes.header(&mut self.canvas, self.y);
        let others = chart.trace.threads.len().saturating_sub(self.threads.len());
        if chart.trace.threads.len() > 1 && others > 0 {
            self.remark(lanes.end(), &(self.captions().other_threads)(others));
        }
        let mut placed = Vec::new();
        let mut texts = Canvas::default();
        let mut before: Option<&Location> = None;
        let mut next = 0;
        for index in self.shown.clone() {
            self.gap(index.saturating_sub(next), next == 0, lanes.end());
            next = index + 1;
            let Some(row) = chart.rows.get(index) else { continue };
            placed.push(Placed { row: index, y: self.y + 12 });
            let number = PAD + numbers - 8;
            texts.text(number, self.y + 16, "swim-num", &row.number.to_string());
            if recorded {
                let time = row.step.time_ns.map_or(String::new(), duration);
                texts.text(PAD + numbers - 30, self.y + 16, "swim-num", &time);
            }
            if row.preempted.is_some() {
                preemption(&mut texts, PAD, self.y + 12);
            }
            self.y = self.row(&mut texts, row, before, lanes.end()).max(self.y + ROW);
            before = row.step.at.as_ref();
        }
        self.gap(chart.rows.len().saturating_sub(next), false, lanes.end());
        self.y += 8;
        lanes.draw(&mut self.canvas, &placed, self.y);
        self.canvas.svg.push_str(&texts.svg);
        self.y += 12;
        self.legend();
    }

    /// That so many steps are left out.
    fn gap(&mut self, count: usize, first: bool, x: usize) {
        let captions = self.captions();
        match (count, first) {
            (0, _) => {}
            (_, true) => self.remark(x, &format!("… {}", (captions.earlier)(count))),
            (_, false) => self.remark(x, &format!("… {}", (captions.left_out)(count))),
        }
    }

    /// A line of small text beside the lanes.
    fn remark(&mut self, x: usize, text: &str) {
        self.y += LINE;
        self.canvas.text(x, self.y - 4, "swim-small", text);
    }

    /// The text of a row; returns where the next row begins.
    fn row(
        &self,
        canvas: &mut Canvas,
        row: &Row<'_>,
        before: Option<&Location>,
        x: usize,
    ) -> usize {
        let room = self.width.saturating_sub(PAD + x) * PX;
        let here = row.step.at.as_ref();
        let short = |at: &Location| match self.one_file {
            true => format!(":{}", at.line),
            false => self.chart.labels.place(at),
        };
        let place = here.map(short).unwrap_or_default();
        // On a narrow picture the place goes with the source line.
        let beside = self.width > 500 && !place.is_empty();
        let name = self.chart.labels.thread(row.step.thread);
        let text = format!("{name} {}", predicate(self.chart, row));
        let first = if beside { room.saturating_sub(sans(&place) + 80) } else { room };
        let mut y = self.y;
        let first = first.saturating_sub(bold(name).saturating_sub(sans(name)));
        for (index, line) in wrap_by(&text, first, room, sans).iter().enumerate() {
            y += if index == 0 { 16 } else { LINE - 1 };
            let class = match self.chart.mood(row) {
                RowMood::Bad => "swim-bad",
                RowMood::Waits => "swim-warn",
                RowMood::Plain => "swim-p",
            };
            match line.strip_prefix(name).filter(|_| index == 0) {
                Some(rest) => named(canvas, x, y, row.step.thread, name, class, rest),
                None => canvas.text(x, y, class, line),
            }
        }
        if beside {
            canvas.text(self.width - PAD, self.y + 16, "swim-loc", &place);
        }
        let source = here.filter(|_| here != before).and_then(|at| self.chart.trace.source(at));
        let source = source.map(clean).unwrap_or_default();
        let code = match (beside, here) {
            (false, Some(_)) if here != before => format!("{place} {source}"),
            _ => source,
        };
        for line in code_lines(&code, room, if beside { 1 } else { 2 }) {
            y += LINE - 2;
            canvas.text(x, y, "swim-code", &line);
        }
        for &index in &row.output {
            let Some(output) = self.chart.trace.output.get(index) else { continue };
            let who = self.chart.labels.thread(output.thread);
            let captions = self.captions();
            let prints = (captions.prints)(who, output.stream == Stream::Stderr);
            let text = format!("{prints}{}{}", captions.colon, clean(&output.text));
            for line in wrap_by(&text, room, room, bold) {
                y += LINE;
                canvas.text(x, y, "swim-b", &line);
            }
        }
        y + 9
    }

    /// What the marks mean; only those that occur.
    fn legend(&mut self) {
        let rows: Vec<&Row<'_>> =
            self.shown.iter().filter_map(|&row| self.chart.rows.get(row)).collect();
        let waits = |row: &Row<'_>| {
            row.step.blocked.is_some() || matches!(row.step.operation, Operation::Wait { .. })
        };
        let captions = self.captions();
        let mut x = PAD;
        self.y += 14;
        let mut entry =
            |this: &mut Self, show: bool, text: &str, draw: &dyn Fn(&mut Canvas, usize, usize)| {
                if !show {
                    return;
                }
                let need = 30 + sans(text) * 9 / 10 / PX + 14;
                if x > PAD && x + need > this.width - PAD {
                    x = PAD;
                    this.y += LINE;
                }
                let y = this.y - 4;
                this.canvas.group("swim-t0", |canvas| draw(canvas, x, y));
                this.canvas.text(x + 30, this.y, "swim-small", text);
                x += need;
            };
        let lane = |test: &dyn Fn(&crate::chart::Lane) -> bool| {
            rows.iter().any(|row| row.lanes.iter().any(test))
        };
        let blocked = |lane: &crate::chart::Lane| lane.state == crate::chart::LaneState::Blocked;
        entry(self, true, captions.acts, &|c, x, y| c.circle(x + 14, y, "5", "swim-dot"));
        entry(self, rows.iter().any(|row| waits(row)), captions.has_to_wait, &|c, x, y| {
            c.circle(x + 14, y, "5", "swim-ask")
        });
        entry(
            self,
            rows.iter().any(|row| !needs(row).is_empty()),
            captions.for_what_this_thread_has,
            &|c, x, y| {
                c.line("swim-want", (x, y), (x + 18, y));
                c.head("swim-wanthead", x + 25, y, true);
            },
        );
        entry(self, lane(&|lane| !lane.holds.is_empty()), captions.holds_a_lock, &|c, x, y| {
            c.bar(x + 14, y - 7, y + 7, 10, "swim-hold");
            c.line("swim-lane", (x + 14, y - 7), (x + 14, y + 7));
        });
        entry(self, lane(&blocked), captions.waits, &|c, x, y| {
            c.line("swim-wait", (x + 14, y - 7), (x + 14, y + 8))
        });
        entry(
            self,
            rows.iter().any(|row| !row.arrows().is_empty()),
            captions.lets_go_on,
            &|c, x, y| {
                c.line("swim-arrow", (x, y), (x + 18, y));
                c.head("swim-head", x + 25, y, true);
            },
        );
        let stuck = rows.last().is_some_and(|row| row.lanes.iter().any(blocked));
        entry(self, stuck, captions.still_waits, &|c, x, y| {
            c.line("swim-wait", (x + 14, y - 7), (x + 14, y + 5));
            c.line("swim-cross", (x + 8, y + 5), (x + 20, y + 5));
        });
        let panics = |row: &Row<'_>| matches!(row.step.operation, Operation::Panic { .. });
        entry(self, rows.iter().any(|row| panics(row)), captions.panics, &|c, x, y| {
            c.cross("swim-cross", x + 14, y)
        });
        entry(
            self,
            rows.iter().any(|row| row.preempted.is_some()),
            captions.preemption_short,
            &|c, x, y| {
                preemption(c, x + 7, y);
            },
        );
        self.y += 6;
    }

    fn search(&mut self) {
        let lines = explain::search(self.chart);
        if lines.is_empty() {
            return;
        }
        self.y += 8;
        self.canvas.line("swim-rule", (PAD, self.y), (self.width - PAD, self.y));
        self.y += 4;
        for (label, text) in lines {
            self.paragraph("swim-small", &format!("{label}{}{text}", self.captions().colon), 9);
        }
    }
}

/// Columns of pixels for the rows' numbers and times.
fn numbers(chart: &Chart<'_>) -> usize {
    if chart.trace.origin == Origin::Recorded { 84 } else { 30 }
}

/// Where the lanes begin.
fn left(chart: &Chart<'_>) -> usize {
    PAD + numbers(chart) + 12
}

/// A sentence that begins with the thread's name in its colour.
fn named(
    canvas: &mut Canvas,
    x: usize,
    y: usize,
    thread: ThreadId,
    name: &str,
    class: &str,
    rest: &str,
) {
    let (name, rest) = (super::canvas::escape(name), super::canvas::escape(&format!("x{rest}")));
    let colour = thread.0 % 6;
    canvas.svg += &format!(
        "<text x=\"{x}\" y=\"{y}\" class=\"{class}\"><tspan class=\"swim-name swim-t{colour}\" fill=\"currentColor\">{name}</tspan> {}</text>",
        rest.trim_start_matches('x').trim_start()
    );
}

/// A source line in at most so many lines; what does not fit is cut off.
fn code_lines(code: &str, room: usize, most: usize) -> Vec<String> {
    if code.is_empty() {
        return Vec::new();
    }
    if most == 1 || mono(code) <= room {
        return vec![clip(code, room)];
    }
    let first = wrap_by(code, room, room, mono).swap_remove(0);
    let rest = code.get(first.len()..).unwrap_or_default().trim_start();
    let mut lines = vec![first];
    lines.extend(code_lines(&format!("  {rest}"), room, most - 1));
    lines
}

fn clip(code: &str, room: usize) -> String {
    if mono(code) <= room {
        return code.to_owned();
    }
    let mut used = mono("…");
    let fits = code.char_indices().find(|(_, c)| {
        used += mono(c.encode_utf8(&mut [0; 4]));
        used > room
    });
    code[..fits.map_or(code.len(), |(at, _)| at)].to_owned() + "…"
}

/// Two arrows, there and back.
fn preemption(canvas: &mut Canvas, x: usize, y: usize) {
    let (there, back) = (y - 3, y + 3);
    canvas.path(
        "swim-switch",
        &format!("M{x} {there}h10m-3 -3l3 3l-3 3M{} {back}h-10m3 -3l-3 3l3 3", x + 10),
    );
}
