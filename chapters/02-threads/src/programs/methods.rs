//! Every method of a thread.
//!
//! `isAlive` is gone since Python 3.9; `is_alive` is what is left. `getName`,
//! `setName`, `isDaemon` and `setDaemon` are old spellings of the attributes
//! `name` and `daemon`.

use ch02_threads::{Builder, current};
use std::sync::mpsc;
use std::time::Duration;
use tour::{Failure, Program, integer, line, value};

pub const PROGRAM: Program =
    Program::fallible("methods", "name, ident, is_alive, daemon, run, join and their kin", main)
        .varying(&[
            line("ident after the start: <ident>"),
            line("native_id after the start: <native id>"),
        ])
        .values(&[value("ident", integer(1, i64::MAX)), value("native id", integer(0, 4_194_304))]);

fn yes(it_is: bool) -> &'static str {
    if it_is { "yes" } else { "no" }
}

// ANCHOR: main
pub fn main() -> Result<(), Failure> {
    let (finish, wait_for_it) = mpsc::channel::<&str>();
    let unstarted = Builder::new().name("t.0").build(move || wait_for_it.recv());
    let thread = unstarted.thread().clone();

    println!("name: {}", thread.name());
    thread.set_name("renamed");
    println!("name after set_name: {}", thread.name());
    println!("daemon: {}", yes(thread.is_daemon()));
    println!("ident before the start: {}", thread.ident().map_or("none", |_| "some"));
    println!("alive before the start: {}", yes(thread.is_alive()));

    // ANCHOR: life
    let handle = unstarted.start()?;
    println!("alive after the start: {}", yes(thread.is_alive()));
    let ident = thread.ident().ok_or("a started thread has an identifier")?;
    println!("ident after the start: {ident}");
    // With nothing but `std` it can be known on Linux only.
    println!("native_id after the start: {}", thread.native_id().unwrap_or(0));

    // It cannot end: it waits for the word that comes below.
    let handle = match handle.join_timeout(Duration::from_millis(10)) {
        Err(handle) => handle,
        Ok(_) => return Err("the thread ended before it was told to".into()),
    };
    println!("alive after join with a time-out: {}", yes(thread.is_alive()));

    finish.send("the word")?;
    let result = handle.join().map_err(|_| "the thread does not panic")?;
    println!("join: the thread returned {:?}", result?);
    println!("alive after join: {}", yes(thread.is_alive()));
    // ANCHOR_END: life
    println!("ident kept after join: {}", yes(thread.ident() == Some(ident)));

    // ANCHOR: run
    // Without a start, `run` is a call of the function by whoever calls it.
    let me = current();
    let here = Builder::new().name("never started").build(current).run();
    println!("run without start: in the caller's own thread? {}", yes(here == me));
    // ANCHOR_END: run

    let daemon = Builder::new().daemon(true).build(|| current().is_daemon());
    println!("built as a daemon: {}", yes(daemon.thread().is_daemon()));
    let child_of_daemon =
        Builder::new().daemon(true).spawn(|| Builder::new().build(|| ()).thread().is_daemon())?;
    println!("a daemon's thread is a daemon: {}", yes(child_of_daemon.join().unwrap_or(false)));
    Ok(())
}
// ANCHOR_END: main
