//! A switch carries a value there, and returns the value that comes back.

use ch12_coroutines::Greenlet;
use tour::Program;

pub const PROGRAM: Program = Program::new("values", "a switch carries values both ways", main);

// ANCHOR: main
pub fn main() {
    let doubler = Greenlet::new(|first: u32| {
        println!("  greenlet got {first}");
        let second = Greenlet::main().switch(2 * first);
        println!("  greenlet got {second}");
        2 * second
    });
    println!("started: {}, dead: {}", doubler.has_started(), doubler.is_dead());
    println!("main got {} from a switch", doubler.switch(1));
    println!("started: {}, dead: {}", doubler.has_started(), doubler.is_dead());
    println!("main got {} from its return", doubler.switch(10));
    println!("started: {}, dead: {}", doubler.has_started(), doubler.is_dead());
    println!("main got {} back from a dead one", doubler.switch(100));
}
// ANCHOR_END: main
