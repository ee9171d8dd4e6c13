//! The lanes at the left of the picture: a bar for each thread, marks where it acts, arrows to the threads that it wakes.

use super::style::{Page, Role};
use crate::captions::Captions;
use crate::chart::{Chart, Lane, LaneState, Row};
use crate::text::{clip, width};
use crate::{Operation, ThreadId};

/// The characters that lanes are made of. Each is one column wide.
#[derive(Debug)]
pub(crate) struct Glyphs {
    pub ready: char,
    pub holding: char,
    pub blocked: char,
    pub blocked_holding: char,
    pub acts: char,
    pub asks: char,
    pub panics: char,
    pub ends: char,
    pub born: char,
    pub across: char,
    pub right: char,
    pub left: char,
    pub preempted: char,
    pub ellipsis: &'static str,
}

pub(crate) const UNICODE: Glyphs = Glyphs {
    ready: '│',
    holding: '┃',
    blocked: '┊',
    blocked_holding: '┇',
    acts: '●',
    asks: '○',
    panics: '✗',
    ends: '┴',
    born: '┬',
    across: '─',
    right: '▶',
    left: '◀',
    preempted: '⇄',
    ellipsis: "…",
};

pub(crate) const ASCII: Glyphs = Glyphs {
    ready: '|',
    holding: '#',
    blocked: ':',
    blocked_holding: '!',
    acts: '*',
    asks: 'o',
    panics: 'X',
    ends: '+',
    born: '+',
    across: '-',
    right: '>',
    left: '<',
    preempted: '~',
    ellipsis: "..",
};

/// The widest that a lane may be.
const WIDEST: usize = 10;

/// Draws the lanes of a chart.
#[derive(Debug)]
pub(crate) struct Lanes {
    pub glyphs: &'static Glyphs,
    count: usize,
    /// Columns of one lane, its gap included.
    each: usize,
    /// Locks that were just taken: their names are written beside the bar on the lane's next free line.
    taken: Vec<Option<String>>,
}

impl Lanes {
    /// Lanes for a chart that has this many columns for them. `None` if even narrow lanes do not fit.
    pub fn new(chart: &Chart<'_>, columns: usize, glyphs: &'static Glyphs) -> Option<Self> {
        let count = chart.trace.threads.len();
        if count == 0 {
            return None;
        }
        let names = (0..count).map(|index| width(chart.labels.thread(ThreadId(index as u32))));
        let locks = chart.rows.iter().flat_map(|row| row.lanes.iter().flat_map(|lane| &lane.holds));
        let locks = locks.map(|&lock| width(chart.labels.object_short(lock)));
        let each = (columns / count).min(WIDEST).min((names.chain(locks).max()? + 2).max(6));
        (each >= 2).then(|| Self { glyphs, count, each, taken: vec![None; count] })
    }

    /// Columns of all lanes together.
    pub fn columns(&self) -> usize {
        self.count * self.each
    }

    /// The line of a row on which its thread acts.
    pub fn act(&mut self, page: &mut Page, chart: &Chart<'_>, row: &Row<'_>) {
        let before = chart.before(row.number - 1);
        for (index, (old, new)) in before.iter().zip(&row.lanes).enumerate() {
            let new_lock = new.holds.iter().rfind(|lock| !old.holds.contains(lock));
            if let Some(&lock) = new_lock {
                self.taken[index] = Some(chart.labels.object_short(lock).to_owned());
            } else if new.holds.is_empty() {
                self.taken[index] = None;
            }
        }
        let actor = row.step.thread.0 as usize;
        let mut cells = self.bars(&before);
        for target in row.arrows() {
            self.arrow(&mut cells, actor, target.0 as usize);
        }
        if let (Operation::Spawn { child }, None) = (&row.step.operation, &row.step.blocked) {
            self.put(&mut cells, child.0 as usize, self.glyphs.born);
        }
        self.put(&mut cells, actor, self.mark(row));
        if matches!(row.step.operation, Operation::End) {
            self.put(&mut cells, actor, self.glyphs.ends);
        }
        print(page, &cells);
    }

    /// A line on which nobody acts, with the state after a row.
    pub fn rest(&mut self, page: &mut Page, lanes: &[Lane]) {
        let mut cells = self.bars(lanes);
        for (index, taken) in self.taken.iter_mut().enumerate() {
            // A name that has no room is better left out than cut to one letter.
            if self.each < 5 {
                break;
            }
            let Some(name) = taken.take() else { continue };
            let start = index * self.each + 1;
            // A name that fits may touch the next lane; one that is cut stays clear of it.
            let fits = width(&name) < self.each;
            let room = if fits { self.each - 1 } else { self.each - 2 };
            let name = clip(&name, room, self.glyphs.ellipsis);
            for (cell, new) in cells.iter_mut().skip(start).zip(spread(&name)) {
                *cell = (new, Role::Thread(index));
            }
        }
        print(page, &cells);
    }

    /// The names above the lanes: in one line if they fit, else each on its own. Of a thread without a name it says `whence` it comes, if
    /// that is asked for.
    pub fn header(&self, page: &mut Page, chart: &Chart<'_>, margin: usize, whence: bool) {
        let label = |index: usize| chart.labels.thread(ThreadId(index as u32));
        let unnamed = |index: usize| {
            let thread = &chart.trace.threads[index];
            let spawned = thread
                .spawned
                .as_ref()
                .filter(|_| whence && label(index) == format!("T{index}"))?;
            let captions = Captions::of(chart.labels.language());
            Some(format!("  {}", (captions.spawned_at)(&chart.labels.place(spawned))))
        };
        let fits = (0..self.count).all(|i| width(label(i)) < self.each && unnamed(i).is_none());
        if fits {
            page.push(Role::Plain, &" ".repeat(margin));
            for index in 0..self.count {
                let name = label(index);
                page.push(Role::Thread(index), name);
                page.push(Role::Plain, &" ".repeat(self.each.saturating_sub(width(name))));
            }
            page.end_line();
            return;
        }
        for index in 0..self.count {
            page.push(Role::Plain, &" ".repeat(margin));
            for earlier in 0..index {
                page.push(Role::Thread(earlier), &self.glyphs.ready.to_string());
                page.push(Role::Plain, &" ".repeat(self.each - 1));
            }
            page.push(Role::Thread(index), label(index));
            page.push(Role::Dim, &unnamed(index).unwrap_or_default());
            page.end_line();
        }
    }

    fn mark(&self, row: &Row<'_>) -> char {
        let waits = matches!(row.step.operation, Operation::Wait { .. });
        if matches!(row.step.operation, Operation::Panic { .. }) {
            self.glyphs.panics
        } else if row.step.blocked.is_some() || waits {
            self.glyphs.asks
        } else {
            self.glyphs.acts
        }
    }

    fn bars(&self, lanes: &[Lane]) -> Vec<(Cell, Role)> {
        let mut cells = vec![(Cell::Char(' '), Role::Plain); self.columns()];
        for (index, lane) in lanes.iter().enumerate() {
            let glyph = match (lane.state, lane.holds.is_empty()) {
                (LaneState::Absent, _) => ' ',
                (LaneState::Ready, true) => self.glyphs.ready,
                (LaneState::Ready, false) => self.glyphs.holding,
                (LaneState::Blocked, true) => self.glyphs.blocked,
                (LaneState::Blocked, false) => self.glyphs.blocked_holding,
            };
            self.put(&mut cells, index, glyph);
        }
        cells
    }

    fn put(&self, cells: &mut [(Cell, Role)], lane: usize, glyph: char) {
        if let Some(cell) = cells.get_mut(lane * self.each) {
            *cell = (Cell::Char(glyph), Role::Thread(lane));
        }
    }

    /// A line from one lane to another; bars in between are crossed, their glyphs stay visible.
    fn arrow(&self, cells: &mut [(Cell, Role)], from: usize, to: usize) {
        if from.max(to) >= self.count {
            return;
        }
        let (a, b) = (from * self.each, to * self.each);
        let between = if a < b { a + 1..b } else { b + 1..a };
        for at in between {
            if at % self.each != 0 || cells[at].0 == Cell::Char(' ') {
                cells[at] = (Cell::Char(self.glyphs.across), Role::Thread(from));
            }
        }
        let (head, glyph) =
            if a < b { (b - 1, self.glyphs.right) } else { (b + 1, self.glyphs.left) };
        cells[head] = (Cell::Char(glyph), Role::Thread(from));
    }
}

fn print(page: &mut Page, cells: &[(Cell, Role)]) {
    let mut at = 0;
    while at < cells.len() {
        let role = cells[at].1;
        let run = cells[at..].iter().take_while(|cell| cell.1 == role).count();
        let text: String = cells[at..at + run].iter().filter_map(|cell| cell.0.char()).collect();
        page.push(role, &text);
        at += run;
    }
}

/// One column of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Char(char),
    /// The second column of the wide character before it.
    Taken,
}

impl Cell {
    fn char(self) -> Option<char> {
        match self {
            Self::Char(c) => Some(c),
            Self::Taken => None,
        }
    }
}

/// A text as columns.
fn spread(text: &str) -> Vec<Cell> {
    let mut cells = Vec::new();
    for c in text.chars() {
        // What has no width has no cell of its own.
        match width(c.encode_utf8(&mut [0; 4])) {
            0 => {}
            2 => cells.extend([Cell::Char(c), Cell::Taken]),
            _ => cells.push(Cell::Char(c)),
        }
    }
    cells
}
