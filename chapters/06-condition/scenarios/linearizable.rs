//! Whatever two threads ask of a semaphore at once, one thread could have got from a number.

use ch06_condition::Semaphore;
use linearizable::{Clients, Model, Object};

#[derive(Clone, Debug)]
enum Call {
    Acquire,
    TryAcquire,
    Release,
    Available,
}

#[derive(Clone, Debug, PartialEq)]
enum Answer {
    Done,
    Told(bool),
    Left(usize),
}

struct Ours(Semaphore);

impl Object for Ours {
    type Call = Call;
    type Answer = Answer;

    fn new() -> Self {
        Self(Semaphore::new(1))
    }

    fn call(&self, call: &Call) -> Answer {
        match call {
            Call::Acquire => self.0.acquire(),
            Call::TryAcquire => return Answer::Told(self.0.try_acquire()),
            Call::Release => self.0.release(1),
            Call::Available => return Answer::Left(self.0.available()),
        }
        Answer::Done
    }
}

#[derive(Clone)]
struct Permits(usize);

impl Default for Permits {
    fn default() -> Self {
        Self(1)
    }
}

impl Model<Ours> for Permits {
    fn call(&mut self, call: &Call) -> Option<Answer> {
        match call {
            Call::Acquire => self.0 = self.0.checked_sub(1)?,
            Call::TryAcquire => {
                let left = self.0.checked_sub(1);
                self.0 = left.unwrap_or(0);
                return Some(Answer::Told(left.is_some()));
            }
            Call::Release => self.0 += 1,
            Call::Available => return Some(Answer::Left(self.0)),
        }
        Some(Answer::Done)
    }
}

/// Two threads with two calls each, in every combination in which nobody may wait for ever.
fn any_two_by_two() {
    use Call::{Acquire, Available, Release, TryAcquire};
    Clients::of(2, 2).calling([Acquire, TryAcquire, Release, Available]).check::<Ours, Permits>();
}
