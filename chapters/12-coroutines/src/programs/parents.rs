//! Where a greenlet's result goes: to its parent, not to whoever switched to it.

use ch12_coroutines::Greenlet;
use tour::Program;

pub const PROGRAM: Program =
    Program::new("parents", "a result goes to the parent, whoever switched last", main);

// ANCHOR: main
pub fn main() {
    println!("-- the parent is who made it");
    let outer = Greenlet::new(|_| {
        let inner = Greenlet::new(|_| "inner's result");
        println!("  outer got {:?}", inner.switch("start"));
        "outer's result"
    });
    println!("main got {:?}", outer.switch("start"));

    println!("-- or who it was given to");
    let collector = Greenlet::new(|_| {
        let result = Greenlet::main().switch("collector waits");
        println!("  collector got {result:?}");
        "collector's result"
    });
    let worker = Greenlet::new(|_| "worker's result");
    worker.set_parent(&collector).expect("no cycle");
    println!("main got {:?}", collector.switch("start"));
    // Main starts the worker, but its end wakes the collector, whose end wakes main.
    println!("main got {:?}", worker.switch("start"));

    println!("-- a dead one passes on what it gets");
    println!("main got {:?}", worker.switch("for nobody"));

    println!("-- a cycle");
    let (a, b) = (Greenlet::new(|()| ()), Greenlet::new(|()| ()));
    a.set_parent(&b).expect("no cycle yet");
    println!("refused: {}", b.set_parent(&a).is_err());
}
// ANCHOR_END: main
