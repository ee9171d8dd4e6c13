//! Random search that is uniform where it counts: of all orders of the accesses to one object, each has the same odds.
//!
//! Zhao, Wolff, Mathur, Roychoudhury: "Selectively Uniform Concurrency Testing", ASPLOS 2025. Before each execution one object is chosen, of those over which
//! threads race. Which thread has the next access to it is drawn by how many accesses each still has before it, with those of the threads that
//! it is yet to start; that is as it was in the execution before. All other steps go by even odds, and accesses of others wait.

use std::collections::BTreeMap;
use std::time::Instant;

use super::draws::{Draws, alternative, kinds_race, unnoticed};
use super::footprint::{Access, Footprint, Kind};
use super::{Choice, Diverged, MAX_THREADS, Next, Pending, Search, Taken, View};

/// So many objects are told apart.
const MOST: usize = 1024;

/// An object, and how it was used.
#[derive(Debug)]
struct Known {
    /// The same in every execution.
    name: u64,
    /// How each thread has touched it, as a set of kinds.
    kinds: [u16; MAX_THREADS],
    /// How often, in this execution.
    times: [u32; MAX_THREADS],
    /// Whether two threads race for it.
    raced: bool,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Surw<D> {
    draws: D,
    /// By their first use.
    known: Vec<Known>,
    /// Where each is among them, by its name.
    places: BTreeMap<u64, usize>,
    /// The object of this execution.
    object: Option<u64>,
    /// How many accesses to it each thread still has before it.
    left: [u32; MAX_THREADS],
    /// Who started each thread, in the last execution in which it was.
    parents: [u8; MAX_THREADS],
    /// The threads that there are, as a bit mask.
    born: u64,
    /// Whose access to the object is next.
    intended: Option<u8>,
    /// No execution has had so many threads.
    threads: usize,
}

impl<D: Draws> Surw<D> {
    pub fn new(draws: D) -> Self {
        Self {
            draws,
            known: Vec::new(),
            places: BTreeMap::new(),
            object: None,
            left: [0; MAX_THREADS],
            parents: [0; MAX_THREADS],
            born: 1,
            intended: None,
            threads: 1,
        }
    }

    /// How many accesses a thread has before it, with those of the threads that it is yet to start.
    fn weight(&self, thread: usize) -> usize {
        let unborn = |child: &usize| {
            self.born >> child & 1 == 0 && usize::from(self.parents[*child]) == thread
        };
        // A thread has a higher number than who started it.
        let children = (thread + 1..self.threads).filter(unborn);
        self.left[thread] as usize + children.map(|child| self.weight(child)).sum::<usize>()
    }

    /// One of these threads, by its weight, and not by less than `least`.
    fn drawn(&mut self, threads: impl Iterator<Item = u8>, least: usize) -> Option<u8> {
        let threads: Vec<(u8, usize)> =
            threads.map(|thread| (thread, self.weight(usize::from(thread)).max(least))).collect();
        let all: usize = threads.iter().map(|(_, weight)| weight).sum();
        let mut at = if all == 0 { return None } else { self.draws.below(all) };
        for (thread, weight) in threads {
            if at < weight {
                return Some(thread);
            }
            at -= weight;
        }
        None
    }

    fn draw_next(&mut self) {
        let born = self.born;
        let alive = (0..MAX_THREADS as u8).filter(move |thread| born >> thread & 1 == 1);
        self.intended = self.drawn(alive, 0);
    }

    /// Who was started by the last step. What its parent was drawn for may be the child's.
    fn notice(&mut self, view: &View<'_>) {
        for &(thread, _) in view.next {
            if self.born >> thread & 1 == 0 {
                self.born |= 1 << thread;
                self.parents[usize::from(thread)] = view.last;
                self.threads = self.threads.max(usize::from(thread) + 1);
                if self.intended == Some(view.last) {
                    self.intended = self.drawn([view.last, thread].into_iter(), 0);
                }
            }
        }
    }

    fn is_access(&self, view: &View<'_>, touched: &Footprint) -> bool {
        self.object.is_some_and(|object| uses(touched).any(|used| name(view, used) == object))
    }

    fn thread(&mut self, view: &View<'_>) -> u8 {
        let waits = |search: &Self, thread, touched| {
            search.intended != Some(thread) && search.is_access(view, touched)
        };
        let mut free: Vec<u8> = view
            .next
            .iter()
            .filter(|(thread, touched)| !waits(self, *thread, touched))
            .map(|(thread, _)| *thread)
            .collect();
        if free.is_empty() {
            // Whoever was meant waits for one of these.
            free.extend(self.drawn(view.next.iter().map(|(thread, _)| *thread), 1));
        }
        match free.len() {
            0 => view.choices[0].thread,
            1 => free[0],
            several => free[self.draws.below(several)],
        }
    }

    fn count(&mut self, view: &View<'_>, thread: u8, touched: &Footprint) {
        let me = usize::from(thread);
        for used in uses(touched) {
            let name = name(view, used);
            let at = match self.places.get(&name) {
                Some(at) => *at,
                None if self.known.len() == MOST => continue,
                None => {
                    let (kinds, times) = ([0; MAX_THREADS], [0; MAX_THREADS]);
                    self.known.push(Known { name, kinds, times, raced: false });
                    self.places.insert(name, self.known.len() - 1);
                    self.known.len() - 1
                }
            };
            let known = &mut self.known[at];
            known.times[me] += 1;
            let kind = used.kind();
            if known.kinds[me] >> kind as u16 & 1 == 0 {
                known.kinds[me] |= 1 << kind as u16;
                let races = |kinds: u16| {
                    Kind::ALL
                        .iter()
                        .any(|&other| kinds >> other as u16 & 1 == 1 && kinds_race(kind, other))
                };
                let others = known.kinds.iter().enumerate().filter(|(other, _)| *other != me);
                known.raced |= others.into_iter().any(|(_, kinds)| races(*kinds));
            }
        }
        if self.is_access(view, touched) {
            self.left[me] = self.left[me].saturating_sub(1);
            self.draw_next();
        }
    }
}

/// What a step does to objects, other than to give them back: that can only be awaited.
fn uses(touched: &Footprint) -> impl Iterator<Item = Access> + '_ {
    touched.iter().filter(|access| !matches!(access.kind(), Kind::Release | Kind::ReleaseShared))
}

/// An object's name in every execution: the place where it was made, or its number, if it has none.
fn name(view: &View<'_>, access: Access) -> u64 {
    match view.places.get(access.object() as usize) {
        Some(&place) if place != 0 => 1 << 32 | u64::from(place),
        _ => u64::from(access.object()),
    }
}

impl<D: Draws> Search for Surw<D> {
    fn begin(&mut self) {
        let raced: Vec<usize> = (0..self.known.len()).filter(|&at| self.known[at].raced).collect();
        let object = match raced.len() {
            0 => None,
            some => Some(&self.known[raced[self.draws.below(some)]]),
        };
        self.left = object.map_or([0; MAX_THREADS], |object| object.times);
        self.object = object.map(|object| object.name);
        for known in &mut self.known {
            known.times = [0; MAX_THREADS];
        }
        self.born = 1;
        self.draw_next();
    }

    fn choose(&mut self, view: &View<'_>) -> Choice {
        self.notice(view);
        if let Some(thread) = unnoticed(view, &mut self.draws) {
            return alternative(view, thread, &mut self.draws);
        }
        let thread = self.thread(view);
        if let Some((_, touched)) = view.next.iter().find(|(other, _)| *other == thread) {
            self.count(view, thread, touched);
        }
        alternative(view, thread, &mut self.draws)
    }

    fn taken(&mut self, _step: &Taken<'_>) -> Result<(), Diverged> {
        Ok(())
    }

    fn finish(&mut self, _pending: &[Pending], _places: &[u32], _deadline: Instant) -> Next {
        Next::Another
    }

    fn forgets(&self) -> bool {
        true
    }

    fn looks_ahead(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;
    use std::rc::Rc;

    use super::super::draws::tests::{Script, order};
    use super::*;

    /// A number that all numbers of ways divide.
    const WHOLE: usize = 5040 * 5040;

    /// The odds of each order of steps in the second execution, in parts of [`WHOLE`].
    fn odds(threads: &[Vec<Footprint>]) -> BTreeMap<Vec<u8>, usize> {
        let mut all: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        let mut ways: Vec<usize> = Vec::new();
        loop {
            let bounds = Rc::new(RefCell::new(Vec::new()));
            let first = Script { bounds: Rc::clone(&bounds), ..Script::default() };
            let mut search = Surw::new(first);
            order(&mut search, threads, &[]);
            bounds.borrow_mut().clear();
            search.draws.ways = ways.clone();
            let order = order(&mut search, threads, &[]);
            let bounds = bounds.borrow();
            let share = bounds.iter().fold(WHOLE, |whole, bound| {
                assert_eq!(whole % bound, 0, "{whole} parts are not enough");
                whole / bound
            });
            *all.entry(order).or_default() += share;
            // The next ways, as on a milometer.
            ways.resize(bounds.len(), 0);
            while let Some(last) = ways.pop() {
                if last + 1 < bounds[ways.len()] {
                    ways.push(last + 1);
                    break;
                }
            }
            if ways.is_empty() {
                return all;
            }
        }
    }

    fn stores(objects: &[u32]) -> Vec<Footprint> {
        objects.iter().map(|&object| Footprint::EMPTY.and(object, Kind::StoreSc)).collect()
    }

    #[test]
    fn each_order_of_accesses_to_one_object_has_the_same_odds() {
        let two = odds(&[stores(&[3, 3]), stores(&[3, 3])]);
        assert_eq!(two.len(), 6);
        assert!(two.values().all(|share| *share == WHOLE / 6), "{two:?}");
        let uneven = odds(&[stores(&[3, 3, 3]), stores(&[3])]);
        assert_eq!(uneven.len(), 4);
        assert!(uneven.values().all(|share| *share == WHOLE / 4), "{uneven:?}");
        let three = odds(&[stores(&[3]), stores(&[3, 3]), stores(&[3])]);
        assert_eq!(three.len(), 12);
        assert!(three.values().all(|share| *share == WHOLE / 12), "{three:?}");
    }

    #[test]
    fn what_others_do_elsewhere_changes_nothing_in_those_odds() {
        let all = odds(&[stores(&[3, 3]), stores(&[4, 4, 3])]);
        let mut of_object: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        for (order, share) in all {
            let mut seen = 0;
            let accesses = order.into_iter().filter(|thread| {
                seen += usize::from(*thread == 1);
                *thread == 0 || seen == 3
            });
            *of_object.entry(accesses.collect()).or_default() += share;
        }
        assert_eq!(of_object.len(), 3);
        assert!(of_object.values().all(|share| *share == WHOLE / 3), "{of_object:?}");
    }
}
