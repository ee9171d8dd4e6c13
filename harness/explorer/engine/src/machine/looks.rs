//! How far each look at the clock moves it: only sleeping and waiting take time, and yet a loop that waits for a time has to get there.
//!
//! Who waits for a time holds what the clock shows against the same moment again and again: a deadline, or a start. So a look moves the clock twice as far as the one before at
//! its place in the program if that one was held against a moment that was known already, and little if the moment was new: who makes a deadline in each round of a loop, and looks once whether
//! it has passed, does not find that it has, however many rounds there are. What looks are held against is seen where `Instant`s are compared; a number that the C library gave can be held against
//! anything. And as it is not seen what a program makes of a time, every look moves the clock further after very many of them.

use std::panic::Location;
use std::time::Instant;

/// The least that a look moves the clock, in nanoseconds.
const LEAST: u64 = 1_000;
/// The most.
const MOST: u64 = 1 << 50;
/// After so many looks the least is twice as much.
const MANY: u32 = 128;
/// So many moments are kept.
const KEPT: usize = 64;

/// Where a look is. One by way of the C library has no line.
pub type Place = Option<&'static Location<'static>>;

/// A thread's looks at the clock since it last did something that others can see.
#[derive(Debug, Default)]
pub struct Looks {
    count: u32,
    /// How far the next one moves the clock, by its place.
    steps: Vec<(Place, u64)>,
    last: Option<Last>,
    /// What looks were held against.
    known: Vec<Instant>,
}

#[derive(Debug)]
struct Last {
    place: Place,
    /// How far it moved the clock.
    step: u64,
    /// What it showed.
    now: Option<Instant>,
    /// It was held against a moment that was known.
    waits: bool,
}

impl Looks {
    /// How far a look moves the clock.
    pub fn look(&mut self, place: Place) -> u64 {
        let least = LEAST.checked_shl(self.count / MANY).unwrap_or(MOST).clamp(LEAST, MOST);
        self.count = self.count.saturating_add(1);
        let step = self.step(place);
        let moves = (*step).max(least);
        if place.is_none() {
            *step = step.saturating_mul(2).min(MOST);
        }
        self.last = Some(Last { place, step: moves, now: None, waits: false });
        moves
    }

    /// What the last one showed.
    pub fn shows(&mut self, now: Instant) {
        if let Some(last) = &mut self.last {
            last.now = Some(now);
        }
    }

    /// Two moments are compared.
    pub fn compares(&mut self, one: Instant, other: Instant) {
        let Some(last) = &mut self.last else { return };
        let against = match last.now {
            Some(now) if now == one => other,
            Some(now) if now == other => one,
            _ => return,
        };
        let is_known = self.known.contains(&against);
        if !is_known {
            if self.known.len() == KEPT {
                self.known.remove(0);
            }
            self.known.push(against);
        }
        if last.waits {
            return;
        }
        last.waits = is_known;
        let (place, step) = (last.place, last.step);
        *self.step(place) = if is_known { step.saturating_mul(2).min(MOST) } else { LEAST };
    }

    /// The thread has done something that others can see.
    pub fn forget(&mut self) {
        self.count = 0;
        self.last = None;
        self.steps.clear();
        self.known.clear();
    }

    fn step(&mut self, place: Place) -> &mut u64 {
        let found = self.steps.iter().position(|(other, _)| *other == place);
        let at = found.unwrap_or_else(|| {
            self.steps.push((place, LEAST));
            self.steps.len() - 1
        });
        &mut self.steps[at].1
    }
}
