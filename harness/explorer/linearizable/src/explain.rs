//! Whether some order of the calls, one after the other, gives the same answers.

use crate::history::History;
use crate::{Model, Object};

/// Whether a history has a sequential explanation.
pub(crate) fn is_explained<O: Object, M: Model<O>>(history: &History<O>) -> bool {
    let over = vec![0; history.threads.len()];
    history.begun::<M>().is_ok_and(|model| goes_on(history, &model, &over))
}

/// Whether the calls that are left, those behind `over` in each thread, can follow in some order.
fn goes_on<O: Object, M: Model<O>>(history: &History<O>, model: &M, over: &[usize]) -> bool {
    if history.threads.iter().zip(over).all(|(calls, &over)| over == calls.len()) {
        return true;
    }
    history.threads.iter().enumerate().any(|(thread, calls)| {
        let Some(next) = calls.get(over[thread]) else { return false };
        // What had returned when it began comes before it.
        if next.after.iter().zip(over).any(|(&needed, &over)| needed > over) {
            return false;
        }
        let mut model = model.clone();
        if model.call(&next.call).as_ref() != Some(&next.answer) {
            return false;
        }
        let mut over = over.to_vec();
        over[thread] += 1;
        goes_on(history, &model, &over)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Done;

    /// A register: `Some` writes, `None` reads.
    struct Register;
    impl Object for Register {
        type Call = Option<u8>;
        type Answer = u8;
        fn new() -> Self {
            Self
        }
        fn call(&self, _: &Option<u8>) -> u8 {
            0
        }
    }

    #[derive(Clone, Default)]
    struct Value(u8);
    impl Model<Register> for Value {
        fn call(&mut self, call: &Option<u8>) -> Option<u8> {
            self.0 = call.unwrap_or(self.0);
            Some(self.0)
        }
    }

    /// The calls of two threads: what is called, what it answered, and how many calls of the other were over.
    fn explained(one: &[(Option<u8>, u8, usize)], two: &[(Option<u8>, u8, usize)]) -> bool {
        let thread = |me: usize, calls: &[(Option<u8>, u8, usize)]| {
            let done = |(number, &(call, answer, others)): (usize, &(Option<u8>, u8, usize))| {
                let after = if me == 0 { vec![number, others] } else { vec![others, number] };
                Done { call, answer, after }
            };
            calls.iter().enumerate().map(done).collect()
        };
        let threads = vec![thread(0, one), thread(1, two)];
        is_explained::<Register, Value>(&History { first: Vec::new(), threads })
    }

    /// The examples of Herlihy and Wing: a read beside a write may see it or not; one after it must.
    #[test]
    fn a_read_beside_a_write_is_free_and_one_after_it_is_not() {
        let write = (Some(1), 1, 0);
        assert!(explained(&[write], &[(None, 0, 0)]));
        assert!(explained(&[write], &[(None, 1, 0)]));
        assert!(explained(&[write], &[(None, 1, 1)]));
        assert!(!explained(&[write], &[(None, 0, 1)]));
        assert!(!explained(&[write], &[(None, 2, 0)]));
    }

    #[test]
    fn what_was_seen_stays_seen() {
        assert!(explained(&[(Some(1), 1, 0)], &[(None, 0, 0), (None, 1, 0)]));
        assert!(!explained(&[(Some(1), 1, 0)], &[(None, 1, 0), (None, 0, 0)]));
    }

    /// Both began before either returned, so either order is one; but not both at once.
    #[test]
    fn two_readers_agree_on_one_order() {
        let writes = [(Some(1), 1, 0), (Some(2), 2, 0)];
        assert!(explained(&writes, &[(None, 1, 0), (None, 2, 0)]));
        assert!(!explained(&writes, &[(None, 2, 0), (None, 1, 0)]));
        // The second write returned before the first look.
        assert!(!explained(&writes, &[(None, 1, 2), (None, 2, 2)]));
    }
}
