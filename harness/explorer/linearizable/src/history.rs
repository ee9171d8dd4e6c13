//! What happened in one run of a client: who called what, what it answered, and which calls were over when it began.

use crate::{Model, Object};
use std::fmt::{self, Debug};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// One call that has returned.
pub(crate) struct Done<O: Object> {
    pub call: O::Call,
    pub answer: O::Answer,
    /// So many calls of each thread had returned when this one began.
    pub after: Vec<usize>,
}

/// The calls of each thread, in its order.
pub(crate) struct History<O: Object> {
    /// Those that were made before the threads began.
    pub first: Vec<(O::Call, O::Answer)>,
    pub threads: Vec<Vec<Done<O>>>,
}

impl<O: Object> History<O> {
    /// Makes the calls `first` alone, and then runs a thread for each list of `client`. Blocks until they have ended.
    pub fn of_run(first: &[O::Call], client: &[Vec<O::Call>]) -> Self {
        let object = Arc::new(O::new());
        let first = first.iter().map(|call| (call.clone(), object.call(call))).collect();
        let returned: Arc<Vec<AtomicUsize>> =
            Arc::new(client.iter().map(|_| AtomicUsize::new(0)).collect());
        let run = |me: usize| {
            let (object, returned, calls) =
                (Arc::clone(&object), Arc::clone(&returned), client[me].clone());
            move || -> Vec<Done<O>> {
                let mut done = Vec::new();
                for call in calls {
                    let look = |(other, count): (usize, &AtomicUsize)| match other == me {
                        true => done.len(),
                        false => count.load(Ordering::Acquire),
                    };
                    let after = returned.iter().enumerate().map(look).collect();
                    let answer = object.call(&call);
                    done.push(Done { call, answer, after });
                    returned[me].store(done.len(), Ordering::Release);
                }
                done
            }
        };
        let begin = |me: usize| {
            let builder = thread::Builder::new().name(format!("client {}", me + 1));
            builder.spawn(run(me)).expect("a thread can be started")
        };
        let running: Vec<_> = (0..client.len()).map(begin).collect();
        let mut threads = Vec::new();
        for thread in running {
            match thread.join() {
                Ok(done) => threads.push(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Self { first, threads }
    }

    /// The model after the calls that were made before the threads began.
    ///
    /// # Errors
    ///
    /// The number of the first of these calls that the model answers otherwise.
    pub fn begun<M: Model<O>>(&self) -> Result<M, usize> {
        let mut model = M::default();
        for (number, (call, answer)) in self.first.iter().enumerate() {
            if model.call(call).as_ref() != Some(answer) {
                return Err(number);
            }
        }
        Ok(model)
    }
}

/// A line for each thread. It can be read as one line, too: pictures have no others.
impl<O: Object> fmt::Display for History<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        if !self.first.is_empty() {
            let first = self.first.iter().map(|(call, answer)| told(call, answer));
            lines.push(format!("  before: {}", first.collect::<Vec<_>>().join(", ")));
        }
        for (me, calls) in self.threads.iter().enumerate() {
            let calls: Vec<String> = calls.iter().map(|done| called(me, done)).collect();
            lines.push(format!("  client {}: {}", me + 1, calls.join(", ")));
        }
        f.write_str(&lines.join(";\n"))
    }
}

fn told(call: &impl Debug, answer: &impl Debug) -> String {
    format!("{call:?} → {answer:?}")
}

/// One call, and how many of the others' had returned before it.
fn called<O: Object>(me: usize, done: &Done<O>) -> String {
    let others = done.after.iter().enumerate().filter(|&(other, &count)| other != me && count > 0);
    let after: Vec<String> =
        others.map(|(other, count)| format!("{count} of client {}", other + 1)).collect();
    let told = told(&done.call, &done.answer);
    match after.is_empty() {
        true => told,
        false => format!("{told} (after {})", after.join(" and ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::is_explained;

    #[derive(Clone, Debug)]
    enum Call {
        Push(u32),
        Pop,
    }

    /// A stack that answers what the test says.
    struct Stack;
    impl Object for Stack {
        type Call = Call;
        type Answer = Option<u32>;
        fn new() -> Self {
            Self
        }
        fn call(&self, _: &Call) -> Option<u32> {
            None
        }
    }

    #[derive(Clone, Default)]
    struct OneThread(Vec<u32>);
    impl Model<Stack> for OneThread {
        fn call(&mut self, call: &Call) -> Option<Option<u32>> {
            Some(match *call {
                Call::Push(item) => {
                    self.0.push(item);
                    None
                }
                Call::Pop => self.0.pop(),
            })
        }
    }

    /// The history that the README and the book show. `scenarios/stack.rs` has the stack that comes to it, as `torn_1_1`.
    #[test]
    fn an_item_that_two_threads_took_is_told_as_the_book_shows_it() {
        let pop = || vec![Done { call: Call::Pop, answer: Some(0), after: vec![0, 0] }];
        let first = vec![(Call::Push(0), None)];
        let history = History::<Stack> { first, threads: vec![pop(), pop()] };
        assert!(!is_explained::<Stack, OneThread>(&history));
        let told = format!("{}\n{history}\n", crate::clients::UNEXPLAINED);
        assert_eq!(told, include_str!("../history.txt"));
    }
}
