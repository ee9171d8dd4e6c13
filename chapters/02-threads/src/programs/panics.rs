//! A thread that panics takes nobody with it, and `join` says what happened.
//!
//! In Python an exception ends its thread too, but `join` returns as if nothing
//! had been wrong: the exception goes to `threading.excepthook`, which prints
//! it. Here the hook has printed the message by then, and `join` returns it.

use ch02_threads::Builder;
use tour::{Failure, Program};

pub const PROGRAM: Program =
    Program::fallible("panics", "a panic in a thread comes back through join", main);

// ANCHOR: main
fn divide(dividend: i32, divisor: i32) -> i32 {
    if divisor == 0 {
        panic!("{dividend} cannot be divided by 0");
    }
    dividend / divisor
}

pub fn main() -> Result<(), Failure> {
    for divisor in [7, 0] {
        let thread = Builder::new().name("divider").spawn(move || divide(42, divisor))?;
        match thread.join() {
            Ok(quotient) => println!("42 / {divisor} = {quotient}"),
            Err(payload) => {
                // A panic with a formatted message carries a `String`.
                let message = payload.downcast_ref::<String>().ok_or("not a message")?;
                println!("42 / {divisor}: the thread panicked: {message}");
            }
        }
    }
    println!("main goes on");
    Ok(())
}
// ANCHOR_END: main
