//! Whatever two threads ask of an event at once, one thread could have got from a flag.

use ch05_event::Event;
use linearizable::{Clients, Model, Object};

#[derive(Clone, Debug)]
enum Call {
    Set,
    Clear,
    IsSet,
    Wait,
}

struct Ours(Event);

impl Object for Ours {
    type Call = Call;
    type Answer = bool;

    fn new() -> Self {
        Self(Event::new())
    }

    fn call(&self, call: &Call) -> bool {
        match call {
            Call::Set => self.0.set(),
            Call::Clear => self.0.clear(),
            Call::IsSet => return self.0.is_set(),
            Call::Wait => self.0.wait(),
        }
        true
    }
}

#[derive(Clone, Default)]
struct Flag(bool);

impl Model<Ours> for Flag {
    fn call(&mut self, call: &Call) -> Option<bool> {
        match call {
            Call::Set => self.0 = true,
            Call::Clear => self.0 = false,
            Call::IsSet => return Some(self.0),
            Call::Wait => return self.0.then_some(true),
        }
        Some(true)
    }
}

/// Two threads with two calls each, in every combination in which nobody may wait for ever.
fn any_two_by_two() {
    use Call::{Clear, IsSet, Set, Wait};
    Clients::of(2, 2).calling([Set, Clear, IsSet, Wait]).check::<Ours, Flag>();
}
