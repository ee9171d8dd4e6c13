//! Every method of the event: look, set, clear, wait with a time-out that runs
//! out and with one that does not.

use ch05_event::Event;
use std::thread;
use std::time::Duration;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("methods", "every method of the event, with and without time-outs", main);

// ANCHOR: main
const SHORT: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(60);

/// Goes through the methods, one after the other.
pub fn main() {
    let event = Event::new();
    println!("set, at first: {}", event.is_set());
    println!("waited 10 ms for nobody: {}", event.wait_timeout(SHORT));

    let in_time = thread::scope(|scope| {
        let waiter = scope.spawn(|| event.wait_timeout(LONG));
        event.set();
        waiter.join().expect("waiting does not panic")
    });
    println!("waited for another thread, at most a minute: {in_time}");
    println!("set, from then on: {}", event.is_set());
    println!("waited 0 ms while it is set: {}", event.wait_timeout(Duration::ZERO));
    event.wait();
    println!("waited without a time-out while it is set: it does not block");

    event.clear();
    println!("set, once cleared: {}", event.is_set());
    println!("waited 10 ms once cleared: {}", event.wait_timeout(SHORT));
}
// ANCHOR_END: main
