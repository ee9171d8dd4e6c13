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
    fresh: Option<fn(u32) -> Vec<C>>,
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
        Clients { threads, each, first: Vec::new(), calls: Vec::new(), fresh: None }
    }
}

impl<C: Clone> Clients<C> {
    /// The calls to try, each with its arguments.
    #[must_use]
    pub fn calling(mut self, calls: impl IntoIterator<Item = C>) -> Self {
        self.calls.extend(calls);
        self
    }

    /// Calls with an item that no other call of the client has: a number from 1 on.
    ///
    /// For an object that does not look at its items, as a queue does not. Then clients that differ in the names of their items only have the same
    /// histories but for these names, and one of them is enough; and one in which two items are equal shows no more than the one in which they differ (Wolper,
    /// POPL 1986). Of an object that compares its items, as a set does, neither is true: [`calling`](Self::calling) makes its clients.
    ///
    /// ```
    /// #[derive(Clone, Debug)]
    /// enum Call {
    ///     Push(u32),
    ///     Pop,
    /// }
    ///
    /// // Four kinds of threads, and ten clients of two.
    /// let clients = linearizable::Clients::of(2, 2).with_fresh(|item| vec![Call::Push(item), Call::Pop]);
    /// # let _ = clients;
    /// ```
    ///
    /// # Panics
    ///
    /// In [`check`](Self::check) and [`number`](Self::number), when the calls are not as many for each number.
    #[must_use]
    pub fn with_fresh(self, calls: fn(u32) -> Vec<C>) -> Self {
        Self { fresh: Some(calls), ..self }
    }

    /// The calls that the place may make, of all the places of the client's threads, one thread after the other.
    fn at(&self, place: usize) -> Vec<C> {
        let number = u32::try_from(place + 1).unwrap_or(u32::MAX);
        let fresh = self.fresh.map_or_else(Vec::new, |calls| calls(number));
        self.calls.iter().cloned().chain(fresh).collect()
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
        let numbers = &all[choose(all.len())];
        let call = |(place, &number): (usize, &usize)| self.at(place).swap_remove(number);
        let calls: Vec<C> = numbers.iter().enumerate().map(call).collect();
        let client: Vec<Vec<C>> = calls.chunks(self.each).map(<[C]>::to_vec).collect();
        let history = History::<O>::of_run(&self.first, &client);
        assert!(is_explained::<O, M>(&history), "{UNEXPLAINED}\n{history}");
    }

    /// Each client: the numbers of its calls, one thread after the other.
    fn all<O: Object<Call = C>, M: Model<O>>(&self) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        let mut model = M::default();
        let begins = self.first.iter().all(|call| model.call(call).is_some());
        let mut numbers = vec![0; self.threads * self.each];
        let calls: Vec<Vec<C>> = (0..numbers.len()).map(|place| self.at(place)).collect();
        let choice = calls[0].len();
        assert!(calls.iter().all(|at| at.len() == choice), "not as many calls for each number");
        if choice == 0 || !begins {
            return found;
        }
        let mut over = vec![0; self.threads];
        loop {
            if numbers.chunks(self.each).is_sorted()
                && self.ends(&model, &calls, &numbers, &mut over)
            {
                found.push(numbers.clone());
            }
            // The next one, as an odometer counts.
            let Some(slot) = numbers.iter().rposition(|&number| number + 1 < choice) else {
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
        calls: &[Vec<C>],
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
            let place = thread * self.each + over[thread];
            let call = &calls[place][numbers[place]];
            if model.call(call).is_none() {
                continue;
            }
            gone_on = true;
            over[thread] += 1;
            let ends = self.ends(&model, calls, numbers, over);
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
