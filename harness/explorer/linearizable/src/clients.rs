//! The programs that are made: so many threads with so many calls each.

use crate::explain::is_explained;
use crate::history::History;
use crate::{Model, Object};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What a history without an explanation is told with.
pub(crate) const UNEXPLAINED: &str =
    "not linearizable: no order of these calls gives these answers";

/// Which clients are made of an object's calls.
#[derive(Clone, Debug)]
pub struct Clients<C> {
    threads: usize,
    each: usize,
    first: Vec<C>,
    calls: Vec<C>,
}

impl Clients<()> {
    /// `threads` threads that make `each` calls.
    ///
    /// # Panics
    ///
    /// When one of the two is 0.
    #[must_use]
    pub fn of<C>(threads: usize, each: usize) -> Clients<C> {
        assert!(threads > 0 && each > 0, "a client has threads, and its threads have calls");
        Clients { threads, each, first: Vec::new(), calls: Vec::new() }
    }
}

impl<C: Clone> Clients<C> {
    /// The calls to try, each with its arguments.
    #[must_use]
    pub fn calling(mut self, calls: impl IntoIterator<Item = C>) -> Self {
        self.calls.extend(calls);
        self
    }

    /// Calls that are made before the threads begin.
    #[must_use]
    pub fn after(mut self, first: impl IntoIterator<Item = C>) -> Self {
        self.first.extend(first);
        self
    }

    /// How many clients there are: without those that differ in the numbers of their threads only, and without those in which, by the model, somebody may wait for
    /// ever.
    #[must_use]
    pub fn number<O: Object<Call = C>, M: Model<O>>(&self) -> usize {
        self.all::<O, M>().len()
    }

    /// Runs a client, whichever is [chosen](choose), and looks for an explanation of what it got. Blocks until its threads have ended.
    ///
    /// # Panics
    ///
    /// When no order of the calls explains their answers, with the history; when there is no client; and with whatever the object's calls panic.
    #[track_caller]
    pub fn check<O: Object<Call = C>, M: Model<O>>(&self) {
        let all = self.all::<O, M>();
        assert!(!all.is_empty(), "no call to try, or by the model each client may wait for ever");
        let numbers = all[choose(all.len())].chunks(self.each);
        let calls = |thread: &[usize]| thread.iter().map(|&n| self.calls[n].clone()).collect();
        let client: Vec<Vec<C>> = numbers.map(calls).collect();
        let history = History::<O>::of_run(&self.first, &client);
        assert!(is_explained::<O, M>(&history), "{UNEXPLAINED}\n{history}");
    }

    /// Each client: the numbers of its calls, one thread after the other.
    fn all<O: Object<Call = C>, M: Model<O>>(&self) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        let mut model = M::default();
        let begins = self.first.iter().all(|call| model.call(call).is_some());
        let mut numbers = vec![0; self.threads * self.each];
        if self.calls.is_empty() || !begins {
            return found;
        }
        let mut over = vec![0; self.threads];
        loop {
            if numbers.chunks(self.each).is_sorted() && self.ends(&model, &numbers, &mut over) {
                found.push(numbers.clone());
            }
            // The next one, as an odometer counts.
            let Some(slot) = numbers.iter().rposition(|&number| number + 1 < self.calls.len())
            else {
                return found;
            };
            numbers[slot] += 1;
            numbers[slot + 1..].fill(0);
        }
    }

    /// Whether, by the model, all calls that are left, those behind `over` in each thread, return whatever their order.
    fn ends<O: Object<Call = C>, M: Model<O>>(
        &self,
        model: &M,
        numbers: &[usize],
        over: &mut [usize],
    ) -> bool {
        let (mut left, mut gone_on) = (false, false);
        for thread in 0..over.len() {
            if over[thread] == self.each {
                continue;
            }
            left = true;
            let mut model = model.clone();
            let call = &self.calls[numbers[thread * self.each + over[thread]]];
            if model.call(call).is_none() {
                continue;
            }
            gone_on = true;
            over[thread] += 1;
            let ends = self.ends(&model, numbers, over);
            over[thread] -= 1;
            if !ends {
                return false;
            }
        }
        gone_on || !left
    }
}

/// A number below `count`: under the explorer each of them, in an execution of its own. Otherwise one of them, whichever comes.
///
/// It is made of what every explorer explores: a thread stores one number after the other, and a load finds one of them. The digits of a larger number are chosen one by one.
///
/// ```
/// assert!(linearizable::choose(3) < 3);
/// ```
///
/// # Panics
///
/// When `count` is 0.
#[must_use]
pub fn choose(count: usize) -> usize {
    assert!(count > 0, "nothing to choose from");
    const DIGIT: usize = 8;
    if count <= DIGIT {
        return choose_one(count);
    }
    // The last digit's range may be shorter than the others', so that each number comes up once.
    let group = DIGIT * choose(count.div_ceil(DIGIT));
    group + choose_one(DIGIT.min(count - group))
}

fn choose_one(count: usize) -> usize {
    let number = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&number);
    let counter = thread::spawn(move || {
        for next in 1..count {
            counting.store(next, Ordering::Relaxed);
        }
    });
    let chosen = number.load(Ordering::Relaxed);
    counter.join().expect("storing does not panic");
    chosen
}
