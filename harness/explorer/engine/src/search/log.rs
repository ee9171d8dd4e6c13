//! The events of the current execution, their happens-before order, and their races.
//!
//! The log outlives an execution: the next one repeats a prefix of it, and only what follows is computed again.
//!
//! *Happens-before* here is the order that all runs of one Mazurkiewicz trace share, kept as a vector clock per event (Mattern
//! 1989). It is not the happens-before of the memory model, which the machine keeps as views.

use super::clock::Clock;
use super::footprint::{Access, Footprint, Kind};
use super::{Choice, Diverged, MAX_THREADS, Pending, Taken};

/// One step of the current execution.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub choice: Choice,
    pub footprint: Footprint,
    pub widest: Footprint,
    pub branching: bool,
    /// The event and everything that happens before it, counted by thread.
    pub clock: Clock,
    /// Its place among the events of its thread, counted from 1.
    pub count: u16,
    /// The event of the same thread before it.
    pub previous: Option<u32>,
    /// It belongs to a round that came to nothing, and is left out: see [`Log::leave_out`].
    pub left_out: bool,
    /// Where its races begin in [`Log::races`].
    races_from: u32,
    signature: u64,
}

/// Two events whose order could have been the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Race {
    pub earlier: u32,
    pub later: u32,
    pub kind: RaceKind,
}

/// How to turn a race round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RaceKind {
    /// The later event goes before the earlier one.
    Reverse,
    /// The earlier event is a load, the later a store that it could have read: the store goes first, and the load reads it.
    Revisit,
}

/// What happened to one object, as event numbers.
#[derive(Clone, Debug, Default)]
struct History {
    /// All accesses but loads.
    accesses: Vec<(u32, Kind)>,
    loads: Vec<(u32, Kind)>,
}

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Log {
    events: Vec<Event>,
    /// How many of the events have been repeated in this execution.
    repeated: usize,
    pub races: Vec<Race>,
    objects: Vec<History>,
    /// Accesses to [`Access::ANY`].
    all: Vec<u32>,
    last: Vec<Option<u32>>,
    scratch: Vec<u32>,
}

impl Log {
    /// The events, from the first.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many steps a thread took before a depth.
    pub fn steps_before(&self, thread: u8, depth: u32) -> u16 {
        self.latest(thread, |number, _| number < depth).map_or(0, |event| event.count)
    }

    /// A thread's step, counted from 1.
    pub fn step_of(&self, thread: u8, count: u16) -> Option<&Event> {
        self.latest(thread, |_, event| event.count <= count).filter(|event| event.count == count)
    }

    /// How many steps of a thread come before the last step that another has taken so far.
    pub fn known_steps(&self, of: u8, to: u8) -> u16 {
        let taken = self.repeated as u32;
        let last = self.latest(to, |number, _| number < taken);
        last.map_or(0, |event| event.clock.get(of.into()))
    }

    fn latest(&self, thread: u8, wanted: impl Fn(u32, &Event) -> bool) -> Option<&Event> {
        let mut at = self.last.get(usize::from(thread)).copied().flatten();
        while let Some(number) = at {
            let event = &self.events[number as usize];
            if wanted(number, event) {
                return Some(event);
            }
            at = event.previous;
        }
        None
    }

    /// Starts an execution that repeats the events in the log.
    pub fn begin(&mut self) {
        self.repeated = 0;
        self.last.resize(MAX_THREADS, None);
    }

    /// Whether `earlier` happens before the event with this clock.
    pub fn before(&self, earlier: u32, clock: &Clock) -> bool {
        let event = &self.events[earlier as usize];
        clock.get(event.choice.thread as usize) >= event.count
    }

    /// See [`Search::turned_round`](super::Search::turned_round). The first `kept` events stay as they are.
    pub fn turned_round(&self, earlier: u32, later: u32, kept: u32) -> Option<Vec<Choice>> {
        if earlier < kept {
            return None;
        }
        let (first, last) = (&self.events[earlier as usize], &self.events[later as usize]);
        if self.before(earlier, &last.clock) {
            return None;
        }
        // Everything that one of the two needs; that is possible, because it is closed downwards.
        let needed = |number: &u32| {
            let before = |event: &Event| self.before(*number, &event.clock);
            let needed = *number < kept || before(first) || before(last);
            let event = &self.events[*number as usize];
            *number != earlier && *number != later && needed && !event.left_out
        };
        let needed = (0..self.events.len() as u32).filter(needed);
        Some(needed.chain([later]).map(|number| self.events[number as usize].choice).collect())
    }

    /// Names the Mazurkiewicz trace: what each event did and what happens before it, whatever the order between the rest.
    pub fn class(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let threads = self
            .events
            .iter()
            .map(|event| event.choice.thread)
            .max()
            .map_or(0, |last| usize::from(last) + 1);
        let name = |event: &Event| {
            let mut hasher = DefaultHasher::new();
            (event.choice.thread, event.choice.alt, event.count).hash(&mut hasher);
            for thread in 0..threads {
                event.clock.get(thread).hash(&mut hasher);
            }
            hasher.finish()
        };
        let counts = |event: &&Event| !event.left_out;
        self.events.iter().filter(counts).map(name).fold(0, u64::wrapping_add)
    }

    /// Forgets the events from `length` on.
    pub fn truncate(&mut self, length: usize) {
        while self.events.len() > length {
            let Some(event) = self.events.pop() else { break };
            self.races.truncate(event.races_from as usize);
            if event.left_out {
                continue;
            }
            self.last[event.choice.thread as usize] = event.previous;
            self.forget(&event.footprint);
        }
    }

    /// The last event that touched something is gone.
    fn forget(&mut self, footprint: &Footprint) {
        for access in footprint.iter() {
            if access.object() == Access::ANY {
                self.all.pop();
                continue;
            }
            let history = &mut self.objects[access.object() as usize];
            let list =
                if access.kind().is_load() { &mut history.loads } else { &mut history.accesses };
            list.pop();
        }
    }

    /// Forgets the races from an event on, for a test.
    pub fn forget_races(&mut self, from: usize) {
        let races = self.events[from].races_from as usize;
        self.races.truncate(races);
    }

    /// The events from this one on, all of one thread, changed nothing and led to where they began: from now on nothing depends on them. What could
    /// have come before them is still sought: the first of them may come to something there.
    pub fn leave_out(&mut self, from: usize) {
        if self.repeated < self.events.len() || self.events.get(from).is_none_or(|e| e.left_out) {
            return;
        }
        let (thread, previous) = (self.events[from].choice.thread, self.events[from].previous);
        for number in (from..self.events.len()).rev() {
            let footprint = self.events[number].footprint;
            self.forget(&footprint);
            debug_assert_eq!(self.events[number].choice.thread, thread);
            self.events[number].left_out = true;
            self.events[number].previous = previous;
        }
        self.last[usize::from(thread)] = previous;
    }

    /// Adds a step, or checks that it repeats the one of the last time.
    pub fn add(&mut self, step: &Taken<'_>) -> Result<(), Diverged> {
        if let Some(event) = self.events.get(self.repeated) {
            if event.signature != step.signature || event.choice != step.choice {
                return Err(Diverged { step: self.repeated });
            }
            self.repeated += 1;
            return Ok(());
        }
        let number = self.events.len() as u32;
        let races_from = self.races.len() as u32;
        let thread = step.choice.thread as usize;
        let mut clock = match self.last[thread] {
            Some(previous) => self.events[previous as usize].clock.clone(),
            None => Clock::default(),
        };
        let count = clock.get(thread) + 1;
        for &needed in step.after {
            clock.join(&self.events[needed as usize].clock);
        }
        if step.quiescent {
            for last in self.last.iter().flatten() {
                clock.join(&self.events[*last as usize].clock);
            }
        } else {
            self.race(number, thread, &step.footprint, step.observed, step.waits, &mut clock);
            for &freed in step.freed {
                clock.join(&self.events[freed as usize].clock);
            }
        }
        clock.set(thread, count);
        for access in step.footprint.iter() {
            self.note(number, access);
            if access.kind().is_store() {
                self.revisits(number, access.object(), &clock);
            }
        }
        self.events.push(Event {
            choice: step.choice,
            footprint: step.footprint,
            widest: step.widest,
            branching: step.branching,
            clock,
            count,
            previous: self.last[thread],
            left_out: false,
            races_from,
            signature: step.signature,
        });
        self.last[thread] = Some(number);
        self.repeated += 1;
        Ok(())
    }

    /// The races of an operation that never happened with the events that did: whoever waits for ever at a lock might have been
    /// the first to take it. (Without these, a search misses what follows from the other order.)
    pub fn races_of_pending(&mut self, pending: &Pending) -> Vec<Race> {
        let from = self.races.len();
        let thread = usize::from(pending.thread);
        let mut clock = self.clock_of_pending(pending);
        let number = self.events.len() as u32;
        self.race(number, thread, &pending.footprint, None, pending.waits, &mut clock);
        let races = self.races[from..].to_vec();
        self.races.truncate(from);
        races
    }

    /// What an operation that never happened would have come after in any case.
    ///
    /// A thread that has not begun has done nothing, but it comes after its spawn.
    pub fn clock_of_pending(&self, pending: &Pending) -> Clock {
        let last = self.last[usize::from(pending.thread)];
        let mut clock =
            last.map_or_else(Clock::default, |last| self.events[last as usize].clock.clone());
        if let Some(needed) = pending.after {
            clock.join(&self.events[needed as usize].clock);
        }
        clock
    }

    /// Finds the races of an event with earlier ones, and joins their clocks to its own.
    ///
    /// A race is *immediate*: no third event lies between the two. So candidates are taken from the latest to the earliest, and one
    /// that already happens before the event, by way of a later candidate, is none.
    ///
    /// Whoever waits is an exception. `try_lock` of a held lock comes after the `lock` that holds it and depends on a later `lock`; but the
    /// later `lock` cannot go before the `try_lock`, only before the first `lock`. So those who took what it waits for are
    /// candidates whatever lies between.
    fn race(
        &mut self,
        number: u32,
        thread: usize,
        footprint: &Footprint,
        observed: Option<u32>,
        waits: bool,
        clock: &mut Clock,
    ) {
        let mut candidates = std::mem::take(&mut self.scratch);
        candidates.clear();
        for access in footprint.iter() {
            self.takers(access, waits, &mut candidates);
        }
        candidates.sort_unstable_by(|a, b| b.cmp(a));
        candidates.dedup();
        candidates.retain(|&taker| {
            self.events[taker as usize].choice.thread as usize != thread
                && !self.before(taker, clock)
        });
        for &taker in &candidates {
            clock.join(&self.events[taker as usize].clock);
            self.races.push(Race { earlier: taker, later: number, kind: RaceKind::Reverse });
        }
        candidates.clear();
        candidates.extend(observed);
        candidates.extend(self.all.last());
        for access in footprint.iter() {
            self.candidates(access, &mut candidates);
        }
        candidates.sort_unstable_by(|a, b| b.cmp(a));
        candidates.dedup();
        for &earlier in &candidates {
            let event = &self.events[earlier as usize];
            if event.choice.thread as usize == thread || self.before(earlier, clock) {
                continue;
            }
            clock.join(&event.clock);
            self.races.push(Race { earlier, later: number, kind: RaceKind::Reverse });
        }
        self.scratch = candidates;
        // A lock comes after the unlock that made it possible. Joined last: the unlock comes after the lock before it, and
        // would hide the race of the two locks.
        for access in footprint.iter() {
            self.join_releases(access, clock);
        }
    }

    /// The earlier events that took what an access waits for.
    fn takers(&self, access: Access, waits: bool, found: &mut Vec<u32>) {
        let kind = access.kind();
        let Some(history) = self.objects.get(access.object() as usize) else { return };
        if waits && kind == Kind::Write {
            found.extend(history.accesses.iter().map(|entry| entry.0));
        }
        if !matches!(kind, Kind::Acquire | Kind::Share) {
            return;
        }
        for &(event, other) in history.accesses.iter().rev() {
            if other == Kind::Acquire || (other == Kind::Share && kind == Kind::Acquire) {
                found.push(event);
            }
            if other == Kind::Acquire {
                break;
            }
        }
    }

    /// The earlier events that conflict with an access, except those that are surely before another candidate.
    fn candidates(&self, access: Access, found: &mut Vec<u32>) {
        let kind = access.kind();
        if access.object() == Access::ANY {
            for history in &self.objects {
                found.extend(history.accesses.iter().chain(&history.loads).map(|entry| entry.0));
            }
            // A step that touches nothing is in no history, and comes before or after an `exit` all the same.
            found.extend(self.last.iter().flatten());
            return;
        }
        let Some(history) = self.objects.get(access.object() as usize) else { return };
        if !kind.is_load() || kind == Kind::LoadSc {
            for &(event, other) in history.accesses.iter().rev() {
                if kind.conflicts(other) {
                    found.push(event);
                    // Everything before these conflicts with them, and so happens before them.
                    if matches!(other, Kind::Write | Kind::Acquire)
                        || (other.is_store() && kind != Kind::Write)
                    {
                        break;
                    }
                }
            }
        }
        if matches!(kind, Kind::StoreSc | Kind::Write) {
            let conflicting = history.loads.iter().filter(|(_, other)| kind.conflicts(*other));
            found.extend(conflicting.map(|entry| entry.0));
        }
    }

    fn join_releases(&self, access: Access, clock: &mut Clock) {
        let wanted: &[Kind] = match access.kind() {
            Kind::Acquire => &[Kind::Release, Kind::ReleaseShared],
            Kind::Share => &[Kind::Release],
            _ => return,
        };
        let Some(history) = self.objects.get(access.object() as usize) else { return };
        for &(event, kind) in history.accesses.iter().rev() {
            if wanted.contains(&kind) {
                clock.join(&self.events[event as usize].clock);
            }
            if kind == Kind::Acquire {
                break;
            }
        }
    }

    /// The loads that could have read a new store, had it come before them.
    fn revisits(&mut self, store: u32, object: u32, clock: &Clock) {
        let Some(history) = self.objects.get(object as usize) else { return };
        for &(load, _) in &history.loads {
            if !self.before(load, clock) {
                self.races.push(Race { earlier: load, later: store, kind: RaceKind::Revisit });
            }
        }
    }

    fn note(&mut self, event: u32, access: Access) {
        if access.object() == Access::ANY {
            self.all.push(event);
            return;
        }
        let object = access.object() as usize;
        if self.objects.len() <= object {
            self.objects.resize_with(object + 1, History::default);
        }
        let history = &mut self.objects[object];
        let list = if access.kind().is_load() { &mut history.loads } else { &mut history.accesses };
        list.push((event, access.kind()));
    }
}
