//! The lanes: a line for each thread, bars while it holds locks, marks where it acts, arrows to others.

use super::canvas::Canvas;
use super::measure::{PX, bold, sans};
use crate::captions::Captions;
use crate::chart::{Chart, Lane, LaneState, Row, RowMood};
use crate::{Operation, ThreadId};
use std::collections::BTreeSet;

/// Where the name of a lock begins, beside the bar of the thread that holds it.
const NAME: usize = 11;
/// What it stays clear of: half a thick bar of the next lane, and a gap.
const CLEAR: usize = 11;

/// So many threads have a lane; of more, those that have a part in what is shown.
const MOST: usize = 40;
/// From one lane to the next, at least.
const LEAST: usize = 16;

/// Where the lanes are.
#[derive(Debug)]
pub(super) struct Lanes<'c> {
    chart: &'c Chart<'c>,
    /// The first lane's middle.
    left: usize,
    /// From one lane to the next.
    each: usize,
    /// The threads that have a lane, in their order.
    threads: Vec<usize>,
    /// Whether all names fit beside each other.
    roomy: bool,
}

/// Where a row is.
#[derive(Debug)]
pub(super) struct Placed {
    /// Index into the chart's rows.
    pub row: usize,
    /// The height of its mark.
    pub y: usize,
}

/// The threads that have a lane in a picture of these rows.
pub(super) fn threads(chart: &Chart<'_>, shown: &[usize]) -> Vec<usize> {
    let all = chart.trace.threads.len();
    if all <= MOST {
        return (0..all.max(1)).collect();
    }
    let mut found = BTreeSet::new();
    for row in shown.iter().filter_map(|&row| chart.rows.get(row)) {
        for thread in [vec![row.step.thread], row.arrows(), needs(row)].concat() {
            let thread = thread.0 as usize;
            if found.len() < MOST && thread < all {
                found.insert(thread);
            }
        }
    }
    found.into_iter().collect()
}

/// How wide a picture with so many lanes is at least, `left` of them and `right` of them included.
pub(super) fn least(left: usize, count: usize, right: usize) -> usize {
    left + LEAST * count + right
}

impl<'c> Lanes<'c> {
    /// Lanes for these threads that begin at `left` in a picture of this width.
    pub fn new(chart: &'c Chart<'c>, threads: Vec<usize>, left: usize, width: usize) -> Self {
        let count = threads.len().max(1);
        let names = threads.iter().map(|&index| chart.labels.thread(ThreadId(index as u32)));
        let locks = chart.rows.iter().flat_map(|row| row.lanes.iter().flat_map(|lane| &lane.holds));
        let locks = locks.map(|&lock| chart.labels.object_short(lock));
        let longest = names.chain(locks).map(|name| sans(name) * 11 / 10 / PX).max().unwrap_or(0);
        let (least, most) =
            if width < 500 { (0, 30.min(100 / count)) } else { (64, width * 9 / 20 / count) };
        let wanted = (longest + 18).max(least);
        let each = wanted.min(most).max(LEAST);
        Self { chart, left, each, threads, roomy: wanted <= each }
    }

    /// Where the text beside the lanes begins.
    pub fn end(&self) -> usize {
        self.left
            + self.each * self.threads.len().saturating_sub(1)
            + if self.roomy { self.each } else { 18 }
    }

    fn x(&self, lane: usize) -> usize {
        self.left + self.each * lane
    }

    /// The lane of a thread, if it has one.
    fn of(&self, thread: ThreadId) -> Option<usize> {
        self.threads.binary_search(&(thread.0 as usize)).ok()
    }

    /// The names above the lanes: beside each other if they fit, else each on a line of its own. Returns where the rows begin.
    pub fn header(&self, canvas: &mut Canvas, y: usize) -> usize {
        let below = 16 * self.threads.len().saturating_sub(1);
        for (lane, &index) in self.threads.iter().enumerate() {
            let name = self.chart.labels.thread(ThreadId(index as u32));
            let colour = format!("swim-t{}", index % 6);
            let line = if self.roomy { y + 16 } else { y + 16 + 16 * lane };
            let spawned = self.spawned(index);
            let x = self.x(lane);
            canvas.group(&colour, |canvas| {
                canvas.text(x - 4, line, "swim-name", name);
                if !self.roomy {
                    canvas.line("swim-rule", (x, line + 5), (x, y + 20 + below));
                }
            });
            if let (Some(spawned), false) = (spawned, self.roomy) {
                canvas.text(x + sans(name) / PX + 10, line, "swim-small", &spawned);
            }
        }
        y + 24 + if self.roomy { 0 } else { below }
    }

    /// Where a thread without a name was spawned.
    fn spawned(&self, index: usize) -> Option<String> {
        let thread = self.chart.trace.threads.get(index)?;
        let nameless = self.chart.labels.thread(ThreadId(index as u32)) == format!("T{index}");
        let spawned = thread.spawned.as_ref().filter(|_| nameless)?;
        Some((Captions::of(self.chart.labels.language()).spawned_at)(
            &self.chart.labels.place(spawned),
        ))
    }

    /// Everything below the names.
    pub fn draw(&self, canvas: &mut Canvas, placed: &[Placed], bottom: usize) {
        for (lane, &index) in self.threads.iter().enumerate() {
            canvas.group(&format!("swim-t{}", index % 6), |canvas| {
                self.lane(canvas, lane, index, placed, bottom)
            });
        }
        for place in placed {
            let Some(row) = self.chart.rows.get(place.row) else { continue };
            let Some(lane) = self.of(row.step.thread) else { continue };
            canvas.group(&format!("swim-t{}", row.step.thread.0 % 6), |canvas| {
                self.marks(canvas, row, self.x(lane), place.y)
            });
        }
    }

    /// The line of one thread, in pieces of one state.
    fn lane(
        &self,
        canvas: &mut Canvas,
        lane: usize,
        index: usize,
        placed: &[Placed],
        bottom: usize,
    ) {
        let Some(first) = placed.first() else { return };
        let Some(mut state) = self.chart.before(first.row).into_iter().nth(index) else { return };
        let x = self.x(lane);
        let mut top = first.y.saturating_sub(16);
        for place in placed {
            let row = self.chart.rows.get(place.row);
            let Some(next) = row.and_then(|row| row.lanes.get(index)) else { continue };
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

    fn marks(&self, canvas: &mut Canvas, row: &Row<'_>, x: usize, y: usize) {
        for lane in row.arrows().into_iter().filter_map(|target| self.of(target)) {
            self.arrow(canvas, ("swim-arrow", "swim-head"), x, self.x(lane), y);
        }
        let for_ever = self.chart.mood(row) == RowMood::Bad;
        let need =
            if for_ever { ("swim-need", "swim-needhead") } else { ("swim-want", "swim-wanthead") };
        for lane in needs(row).into_iter().filter_map(|holder| self.of(holder)) {
            self.arrow(canvas, need, x, self.x(lane), y);
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

/// The threads that have what a row's thread has to wait for.
pub(super) fn needs(row: &Row<'_>) -> Vec<ThreadId> {
    match &row.step.blocked {
        Some(crate::WaitsFor::Lock { held_by, .. }) => {
            held_by.iter().copied().filter(|&holder| holder != row.step.thread).collect()
        }
        _ => Vec::new(),
    }
}
