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
    ///
    /// # Panics
    ///
    /// When there is no call to try.
    #[must_use]
    pub fn number<O: Object<Call = C>, M: Model<O>>(&self) -> usize {
        let calls = self.calls_by_place();
        let choice = calls[0].len();
        let Some(model) = self.begun::<O, M>() else { return 0 };
        let last = self.of_one_thread(choice) - 1;
        let mut threads = vec![0; self.threads];
        let mut found = 0;
        loop {
            let numbers: Vec<usize> =
                threads.iter().flat_map(|&number| self.digits(number, choice)).collect();
            found += usize::from(self.ends(&model, &calls, &numbers));
            // The next one in which no thread's number is less than that of the one before it.
            let Some(slot) = threads.iter().rposition(|&number| number < last) else {
                return found;
            };
            let next = threads[slot] + 1;
            threads[slot..].fill(next);
        }
    }

    /// Runs a client, whichever is [chosen](choose), and looks for an explanation of what it got. Blocks until its threads have ended. A client in which, by the model, somebody
    /// may wait for ever is not run.
    ///
    /// # Panics
    ///
    /// When no order of the calls explains their answers, with the history; when there is no client to run; and with whatever the object's calls panic.
    #[track_caller]
    pub fn check<O: Object<Call = C>, M: Model<O>>(&self) {
        let calls = self.calls_by_place();
        let numbers = self.chosen(calls[0].len());
        // Only this client is asked: to sort out all of them takes longer than to run one, and each execution would do it anew.
        let Some(model) = self.begun::<O, M>().filter(|model| self.ends(model, &calls, &numbers))
        else {
            let any = self.number::<O, M>() > 0;
            assert!(any, "no call to try, or by the model each client may wait for ever");
            return;
        };
        drop(model);
        let call = |(&number, at): (&usize, &Vec<C>)| at[number].clone();
        let calls: Vec<C> = numbers.iter().zip(&calls).map(call).collect();
        let client: Vec<Vec<C>> = calls.chunks(self.each).map(<[C]>::to_vec).collect();
        let history = History::<O>::of_run(&self.first, &client);
        assert!(is_explained::<O, M>(&history), "{UNEXPLAINED}\n{history}");
    }

    /// The calls that each place may make.
    fn calls_by_place(&self) -> Vec<Vec<C>> {
        let calls: Vec<Vec<C>> =
            (0..self.threads * self.each).map(|place| self.at(place)).collect();
        let choice = calls[0].len();
        assert!(calls.iter().all(|at| at.len() == choice), "not as many calls for each number");
        assert!(choice > 0, "no call to try, or by the model each client may wait for ever");
        calls
    }

    /// The model after the calls that are made first; `None` if one of them would wait.
    fn begun<O: Object<Call = C>, M: Model<O>>(&self) -> Option<M> {
        let mut model = M::default();
        self.first.iter().all(|call| model.call(call).is_some()).then_some(model)
    }

    /// The numbers of the calls of a client that is [chosen](choose), one thread after the other. No thread's are less than those of the one before it, so that clients which differ
    /// in the numbers of their threads only are one.
    fn chosen(&self, choice: usize) -> Vec<usize> {
        let threads = self.of_one_thread(choice);
        let mut least = 0;
        let mut numbers = Vec::new();
        for _ in 0..self.threads {
            least += choose(threads - least);
            numbers.extend(self.digits(least, choice));
        }
        numbers
    }

    /// How many threads there are that make different calls.
    fn of_one_thread(&self, choice: usize) -> usize {
        let each = u32::try_from(self.each).unwrap_or(u32::MAX);
        choice.checked_pow(each).expect("so many clients are never explored")
    }

    /// The calls of a thread, as the digits of its number.
    fn digits(&self, number: usize, choice: usize) -> Vec<usize> {
        let mut left = number;
        let mut digits = vec![0; self.each];
        for digit in digits.iter_mut().rev() {
            *digit = left % choice;
            left /= choice;
        }
        digits
    }

    /// Whether, by the model, all calls return whatever their order.
    fn ends<O: Object<Call = C>, M: Model<O>>(
        &self,
        model: &M,
        calls: &[Vec<C>],
        numbers: &[usize],
    ) -> bool {
        self.rest_ends(model, calls, numbers, &mut vec![0; self.threads])
    }

    /// Whether, by the model, all calls that are left, those behind `over` in each thread, return whatever their order.
    fn rest_ends<O: Object<Call = C>, M: Model<O>>(
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
            let ends = self.rest_ends(&model, calls, numbers, over);
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
