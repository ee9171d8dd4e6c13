//! What random searches have in common.
//!
//! Each chooses who goes next by what it knows of the threads' next steps, and among the alternatives of a step by the same odds. The same seed gives the
//! same executions.

use super::footprint::{Footprint, Kind};
use super::pct::SplitMix;
use super::{Choice, View};

/// Where random numbers come from.
pub(crate) trait Draws {
    /// Any number, each with the same odds.
    fn any(&mut self) -> u64;
    /// A number below `bound`, which must not be 0.
    fn below(&mut self, bound: usize) -> usize;
}

impl Draws for SplitMix {
    fn any(&mut self) -> u64 {
        self.next()
    }

    fn below(&mut self, bound: usize) -> usize {
        SplitMix::below(self, bound)
    }
}

/// One of the threads whose next step nobody can tell the time of: a start, a spawn, a join of a thread that has ended. Such a step goes first. It
/// forbids nothing, and if it took part in the race of the others, whoever is started late would be late with all its steps.
pub(crate) fn unnoticed(view: &View<'_>, draws: &mut impl Draws) -> Option<u8> {
    let goes_unnoticed = |(thread, touched): &&(u8, Footprint)| {
        view.silent >> thread & 1 == 1
            // A thread's end can be asked for; the order of spawns only gives numbers.
            && touched.iter().all(|access| access.kind() == Kind::Write)
    };
    let threads: Vec<u8> =
        view.next.iter().filter(goes_unnoticed).map(|(thread, _)| *thread).collect();
    match threads.len() {
        0 => None,
        1 => Some(threads[0]),
        several => Some(threads[draws.below(several)]),
    }
}

/// One of the things that a thread's next step can do.
pub(crate) fn alternative(view: &View<'_>, thread: u8, draws: &mut impl Draws) -> Choice {
    let of_thread = || view.choices.iter().filter(|choice| choice.thread == thread);
    match of_thread().count() {
        0 => view.choices[0],
        1 => of_thread().copied().next().unwrap_or(view.choices[0]),
        several => of_thread().copied().nth(draws.below(several)).unwrap_or(view.choices[0]),
    }
}

/// Whether it matters which of two steps comes first, both of which can be taken now. A weak load and a store are independent for the exhaustive search, as the
/// load says which store it reads; but it can read only one that has come before it.
pub(crate) fn races(a: &Footprint, b: &Footprint) -> bool {
    a.conflicts_surely(b)
        || a.iter()
            .any(|x| b.iter().any(|y| x.object() == y.object() && kinds_race(x.kind(), y.kind())))
}

/// [`races`], of two steps that touch one object.
pub(crate) fn kinds_race(a: Kind, b: Kind) -> bool {
    a.conflicts(b) || a.is_load() && b.is_store() || a.is_store() && b.is_load()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::search::{Search, Taken};

    /// Numbers that are given before: what [`Draws::any`] gives, and, for [`Draws::below`], which way to go. It keeps how many ways there were.
    #[derive(Debug, Default)]
    pub struct Script {
        pub priorities: Vec<u64>,
        pub ways: Vec<usize>,
        pub bounds: std::rc::Rc<std::cell::RefCell<Vec<usize>>>,
    }

    impl Draws for Script {
        fn any(&mut self) -> u64 {
            self.priorities.pop().expect("as many numbers as are drawn")
        }

        fn below(&mut self, bound: usize) -> usize {
            let mut bounds = self.bounds.borrow_mut();
            bounds.push(bound);
            self.ways.get(bounds.len() - 1).copied().unwrap_or(0)
        }
    }

    /// The order in which a search lets the steps of threads happen, each of which can always go on.
    pub fn order(search: &mut dyn Search, threads: &[Vec<Footprint>], places: &[u32]) -> Vec<u8> {
        search.begin();
        let mut at = vec![0; threads.len()];
        let mut order = Vec::new();
        loop {
            let next: Vec<(u8, Footprint)> = (0..threads.len())
                .filter_map(|me| Some((me as u8, *threads[me].get(at[me])?)))
                .collect();
            if next.is_empty() {
                return order;
            }
            let choices: Vec<Choice> =
                next.iter().map(|&(thread, _)| Choice { thread, alt: 0 }).collect();
            let view = View {
                choices: &choices,
                last: order.last().copied().unwrap_or(0),
                quiescent: false,
                objects: places.len() as u32,
                places,
                yielding: 0,
                waiting: 0,
                stuck: 0,
                looking: 0,
                storing: 0,
                silent: 0,
                next: &next,
                twins: &[],
            };
            let choice = search.choose(&view);
            let me = usize::from(choice.thread);
            let footprint = threads[me][at[me]];
            at[me] += 1;
            order.push(choice.thread);
            let step = Taken {
                choice,
                footprint,
                widest: footprint,
                branching: false,
                after: &[],
                freed: &[],
                waits: false,
                observed: None,
                quiescent: false,
                signature: 0,
            };
            search.taken(&step).expect("a random search follows nothing");
        }
    }

    #[test]
    fn a_weak_load_races_with_a_store_and_not_with_a_load() {
        let touch = |object, kind| Footprint::EMPTY.and(object, kind);
        assert!(races(&touch(3, Kind::Load), &touch(3, Kind::Store)));
        assert!(races(&touch(3, Kind::StoreSc), &touch(3, Kind::Load)));
        assert!(!races(&touch(3, Kind::Load), &touch(3, Kind::LoadSc)));
        assert!(!races(&touch(3, Kind::Load), &touch(4, Kind::Store)));
        assert!(races(&touch(3, Kind::Acquire), &touch(3, Kind::Acquire)));
    }
}
