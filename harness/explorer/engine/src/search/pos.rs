//! Random search by partial orders: each step has a random priority of its own, and the highest that can be taken is.
//!
//! Yuan, Yang, Gu: "Partial Order Aware Concurrency Sampling", CAV 2018. When a step is taken, those that race with it get new
//! priorities: what lost a race does not lose the next for the same reason. Steps that race with none come in any order without any odds being spent on it.

use std::time::Instant;

use super::draws::{Draws, alternative, races, unnoticed};
use super::{Choice, Diverged, MAX_THREADS, Next, Pending, Search, Taken, View};

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Pos<D> {
    draws: D,
    /// The priority of each thread's next step, once it could be taken.
    priorities: [Option<u64>; MAX_THREADS],
}

impl<D: Draws> Pos<D> {
    pub fn new(draws: D) -> Self {
        Self { draws, priorities: [None; MAX_THREADS] }
    }

    fn thread(&mut self, view: &View<'_>) -> u8 {
        let mut best = (0, view.choices[0].thread);
        for &(thread, _) in view.next {
            let draws = &mut self.draws;
            let priority = *self.priorities[usize::from(thread)].get_or_insert_with(|| draws.any());
            best = best.max((priority, thread));
        }
        best.1
    }
}

impl<D: Draws> Search for Pos<D> {
    fn begin(&mut self) {
        self.priorities = [None; MAX_THREADS];
    }

    fn choose(&mut self, view: &View<'_>) -> Choice {
        if let Some(thread) = unnoticed(view, &mut self.draws) {
            return alternative(view, thread, &mut self.draws);
        }
        let thread = self.thread(view);
        // Whoever yields wants others to go first: a thread that spins with luck must not do so until its luck changes.
        let yields = view.yielding >> thread & 1 == 1;
        let taken = view.next.iter().find(|(other, _)| *other == thread).map(|(_, taken)| *taken);
        for (other, touched) in view.next {
            if *other == thread || yields || taken.is_some_and(|taken| races(&taken, touched)) {
                self.priorities[usize::from(*other)] = None;
            }
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
    use std::collections::BTreeMap;

    use super::super::draws::tests::{Script, order};
    use super::super::footprint::{Footprint, Kind};
    use super::*;

    /// How often each order of steps comes about, when the numbers that are drawn have each order once.
    fn orders(threads: &[Vec<Footprint>], draws: u64) -> BTreeMap<Vec<u8>, usize> {
        let mut all = BTreeMap::new();
        permute(&mut (1..=draws).collect(), 0, &mut |priorities| {
            let draws = Script { priorities: priorities.to_vec(), ..Script::default() };
            *all.entry(order(&mut Pos::new(draws), threads, &[])).or_default() += 1;
        });
        all
    }

    fn permute(numbers: &mut Vec<u64>, from: usize, see: &mut impl FnMut(&[u64])) {
        if from == numbers.len() {
            see(numbers);
        }
        for other in from..numbers.len() {
            numbers.swap(from, other);
            permute(numbers, from + 1, see);
            numbers.swap(from, other);
        }
    }

    fn store(object: u32) -> Footprint {
        Footprint::EMPTY.and(object, Kind::StoreSc)
    }

    #[test]
    fn of_independent_steps_each_order_has_the_same_odds() {
        let threads: Vec<Vec<Footprint>> = (0..4).map(|object| vec![store(object)]).collect();
        let orders = orders(&threads, 4);
        assert_eq!(orders.len(), 24);
        assert!(orders.values().all(|times| *times == 1), "{orders:?}");
    }

    #[test]
    fn a_lost_race_gives_new_odds_for_the_next() {
        // Two steps against one, at one object: each of the two races is as open as the other.
        let before = vec![1, 0, 0];
        let (between, after) = (vec![0, 1, 0], vec![0, 0, 1]);
        assert_eq!(
            orders(&[vec![store(0), store(0)], vec![store(0)]], 5),
            BTreeMap::from([(before.clone(), 60), (between.clone(), 30), (after.clone(), 30)])
        );
        // At another object it races with neither, and keeps its priority: three numbers are drawn.
        let drawn = orders(&[vec![store(0), store(0)], vec![store(1)]], 3);
        assert_eq!(drawn, BTreeMap::from([(before, 3), (between, 1), (after, 2)]));
    }
}
