//! `exit` and `abort`: under exploration they end the execution, not the explorer.

use std::panic::Location;

use crate::machine::context::{self, Answer};
use crate::machine::op::Op;

/// Ends the process, as `std::process::exit`. Under exploration a code other than 0 is a failure.
#[track_caller]
pub fn exit(code: i32) -> ! {
    let at = Location::caller();
    let again = context::with(|machine| {
        machine.exits_again = machine.exiting == Some(machine.current);
        machine.exits_again
    });
    // The C library's `exit` begins with the thread-locals of the thread that calls it, while all others go on, and no other can call it.
    if again != Some(true) && crate::thread::local::any_left() {
        context::visible(Op::BeginExit, at);
    }
    let destroys = || std::panic::catch_unwind(crate::thread::local::destroy_all);
    if again == Some(true) || context::is_exploring() && destroys().is_err() {
        // std ends the process.
        context::visible(Op::Abort, at);
        context::leave();
    }
    match context::visible(Op::Exit(code), at) {
        Answer::Outside => std::process::exit(code),
        _ => context::leave(),
    }
}

/// Ends the process at once, as `std::process::abort`. Under exploration that is a failure.
#[track_caller]
pub fn abort() -> ! {
    match context::visible(Op::Abort, Location::caller()) {
        Answer::Outside => std::process::abort(),
        _ => context::leave(),
    }
}
