//! The slot for one item once more, with what `std` has: the item inside a
//! mutex, and a `Condvar` for each reason to wait.

use std::sync::{Condvar, Mutex};
use std::thread;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("two-condvars", "the slot with a Mutex and two Condvars of std", main);

// ANCHOR: main
fn produce(slot: &Mutex<Option<u32>>, emptied: &Condvar, filled: &Condvar) {
    for item in 1..=3 {
        let held = slot.lock().unwrap();
        let mut held = emptied.wait_while(held, |slot| slot.is_some()).unwrap();
        *held = Some(item);
        println!("put {item}");
        filled.notify_one();
    }
}

fn consume(slot: &Mutex<Option<u32>>, emptied: &Condvar, filled: &Condvar) {
    for _ in 1..=3 {
        let held = slot.lock().unwrap();
        let mut held = filled.wait_while(held, |slot| slot.is_none()).unwrap();
        println!("got {}", held.take().unwrap());
        emptied.notify_one();
    }
}
// ANCHOR_END: main

// ANCHOR: rest
/// Moves three items through the slot.
pub fn main() {
    let slot = Mutex::new(None);
    let (emptied, filled) = (Condvar::new(), Condvar::new());
    thread::scope(|scope| {
        scope.spawn(|| produce(&slot, &emptied, &filled));
        scope.spawn(|| consume(&slot, &emptied, &filled));
    });
}
// ANCHOR_END: rest
