//! Whatever two threads ask of a queue at once, one thread could have got from a `VecDeque`.
//!
//! At most 2 looks: the ring looks 64 times before it lets others go first. A look changes nothing, and what comes after the third is
//! what comes after the second.

use ch07_queue::{Queue, SimpleQueue};
use linearizable::{Clients, Model, Object};
use std::collections::VecDeque;

#[derive(Clone, Debug)]
enum Call {
    Put(u32),
    TryPut(u32),
    Get,
    TryGet,
}

#[derive(Clone, Debug, PartialEq)]
enum Answer {
    In,
    Full,
    Out(u32),
    Empty,
}

/// With room for one item.
struct Narrow(Queue<u32>);

impl Object for Narrow {
    type Call = Call;
    type Answer = Answer;

    fn new() -> Self {
        Self(Queue::new(1))
    }

    fn call(&self, call: &Call) -> Answer {
        match *call {
            Call::Put(item) => {
                self.0.put(item).expect("it is not shut down");
                Answer::In
            }
            Call::TryPut(item) => self.0.try_put(item).map_or(Answer::Full, |()| Answer::In),
            Call::Get => Answer::Out(self.0.get().expect("it is not shut down")),
            Call::TryGet => self.0.try_get().map_or(Answer::Empty, Answer::Out),
        }
    }
}

/// Without a bound.
struct Simple(SimpleQueue<u32>);

impl Object for Simple {
    type Call = Call;
    type Answer = Answer;

    fn new() -> Self {
        Self(SimpleQueue::new())
    }

    fn call(&self, call: &Call) -> Answer {
        match *call {
            Call::Put(item) | Call::TryPut(item) => {
                self.0.put(item);
                Answer::In
            }
            Call::Get => Answer::Out(self.0.get()),
            Call::TryGet => self.0.try_get().map_or(Answer::Empty, Answer::Out),
        }
    }
}

#[derive(Clone, Default)]
struct Items<const ROOM: usize>(VecDeque<u32>);

impl<const ROOM: usize, O: Object<Call = Call, Answer = Answer>> Model<O> for Items<ROOM> {
    fn call(&mut self, call: &Call) -> Option<Answer> {
        let full = self.0.len() == ROOM;
        match *call {
            Call::Put(_) if full => return None,
            Call::TryPut(_) if full => return Some(Answer::Full),
            Call::Put(item) | Call::TryPut(item) => self.0.push_back(item),
            Call::Get => return self.0.pop_front().map(Answer::Out),
            Call::TryGet => return Some(self.0.pop_front().map_or(Answer::Empty, Answer::Out)),
        }
        Some(Answer::In)
    }
}

/// Two threads with a call each at a queue with room for one, in every combination in which nobody may wait for ever.
fn one_call_each() {
    use Call::{Get, Put, TryGet, TryPut};
    let calls = Clients::of(2, 1).calling([Put(1), TryPut(2), Get, TryGet]);
    calls.check::<Narrow, Items<1>>();
}

/// The same where an item is in already.
fn one_call_each_with_an_item() {
    use Call::{Get, Put, TryGet, TryPut};
    let calls = Clients::of(2, 1).after([Put(0)]).calling([Put(1), TryPut(2), Get, TryGet]);
    calls.check::<Narrow, Items<1>>();
}

/// Two threads with a call each at a queue without a bound.
fn simple_one_call_each() {
    use Call::{Get, Put, TryGet};
    let calls = Clients::of(2, 1).after([Put(0)]).calling([Put(1), Put(2), Get, TryGet]);
    calls.check::<Simple, Items<{ usize::MAX }>>();
}
