//! A trace as text for a terminal: the verdict, a lane for each thread, where each thread stands.

mod fold;
mod lanes;
mod rounds;
mod style;

use crate::text::{clip, width, wrap};
use lanes::{ASCII, Glyphs, Lanes, UNICODE};
use rounds::Piece;
use std::ops::Range;
use style::{Page, Role};

use crate::captions::Captions;
use crate::chart::{Chart, LaneState, Row, RowMood};
use crate::explain::{self, Mood};
use crate::words::{clean, duration, predicate};
use crate::{Failure, Language, Location, Operation, Origin, Outcome, Stream, Trace};

/// How to draw.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// How many columns there are. Less than 40 is taken as 40.
    pub width: usize,
    /// Whether to use ANSI colours. Nothing is said by colour alone.
    pub colour: bool,
    /// Draw with ASCII instead of box-drawing characters.
    pub ascii: bool,
    /// Show at most this many rows, a line for several counted as one: those up to the panic that the verdict tells of, or else the last ones. A recorded run can have
    /// thousands.
    pub rows: Option<usize>,
    /// Whether to begin with the program's name and, if it panics, the message. A title of its own may have said both.
    pub title: bool,
    /// Whether to say where threads come from, what the marks mean, where each thread stands and how the run was found.
    pub legend: bool,
    /// Draw steps of one thread within a crate of others as one line, unless something turns there; and of rounds of a loop that are all alike the first.
    pub fold: bool,
    /// The language of everything but names.
    pub language: Language,
}

impl Default for Terminal {
    /// 80 columns, no colour, box-drawing characters, every row by itself, a title and a legend.
    fn default() -> Self {
        Self {
            width: 80,
            colour: false,
            ascii: false,
            rows: None,
            title: true,
            legend: true,
            fold: false,
            language: Language::En,
        }
    }
}

/// Columns for a preemption mark and the number.
const MARGIN: usize = 6;
/// Columns for the time in a recorded run.
const TIME: usize = 9;
/// The text beside the lanes never gets less than this.
const NARROWEST_TEXT: usize = 40;

impl Terminal {
    /// Draws a trace. Source lines appear if the trace [quotes](Trace::quote) them.
    ///
    /// ```
    /// # fn show(trace: &explore_trace::Trace) {
    /// let picture = explore_trace::Terminal { colour: true, ..Default::default() }.draw(trace);
    /// print!("{picture}");
    /// # }
    /// ```
    pub fn draw(&self, trace: &Trace) -> String {
        let chart = Chart::new(trace, self.language);
        let mut drawing = Drawing {
            chart: &chart,
            width: self.width.max(40),
            glyphs: if self.ascii { &ASCII } else { &UNICODE },
            page: Page::new(self.colour),
            captions: Captions::of(self.language),
            one_file: trace.in_one_file(),
            fold: self.fold,
            margin: MARGIN + if trace.origin == Origin::Recorded { TIME } else { 0 },
        };
        drawing.verdict(self.title);
        if !chart.rows.is_empty() {
            drawing.rows(self.rows.unwrap_or(usize::MAX), self.legend);
            if self.legend {
                drawing.standings();
            }
        }
        if self.legend {
            drawing.search();
        }
        let text = drawing.page.finish();
        if self.ascii {
            text.replace('→', "->").replace('—', "-").replace('µ', "u")
        } else {
            text
        }
    }
}

struct Drawing<'c> {
    chart: &'c Chart<'c>,
    width: usize,
    glyphs: &'static Glyphs,
    page: Page,
    captions: &'static Captions,
    /// All steps are in one file: its name need not be repeated.
    one_file: bool,
    /// Whether steps within crates of others are folded.
    fold: bool,
    /// Columns before the lanes.
    margin: usize,
}

impl Drawing<'_> {
    fn verdict(&mut self, titled: bool) {
        let (mood, headline) = explain::headline(self.chart);
        let role = match mood {
            Mood::Good => Role::Good,
            Mood::Bad => Role::Bad,
            Mood::Neutral => Role::Title,
        };
        let program = &self.chart.trace.program;
        let entry = program.entry.as_ref().map_or(String::new(), |at| format!(" ({at})"));
        let name = format!("{}{entry}", clean(&program.name));
        if titled {
            self.wrapped(Role::Title, &name, 0, 2);
        }
        let outcome = &self.chart.trace.verdict.outcome;
        let said = matches!(outcome, Outcome::Failed { failure: Failure::Panic { .. } }) && !titled;
        if !said {
            self.wrapped(role, &headline, 0, 2);
        }
        // The first sentence on a panic is its message.
        let sentences = explain::sentences(self.chart).split_off(usize::from(said));
        for sentence in &sentences {
            self.wrapped(Role::Plain, sentence, 2, 4);
        }
        if !said || !sentences.is_empty() {
            self.page.end_line();
        }
    }

    fn rows(&mut self, limit: usize, legend: bool) {
        let columns = self.width.saturating_sub(self.margin + NARROWEST_TEXT);
        let mut lanes = Lanes::new(self.chart, columns, self.glyphs);
        let all = self.chart.rows.len();
        let end = if limit < all { self.decisive().max(limit) } else { all };
        let mut pieces = self.pieces(end);
        pieces.drain(..pieces.len().saturating_sub(limit));
        let skipped = pieces.first().map_or(end, |first| first.rows().start);
        if let Some(lanes) = &lanes {
            lanes.header(&mut self.page, self.chart, self.margin, legend);
        }
        if skipped > 0 {
            let text = format!("{} {}", self.glyphs.ellipsis, (self.captions.earlier)(skipped));
            self.wrapped(Role::Dim, &text, self.margin, self.margin);
        }
        let shown = skipped..end;
        let mut last: Option<&Location> = None;
        let chart = self.chart;
        for piece in pieces {
            let rows = &chart.rows[piece.rows()];
            let before = last.take();
            match piece {
                Piece::Row(row) => {
                    let row = &chart.rows[row];
                    self.row(&mut lanes, row, before);
                    last =
                        row.step.called_at.as_ref().filter(|_| self.fold).or(row.step.at.as_ref());
                }
                Piece::Within(_) => self.folded(&mut lanes, rows),
                Piece::Again { times, .. } => self.again(&mut lanes, rows, times),
            }
        }
        if end < all {
            let text = format!("{} {}", self.glyphs.ellipsis, (self.captions.later)(all - end));
            self.wrapped(Role::Dim, &text, self.margin, self.margin);
        }
        self.page.end_line();
        if legend {
            self.legend(shown);
            self.page.end_line();
        }
    }

    /// How many rows there are up to the one that decides.
    fn decisive(&self) -> usize {
        let rows = &self.chart.rows;
        let Outcome::Failed { failure: Failure::Panic { thread, .. } } =
            &self.chart.trace.verdict.outcome
        else {
            return rows.len();
        };
        let panics = |row: &Row<'_>| {
            row.step.thread == *thread && matches!(row.step.operation, Operation::Panic { .. })
        };
        rows.iter().position(panics).map_or(rows.len(), |at| at + 1)
    }

    /// A place beside a row.
    fn place(&self, at: &Location) -> String {
        match fold::foreign(&at.file).filter(|_| self.fold) {
            Some((name, _)) => format!("{name}: {}", self.chart.labels.place(at)),
            None if self.one_file => format!(":{}", at.line),
            None => self.chart.labels.place(at),
        }
    }

    fn row(&mut self, lanes: &mut Option<Lanes>, row: &Row<'_>, before: Option<&Location>) {
        let thread = row.step.thread.0 as usize;
        let name = self.chart.labels.thread(row.step.thread).to_owned();
        // What a crate of others does is best understood where it is asked for.
        let here = row.step.called_at.as_ref().filter(|_| self.fold).or(row.step.at.as_ref());
        let place = here.map(|at| self.place(at)).unwrap_or_default();
        let lanes_take = lanes.as_ref().map_or(0, Lanes::columns);
        let room = self.width.saturating_sub(self.margin + lanes_take);
        let first = room.saturating_sub(
            width(&name) + 1 + if place.is_empty() { 0 } else { width(&place) + 1 },
        );
        let role = match self.chart.mood(row) {
            RowMood::Bad => Role::Bad,
            RowMood::Waits => Role::Warn,
            RowMood::Plain => Role::Plain,
        };
        let mut text = predicate(self.chart, row);
        if here != row.step.at.as_ref()
            && let Some((within, _)) = row.step.at.as_ref().and_then(|at| fold::foreign(&at.file))
        {
            text.push_str(&(self.captions.within)(within));
        }
        let texts = wrap(&text, first, room.saturating_sub(2));

        let mark = if row.preempted.is_some() { self.glyphs.preempted } else { ' ' };
        self.page.push(Role::Warn, &format!("{mark}"));
        self.page.push(Role::Dim, &format!("{:>4} ", row.number));
        if self.margin > MARGIN {
            let time = row.step.time_ns.map_or(String::new(), duration);
            self.page.push(Role::Dim, &format!("{time:>width$} ", width = TIME - 1));
        }
        if let Some(lanes) = lanes {
            lanes.act(&mut self.page, self.chart, row);
        }
        self.page.push(Role::Thread(thread), &name);
        self.page.push(Role::Plain, " ");
        self.page.push(role, &texts[0]);
        self.page.push(Role::Plain, &" ".repeat(first.saturating_sub(width(&texts[0]))));
        if !place.is_empty() {
            self.page.push(Role::Dim, &format!(" {place}"));
        }
        self.page.end_line();

        for text in &texts[1..] {
            self.beside(lanes, row, role, &format!("  {text}"));
        }
        let source = here.filter(|_| here != before).and_then(|at| self.chart.trace.source(at));
        if let Some(source) = source {
            let source = clip(&clean(source), room.saturating_sub(2), self.glyphs.ellipsis);
            self.beside(lanes, row, Role::Dim, &format!("  {source}"));
        }
        for &index in &row.output {
            let Some(output) = self.chart.trace.output.get(index) else { continue };
            let who = self.chart.labels.thread(output.thread);
            let prints = (self.captions.prints)(who, output.stream == Stream::Stderr);
            let text = clean(output.text.trim_end());
            let text = format!("{prints}{}{text}", self.captions.colon);
            self.beside(lanes, row, Role::Title, &clip(&text, room, self.glyphs.ellipsis));
        }
    }

    /// A line of text beside lanes in which nothing happens.
    fn beside(&mut self, lanes: &mut Option<Lanes>, row: &Row<'_>, role: Role, text: &str) {
        self.page.push(Role::Plain, &" ".repeat(self.margin));
        if let Some(lanes) = lanes {
            lanes.rest(&mut self.page, &row.lanes);
        }
        self.page.line(role, text);
    }

    fn standings(&mut self) {
        self.page.line(Role::Title, self.captions.where_each_stands);
        let standings = explain::standings(self.chart);
        let names = standings.iter().map(|s| width(self.chart.labels.thread(s.thread)));
        let column = names.max().unwrap_or(0).min(20) + 4;
        for standing in standings {
            let name =
                clip(self.chart.labels.thread(standing.thread), column - 3, self.glyphs.ellipsis);
            self.page.push(Role::Plain, "  ");
            self.page.push(Role::Thread(standing.thread.0 as usize), &name);
            self.page.push(Role::Plain, &" ".repeat((column - 2).saturating_sub(width(&name))));
            let role = if standing.stuck { Role::Bad } else { Role::Plain };
            let room = self.width.saturating_sub(column);
            for (index, text) in wrap(&standing.text, room, room).iter().enumerate() {
                let indent = if index == 0 { 0 } else { column };
                self.page.push(Role::Plain, &" ".repeat(indent));
                self.page.line(role, text);
            }
            for at in [standing.called_at, standing.at].into_iter().flatten() {
                let source = self.chart.trace.source(&at).map_or(String::new(), clean);
                let text = clip(&format!("{at}  {source}"), room, self.glyphs.ellipsis);
                self.page.push(Role::Plain, &" ".repeat(column));
                self.page.line(Role::Dim, &text);
            }
        }
        self.page.end_line();
    }

    /// What the marks mean; only those that occur.
    fn legend(&mut self, shown: Range<usize>) {
        let (glyphs, captions) = (self.glyphs, self.captions);
        let rows = &self.chart.rows[shown];
        let any = |test: &dyn Fn(&Row<'_>) -> bool| rows.iter().any(test);
        let lane = |state: LaneState, holds: bool| {
            rows.iter().any(|row| {
                row.lanes.iter().any(|lane| lane.state == state && lane.holds.is_empty() != holds)
            })
        };
        let waits = |row: &Row<'_>| {
            row.step.blocked.is_some() || matches!(row.step.operation, Operation::Wait { .. })
        };
        let entries = [
            (true, format!("{} {}", glyphs.acts, captions.acts)),
            (any(&waits), format!("{} {}", glyphs.asks, captions.has_to_wait)),
            (
                any(&|row| matches!(row.step.operation, Operation::Panic { .. })),
                format!("{} {}", glyphs.panics, captions.panics),
            ),
            (lane(LaneState::Ready, true), format!("{} {}", glyphs.holding, captions.holds_a_lock)),
            (lane(LaneState::Blocked, false), format!("{} {}", glyphs.blocked, captions.waits)),
            (
                lane(LaneState::Blocked, true),
                format!("{} {}", glyphs.blocked_holding, captions.waits_and_holds),
            ),
            (
                any(&|row| !row.arrows().is_empty()),
                format!("{0}{0}{1} {2}", glyphs.across, glyphs.right, captions.lets_go_on),
            ),
            (
                any(&|row| row.preempted.is_some()),
                format!("{} {}", glyphs.preempted, captions.preemption),
            ),
        ];
        let used: Vec<String> =
            entries.into_iter().filter(|entry| entry.0).map(|entry| entry.1).collect();
        // Entries are kept whole: one that does not fit begins a new line.
        let mut line = String::new();
        for entry in used {
            if !line.is_empty() && width(&line) + 3 + width(&entry) > self.width - self.margin {
                self.wrapped(Role::Dim, &line, self.margin, self.margin);
                line.clear();
            }
            if !line.is_empty() {
                line.push_str("   ");
            }
            line.push_str(&entry);
        }
        self.wrapped(Role::Dim, &line, self.margin, self.margin);
    }

    fn search(&mut self) {
        for (label, text) in explain::search(self.chart) {
            let text = format!("{label}{}{text}", self.captions.colon);
            self.wrapped(Role::Dim, &text, 0, 2);
        }
    }

    fn wrapped(&mut self, role: Role, text: &str, first: usize, rest: usize) {
        for (index, line) in wrap(text, self.width - first, self.width - rest).iter().enumerate() {
            let indent = if index == 0 { first } else { rest };
            self.page.push(Role::Plain, &" ".repeat(indent));
            self.page.line(role, line);
        }
    }
}
