//! A switch can carry a panic instead of a value, in either direction.
//!
//! `throw` prints no message: it is the way out of a place deep inside another
//! greenlet, not the report of a mistake.

use ch12_coroutines::{Exit, Greenlet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tour::Program;

pub const PROGRAM: Program =
    Program::new("throw", "panics carried by a switch: caught, passed on, and Exit", main);

// ANCHOR: main
struct Refused(&'static str);

/// Runs `body`; what it was refused with if it was.
fn caught<R>(body: impl FnOnce() -> R) -> Result<R, &'static str> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| match payload.downcast::<Refused>() {
        Ok(refused) => refused.0,
        Err(other) => std::panic::resume_unwind(other),
    })
}

pub fn main() {
    println!("-- caught where it arrives");
    let careful =
        Greenlet::new(|_: &'static str| match caught(|| Greenlet::main().switch("waiting")) {
            Ok(value) => value,
            Err(what) => {
                println!("  greenlet caught {what:?}");
                "recovered"
            }
        });
    println!("main got {:?}", careful.switch("start"));
    println!("main got {:?}", careful.throw(Refused("no more")));

    println!("-- not caught: it ends the greenlet and goes to the parent");
    let careless = Greenlet::new(|_: &'static str| Greenlet::main().switch("waiting"));
    println!("main got {:?}", careless.switch("start"));
    let result = caught(|| careless.throw(Refused("too late")));
    println!("main caught {:?}; dead: {}", result.unwrap_err(), careless.is_dead());

    println!("-- thrown at one that never started");
    let fresh = Greenlet::new(|_: &'static str| unreachable!("it never runs"));
    let result = caught(|| fresh.throw(Refused("before the start")));
    println!("main caught {:?}; dead: {}", result.unwrap_err(), fresh.is_dead());

    println!("-- Exit arrives at the parent as a value");
    let leaving = Greenlet::new(|_: &'static str| Greenlet::main().switch("waiting"));
    println!("main got {:?}", leaving.switch("start"));
    println!("main got {:?}; dead: {}", leaving.throw(Exit("goodbye")), leaving.is_dead());
}
// ANCHOR_END: main
