//! The threads that are alive, and which of them is the current one.

use ch02_threads::{Builder, active_count, current, enumerate, main_scope};
use std::sync::{Arc, Barrier};
use tour::{Failure, Program, in_order};

pub const PROGRAM: Program =
    Program::fallible("everyone", "enumerate, active_count, current", main).output(&[in_order(4)]);

fn names() -> String {
    enumerate().iter().map(|thread| thread.name()).collect::<Vec<_>>().join(", ")
}

// ANCHOR: main
pub fn main() -> Result<(), Failure> {
    main_scope(|| {
        let me = current();
        me.set_name("the main thread");
        println!("{} alive: {}", active_count(), names());

        // ANCHOR: three
        // Two meetings with main: between them all three are surely alive.
        let meet = Arc::new(Barrier::new(4));
        let mut handles = Vec::new();
        for i in 0..3 {
            let meet = Arc::clone(&meet);
            handles.push(Builder::new().name(format!("t.{i}")).spawn(move || {
                meet.wait();
                meet.wait();
                current().name()
            })?);
        }
        meet.wait();
        println!("{} alive: {}", active_count(), names());
        // ANCHOR_END: three
        meet.wait();

        let mut answers = Vec::new();
        for handle in handles {
            answers.push(handle.join().map_err(|_| "none of them panics")?);
        }
        println!("who are you? {}", answers.join(", "));
        println!("{} alive: {}", active_count(), names());
        Ok(())
    })
}
// ANCHOR_END: main
