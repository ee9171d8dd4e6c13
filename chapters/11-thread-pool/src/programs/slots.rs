//! The first pool: ten slots, and a thread for each of a hundred tasks.
//!
//! What was wrong: the document's task gives its slot back itself, as its last
//! line. A task that throws never comes there, and the slot is gone for good.
//! Here a guard gives it back. What stays: this bounds how many threads there
//! are at a time, and still starts one for each task. The pools that follow use
//! a thread again.

use ch07_queue::SimpleQueue;
use ch11_thread_pool::defer;
use std::panic;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use tour::{Program, any_order, in_order};

pub const PROGRAM: Program =
    Program::new("slots", "100 tasks, at most 10 at a time", main).output(&[
        any_order("the first ten", 10),
        any_order("the second ten", 10),
        any_order("the third ten", 10),
        any_order("the fourth ten", 10),
        any_order("the fifth ten", 10),
        any_order("the sixth ten", 10),
        any_order("the seventh ten", 10),
        any_order("the eighth ten", 10),
        any_order("the ninth ten", 10),
        any_order("the tenth ten", 10),
        in_order(2),
    ]);

const SLOTS: usize = 10;

// ANCHOR: main
pub fn main() {
    // The panic below is meant: keep its report off the screen.
    panic::set_hook(Box::new(|_| {}));

    let slots = SimpleQueue::new();
    (0..SLOTS).for_each(|slot| slots.put(slot));

    let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    // Instead of working, each task waits until ten of them are there. So they
    // really run at the same time, and come ten by ten.
    let ten = Barrier::new(SLOTS);
    thread::scope(|scope| {
        let (slots, now, most, ten) = (&slots, &now, &most, &ten);
        for task in 0..100 {
            let slot = slots.get(); // waits until one is free
            scope.spawn(move || {
                let _give_back = defer(|| slots.put(slot));
                most.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
                ten.wait();
                println!("{task}");
                now.fetch_sub(1, Relaxed);
            });
        }
    });
    println!("most at a time: {}", most.into_inner());

    thread::scope(|scope| {
        let slot = slots.get();
        let slots = &slots;
        let failing = scope.spawn(move || {
            let _give_back = defer(|| slots.put(slot));
            panic!("the task fails");
        });
        let _ = failing.join();
    });
    println!("free after a task that failed: {}", slots.len());
}
// ANCHOR_END: main
