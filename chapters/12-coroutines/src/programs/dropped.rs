//! A suspended greenlet whose last handle goes is unwound: what stands on its
//! stack is dropped, and the rest of its code never runs.

use ch12_coroutines::Greenlet;
use tour::Program;

pub const PROGRAM: Program =
    Program::new("dropped", "dropping a suspended greenlet unwinds its stack", main);

// ANCHOR: main
struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("  {} cleaned up", self.0);
    }
}

pub fn main() {
    let greenlet = Greenlet::new(|()| {
        let _outer = Guard("outer");
        let _inner = Guard("inner");
        println!("  greenlet goes to sleep");
        Greenlet::main().switch(());
        unreachable!("nobody wakes it again");
    });
    greenlet.switch(());

    let second_handle = greenlet.clone();
    drop(greenlet);
    println!("one handle dropped, one left; dead: {}", second_handle.is_dead());
    drop(second_handle);
    println!("the last handle dropped");
}
// ANCHOR_END: main
