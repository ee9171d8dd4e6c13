//! Random search with a guarantee: probabilistic concurrency testing.
//!
//! Burckhardt, Kothari, Musuvathi, Nagarakatte: "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010.
//! Each thread has a random priority, and the highest that can go on does; at `depth − 1` random steps the running thread falls
//! to the bottom. A bug that needs `depth` orderings is found with probability at least 1/(n·k^(depth−1)) in each run of n
//! threads and k steps. The depth goes round from 1 to 4, because that of a bug is unknown.

use std::time::Instant;

use super::{Choice, Diverged, MAX_THREADS, Next, Pending, Search, Taken, View};

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Pct {
    random: SplitMix,
    executions: u64,
    priorities: [u64; MAX_THREADS],
    /// The steps at which the running thread falls, latest first.
    falls: Vec<usize>,
    /// What the next thread to fall is given: each below the one before.
    bottom: u64,
    step: usize,
    /// The length of the longest execution so far.
    longest: usize,
}

impl Pct {
    pub fn new(seed: u64) -> Self {
        Self {
            random: SplitMix(seed),
            executions: 0,
            priorities: [0; MAX_THREADS],
            falls: Vec::new(),
            bottom: 0,
            step: 0,
            longest: 16,
        }
    }
}

impl Search for Pct {
    fn begin(&mut self) {
        for priority in &mut self.priorities {
            *priority = self.random.next() | 1 << 63;
        }
        let falls = self.executions % 4;
        self.falls.clear();
        for _ in 0..falls {
            let step = self.random.below(self.longest);
            self.falls.push(step);
        }
        self.falls.sort_unstable_by(|a, b| b.cmp(a));
        self.bottom = 1 << 62;
        self.step = 0;
        self.executions += 1;
    }

    fn choose(&mut self, view: &View<'_>) -> Choice {
        let best = |priorities: &[u64; MAX_THREADS]| {
            view.choices
                .iter()
                .map(|choice| choice.thread)
                .max_by_key(|&thread| priorities[usize::from(thread)])
        };
        let mut thread = best(&self.priorities).unwrap_or(0);
        // Whoever yields wants others to go first: without that, a spinning thread of high priority spins for ever.
        let falls = self.falls.last() == Some(&self.step);
        if falls || view.yielding >> thread & 1 == 1 {
            if falls {
                self.falls.pop();
            }
            self.bottom -= 1;
            self.priorities[usize::from(thread)] = self.bottom;
            thread = best(&self.priorities).unwrap_or(thread);
        }
        self.step += 1;
        self.longest = self.longest.max(self.step);
        let alternatives: Vec<Choice> =
            view.choices.iter().copied().filter(|choice| choice.thread == thread).collect();
        alternatives[self.random.below(alternatives.len())]
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
}

/// A small random generator: SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
#[derive(Clone, Debug)]
pub struct SplitMix(pub u64);

impl SplitMix {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// A number below `bound`, which must not be 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
