//! Guards and `defer`: the end of a scope, however it comes.
//!
//! A guard is what most `with` blocks become in Rust. It needs no block of its
//! own: it ends where its variable does.

use ch11_thread_pool::{Guard, defer, guard};
use std::panic::{self, catch_unwind};
use tour::Program;

pub const PROGRAM: Program =
    Program::new("guards", "guards and defer: the end of a scope, however it comes", main);

// ANCHOR: main
pub fn main() {
    // The panic below is meant: keep its report off the screen.
    panic::set_hook(Box::new(|_| {}));

    println!("to its last line: {}", work("all"));
    println!("left early: {}", work("half"));
    let panicked = catch_unwind(|| work("none"));
    println!("in a panic: {}", if panicked.is_err() { "passed on" } else { "lost" });

    // A guard that holds its value, and one that is told to let go.
    let mut pages = guard(vec!["first"], |pages| println!("closed with {}", pages.join(", ")));
    pages.push("second");
    drop(pages);
    let kept = guard("not closed", |_| println!("closed all the same"));
    println!("let go: {}", Guard::into_inner(kept));
}

fn work(how_much: &str) -> &'static str {
    let _outer = defer(|| println!("  outer end"));
    println!("  outer begin");
    if how_much == "half" {
        return "half";
    }
    let _inner = defer(|| println!("  inner end"));
    println!("  inner begin");
    assert!(how_much != "none", "told to give up");
    "all"
}
// ANCHOR_END: main
