//! The lanes: a line for each thread, bars while it holds locks, marks where it acts, arrows to others.

use super::canvas::Canvas;
use super::layout::{Placed, needs};
use super::measure::{PX, bold, sans};
use crate::captions::Captions;
use crate::chart::{Chart, Lane, LaneState, Row, RowMood};
use crate::{Operation, ThreadId};

/// Where the name of a lock begins, beside the bar of the thread that holds it.
const NAME: usize = 11;
/// What it stays clear of: half a thick bar of the next lane, and a gap.
const CLEAR: usize = 11;

/// Where the lanes are.
#[derive(Debug)]
pub(super) struct Lanes<'c> {
    chart: &'c Chart<'c>,
    /// The first lane's middle.
    left: usize,
    /// From one lane to the next.
    each: usize,
    count: usize,
    /// Whether all names fit beside each other.
    roomy: bool,
}

impl<'c> Lanes<'c> {
    /// Lanes that begin at `left` in a picture of this width.
    pub fn new(chart: &'c Chart<'c>, left: usize, width: usize) -> Self {
        let count = chart.trace.threads.len().max(1);
        let names = (0..count).map(|index| chart.labels.thread(ThreadId(index as u32)));
        let locks = chart.rows.iter().flat_map(|row| row.lanes.iter().flat_map(|lane| &lane.holds));
        let locks = locks.map(|&lock| chart.labels.object_short(lock));
        let longest = names.chain(locks).map(|name| sans(name) * 11 / 10 / PX).max().unwrap_or(0);
        let (least, most) =
            if width < 500 { (0, 30.min(100 / count)) } else { (64, width * 9 / 20 / count) };
        let wanted = (longest + 18).max(least);
        let each = wanted.min(most).max(16);
        Self { chart, left, each, count, roomy: wanted <= each }
    }

    /// Where the text beside the lanes begins.
    pub fn end(&self) -> usize {
        self.left
            + self.each * self.count.saturating_sub(1)
            + if self.roomy { self.each } else { 18 }
    }

    fn x(&self, lane: usize) -> usize {
        self.left + self.each * lane
    }

    /// The names above the lanes: beside each other if they fit, else each on a line of its own. Returns where the rows begin.
    pub fn header(&self, canvas: &mut Canvas, y: usize) -> usize {
        for index in 0..self.count {
            let name = self.chart.labels.thread(ThreadId(index as u32));
            let colour = format!("swim-t{}", index % 6);
            let line = if self.roomy { y + 16 } else { y + 16 + 16 * index };
            let spawned = self.spawned(index);
            canvas.group(&colour, |canvas| {
                canvas.text(self.x(index) - 4, line, "swim-name", name);
                if !self.roomy {
                    canvas.line(
                        "swim-rule",
                        (self.x(index), line + 5),
                        (self.x(index), y + 20 + 16 * (self.count - 1)),
                    );
                }
            });
            if let (Some(spawned), false) = (spawned, self.roomy) {
                let x = self.x(index) + sans(name) / PX + 10;
                canvas.text(x, line, "swim-small", &spawned);
            }
        }
        y + 24 + if self.roomy { 0 } else { 16 * (self.count - 1) }
    }

    /// Where a thread without a name was spawned.
    fn spawned(&self, index: usize) -> Option<String> {
        let thread = self.chart.trace.threads.get(index)?;
        let nameless = self.chart.labels.thread(ThreadId(index as u32)) == format!("T{index}");
        let spawned = thread.spawned.as_ref().filter(|_| nameless)?;
        Some((Captions::of(self.chart.labels.language()).spawned_at)(&spawned.short()))
    }

    /// Everything below the names.
    pub fn draw(&self, canvas: &mut Canvas, placed: &[Placed], bottom: usize) {
        for index in 0..self.count {
            canvas.group(&format!("swim-t{}", index % 6), |canvas| {
                self.lane(canvas, index, placed, bottom)
            });
        }
        for place in placed {
            let row = &self.chart.rows[place.row];
            let actor = row.step.thread.0 as usize;
            canvas.group(&format!("swim-t{}", actor % 6), |canvas| {
                self.marks(canvas, row, actor, place.y)
            });
        }
    }

    /// The line of one thread, in pieces of one state.
    fn lane(&self, canvas: &mut Canvas, index: usize, placed: &[Placed], bottom: usize) {
        let Some(first) = placed.first() else { return };
        let Some(mut state) = self.chart.before(first.row).into_iter().nth(index) else { return };
        let x = self.x(index);
        let mut top = first.y.saturating_sub(16);
        for place in placed {
            let next = &self.chart.rows[place.row].lanes[index];
            if *next != state {
                self.piece(canvas, x, top, place.y, &state);
                self.taken(canvas, x, place.y, &state, next);
                (state, top) = (next.clone(), place.y);
            }
        }
        self.piece(canvas, x, top, bottom, &state);
        if state.state == LaneState::Blocked {
            canvas.line("swim-cross", (x - 6, bottom), (x + 6, bottom));
        }
    }

    fn piece(&self, canvas: &mut Canvas, x: usize, top: usize, bottom: usize, lane: &Lane) {
        if !lane.holds.is_empty() {
            canvas.bar(x, top, bottom, if lane.holds.len() > 1 { 16 } else { 10 }, "swim-hold");
        }
        match lane.state {
            LaneState::Absent => {}
            LaneState::Ready => canvas.line("swim-lane", (x, top), (x, bottom)),
            LaneState::Blocked => canvas.line("swim-wait", (x, top), (x, bottom)),
        }
    }

    /// The name of a lock that was just taken.
    fn taken(&self, canvas: &mut Canvas, x: usize, y: usize, before: &Lane, after: &Lane) {
        let lock = after.holds.iter().rfind(|lock| !before.holds.contains(lock));
        let Some(&lock) = lock else { return };
        let name = self.chart.labels.object_short(lock);
        // Bold, and smaller than sentences.
        if NAME + bold(name) * 11 / 13 / PX + CLEAR <= self.each {
            canvas.text(x + NAME, y + 17, "swim-mark swim-name", name);
        }
    }

    fn marks(&self, canvas: &mut Canvas, row: &Row<'_>, actor: usize, y: usize) {
        let x = self.x(actor);
        for target in row.arrows() {
            self.arrow(canvas, ("swim-arrow", "swim-head"), x, self.x(target.0 as usize), y);
        }
        let for_ever = self.chart.mood(row) == RowMood::Bad;
        let need =
            if for_ever { ("swim-need", "swim-needhead") } else { ("swim-want", "swim-wanthead") };
        for holder in needs(row) {
            self.arrow(canvas, need, x, self.x(holder.0 as usize), y);
        }
        let lost =
            matches!(row.step.operation, Operation::Notify { .. }) && row.step.wakes.is_empty();
        if lost && self.each > 28 {
            canvas.line("swim-need", (x, y), (x + 14, y));
            canvas.cross("swim-cross", x + 20, y);
        }
        let waits =
            row.step.blocked.is_some() || matches!(row.step.operation, Operation::Wait { .. });
        match row.step.operation {
            Operation::Panic { .. } => canvas.cross("swim-cross", x, y),
            Operation::End => canvas.line("swim-lane", (x - 6, y), (x + 6, y)),
            _ if waits => canvas.circle(x, y, "5", "swim-ask"),
            _ => canvas.circle(x, y, "5", "swim-dot"),
        }
    }

    fn arrow(&self, canvas: &mut Canvas, classes: (&str, &str), from: usize, to: usize, y: usize) {
        let right = to > from;
        let gap = if self.each < 24 { 2 } else { 6 };
        let tip = if right { to - gap } else { to + gap };
        canvas.line(classes.0, (from, y), (tip, y));
        canvas.head(classes.1, tip, y, right);
    }
}
