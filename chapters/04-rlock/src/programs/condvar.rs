//! A cook waits for an order, with std's own condition variable.
//!
//! The cook waits in the middle of its critical section, and the guest gets in
//! all the same: whoever waits gives the lock back, and has it again afterwards.

use std::sync::{Condvar, Mutex};
use std::thread;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("condvar", "a cook waits for an order, with std's Condvar", main);

// ANCHOR: main
struct Kitchen {
    cook_is_ready: bool,
    soups: u32,
}

fn cook(kitchen: &Mutex<Kitchen>, changed: &Condvar) {
    let mut inside = kitchen.lock().unwrap();
    println!("cook: holds the lock, and nobody has ordered");
    inside.cook_is_ready = true;
    changed.notify_one();
    while inside.soups == 0 {
        inside = changed.wait(inside).unwrap();
    }
    println!("cook: holds the lock again, and cooks {} soups", inside.soups);
}

fn guest(kitchen: &Mutex<Kitchen>, changed: &Condvar) {
    let inside = kitchen.lock().unwrap();
    let mut inside = changed.wait_while(inside, |kitchen| !kitchen.cook_is_ready).unwrap();
    println!("guest: holds the lock while the cook waits");
    inside.soups = 2;
    changed.notify_one();
    println!("guest: has notified, and still holds the lock");
}
// ANCHOR_END: main

// ANCHOR: rest
/// Lets a cook wait for an order, and a guest give one.
pub fn main() {
    let kitchen = Mutex::new(Kitchen { cook_is_ready: false, soups: 0 });
    let changed = Condvar::new();
    thread::scope(|scope| {
        scope.spawn(|| cook(&kitchen, &changed));
        scope.spawn(|| guest(&kitchen, &changed));
    });
}
// ANCHOR_END: rest
