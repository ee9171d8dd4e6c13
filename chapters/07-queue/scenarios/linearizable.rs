//! Whatever two threads ask of a queue at once, one thread could have got from a `VecDeque`.

use ch07_queue::SimpleQueue;
use linearizable::{Clients, Model, Object};
use std::collections::VecDeque;

#[derive(Clone, Debug)]
enum Call {
    Put(u32),
    Get,
    TryGet,
}

struct Ours(SimpleQueue<u32>);

impl Object for Ours {
    type Call = Call;
    type Answer = Option<u32>;

    fn new() -> Self {
        Self(SimpleQueue::new())
    }

    fn call(&self, call: &Call) -> Option<u32> {
        match *call {
            Call::Put(item) => {
                self.0.put(item);
                None
            }
            Call::Get => Some(self.0.get()),
            Call::TryGet => self.0.try_get().ok(),
        }
    }
}

#[derive(Clone, Default)]
struct Items(VecDeque<u32>);

impl Model<Ours> for Items {
    fn call(&mut self, call: &Call) -> Option<Option<u32>> {
        match *call {
            Call::Put(item) => {
                self.0.push_back(item);
                Some(None)
            }
            Call::Get => self.0.pop_front().map(Some),
            Call::TryGet => Some(self.0.pop_front()),
        }
    }
}

/// Two threads with a call each, an item being in already, in every combination in which nobody may wait for ever.
fn one_call_each() {
    use Call::{Get, Put, TryGet};
    Clients::of(2, 1).after([Put(0)]).calling([Put(1), Put(2), Get, TryGet]).check::<Ours, Items>();
}
