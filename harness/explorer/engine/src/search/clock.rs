//! Vectors of small counters, joined by taking the greater of each: vector clocks, and views of memory.
//!
//! Both grow with the number of threads (or atomics), which is small in anything that can be explored. The first eight
//! counters live inside the value, so that the usual clock is copied without touching the heap.

/// How many counters need no heap.
const NEAR: usize = 8;

/// A vector of counters; those never set are 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    near: [u16; NEAR],
    far: Vec<u16>,
    /// Virtual nanoseconds, joined like the counters. Only views of memory use it: time passes along happens-before, so that
    /// what a thread reads from a clock does not depend on steps which it cannot know of.
    pub time: u64,
}

impl Clock {
    /// The counter at an index.
    pub fn get(&self, index: usize) -> u16 {
        match self.near.get(index) {
            Some(&count) => count,
            None => self.far.get(index - NEAR).copied().unwrap_or(0),
        }
    }

    /// Sets the counter at an index.
    pub fn set(&mut self, index: usize, count: u16) {
        if index < NEAR {
            self.near[index] = count;
            return;
        }
        if self.far.len() <= index - NEAR {
            self.far.resize(index - NEAR + 1, 0);
        }
        self.far[index - NEAR] = count;
    }

    /// Raises the counter at an index to at least `count`.
    pub fn raise(&mut self, index: usize, count: u16) {
        if self.get(index) < count {
            self.set(index, count);
        }
    }

    /// Raises every counter to at least that of `other`.
    pub fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.near.iter_mut().zip(&other.near) {
            *mine = (*mine).max(*theirs);
        }
        self.time = self.time.max(other.time);
        if self.far.len() < other.far.len() {
            self.far.resize(other.far.len(), 0);
        }
        for (mine, theirs) in self.far.iter_mut().zip(&other.far) {
            *mine = (*mine).max(*theirs);
        }
    }

    /// Whether two are equal, but perhaps for one counter.
    pub fn is_but(&self, one: Option<usize>, other: &Self) -> bool {
        let length = NEAR + self.far.len().max(other.far.len());
        let same = |index| Some(index) == one || self.get(index) == other.get(index);
        self.time == other.time && (0..length).all(same)
    }

    /// Sets every counter to 0 and keeps the memory.
    pub fn clear(&mut self) {
        self.near = [0; NEAR];
        self.time = 0;
        self.far.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_near_and_far_join_by_the_greater() {
        let (mut a, mut b) = (Clock::default(), Clock::default());
        a.set(1, 5);
        a.set(9, 2);
        b.set(1, 3);
        b.set(20, 7);
        a.join(&b);
        assert_eq!([a.get(0), a.get(1), a.get(9), a.get(20), a.get(99)], [0, 5, 2, 7, 0]);
        a.raise(20, 6);
        assert_eq!(a.get(20), 7);
    }
}
