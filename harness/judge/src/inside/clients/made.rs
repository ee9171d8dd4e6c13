//! Which clients there are, in which orders their calls can come, and how one is chosen.

use explore_engine::sync::atomic::{AtomicUsize, Ordering};
use explore_engine::thread;
use std::sync::Arc;

/// More clients, or orders of one, than any check should have.
const MOST: usize = 20_000;

/// How many threads make how many calls each, and how many calls there are to choose from.
pub(super) struct Shape {
    pub threads: usize,
    pub each: usize,
    pub calls: usize,
}

impl Shape {
    /// Each client: the numbers of its calls, one thread after the other. Clients that differ in the numbers of their threads only are one.
    ///
    /// # Panics
    ///
    /// When there is none, or there are too many.
    pub fn clients(&self) -> Vec<Vec<usize>> {
        let Self { threads, each, calls } = *self;
        assert!(threads > 0 && each > 0, "a client has threads, and its threads have calls");
        assert!(calls > 0, "there is no call to try");
        let mut found = Vec::new();
        let mut numbers = vec![0; threads * each];
        loop {
            if numbers.chunks(each).is_sorted() {
                found.push(numbers.clone());
                assert!(found.len() <= MOST, "there are more than {MOST} clients; try fewer calls");
            }
            // The next one, as an odometer counts.
            let Some(slot) = numbers.iter().rposition(|&number| number + 1 < calls) else {
                return found;
            };
            numbers[slot] += 1;
            numbers[slot + 1..].fill(0);
        }
    }

    /// In which orders the calls of a client can come: each a list of whose turn it is.
    ///
    /// # Panics
    ///
    /// When there are too many.
    pub fn orders(&self) -> Vec<Vec<usize>> {
        let mut orders = vec![Vec::new()];
        for _ in 0..self.threads * self.each {
            let longer = orders.iter().flat_map(|order: &Vec<usize>| {
                let made = |thread: &usize| order.iter().filter(|&it| it == thread).count();
                let threads = (0..self.threads).filter(move |thread| made(thread) < self.each);
                threads.map(|thread| order.iter().copied().chain([thread]).collect())
            });
            orders = longer.collect();
            assert!(orders.len() <= MOST, "there are more than {MOST} orders; try fewer calls");
        }
        orders
    }
}

/// A number below `count`, each of them in some execution: a thread stores one number after the other, and a load finds one of them. The digits of a
/// larger number are chosen one by one.
pub(super) fn choose(count: usize) -> usize {
    const DIGIT: usize = 8;
    assert!(count > 0, "in each client somebody may wait for ever");
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

#[cfg(test)]
mod tests {
    use super::*;
    use explore_engine::Explorer;
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    #[test]
    fn clients_that_differ_in_their_threads_numbers_are_one() {
        let shape = Shape { threads: 2, each: 1, calls: 3 };
        let clients = [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]];
        assert_eq!(shape.clients(), clients);
        assert_eq!(Shape { threads: 2, each: 2, calls: 3 }.clients().len(), 45);
        assert_eq!(shape.orders(), [[0, 1], [1, 0]]);
        assert_eq!(Shape { threads: 3, each: 3, calls: 1 }.orders().len(), 1680);
    }

    #[test]
    fn each_number_is_chosen_in_some_execution() {
        static CHOSEN: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());
        for count in [1, 8, 9, 70] {
            CHOSEN.lock().unwrap().clear();
            let outcome = Explorer::default().run("choose", move || {
                CHOSEN.lock().unwrap().insert(choose(count));
            });
            assert!(outcome.is_proved(), "{outcome}");
            assert_eq!(outcome.executions, count as u64);
            assert!(CHOSEN.lock().unwrap().iter().copied().eq(0..count));
        }
    }
}
