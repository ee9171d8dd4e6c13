//! Two greenlets that hand control to each other by name.
//!
//! The document's second task ends the program while its first one is still
//! suspended, and leaves it so. Here the first one's stack is unwound when its handle goes.

use ch12_coroutines::Greenlet;
use tour::Program;

pub const PROGRAM: Program =
    Program::new("switches", "12 56 34 78: two greenlets switch by hand", main);

// ANCHOR: main
pub fn main() {
    let gr1 = Greenlet::without_run();
    let gr2 = Greenlet::without_run();
    // Weak handles, so that the two do not keep each other alive.
    let (to_gr1, to_gr2) = (gr1.downgrade(), gr2.downgrade());

    gr1.set_run(move |()| {
        println!("12");
        to_gr2.switch(());
        println!("34");
        to_gr2.switch(());
        unreachable!("gr2 ends, and its parent is main");
    });
    gr2.set_run(move |()| {
        println!("56");
        to_gr1.switch(());
        println!("78");
    });
    gr1.switch(());
}
// ANCHOR_END: main
