//! The end of the program waits for a thread, unless it is a daemon.
//!
//! Three daemons wait for something that never comes. One thread that is no
//! daemon waits for the last statement of `main`. The scope's end waits for the
//! one and abandons the three.
//!
//! Some tutorials say that `setDaemon` must be called after `start`. It must be
//! called before: afterwards Python raises an error. Here the flag belongs to
//! the builder, and there is no way to change it too late.

use ch02_threads::{Builder, enumerate, main_scope};
use std::sync::mpsc;
use std::thread;
use tour::{Program, any_order, in_order};

pub const PROGRAM: Program =
    Program::new("daemons", "the end of main waits for all threads but the daemons", main)
        .output(&[any_order("the daemons", 3), in_order(4)]);

// ANCHOR: main
pub fn main() {
    main_scope(|| {
        let (begun, all_begun) = mpsc::channel();
        for i in 0..3 {
            let begun = begun.clone();
            let daemon = move || {
                println!("daemon {i}: waits for ever");
                begun.send(()).expect("main waits for one of each");
                loop {
                    thread::park();
                }
            };
            Builder::new().daemon(true).spawn(daemon).expect("three threads are not many");
        }
        for _ in 0..3 {
            all_begun.recv().expect("each daemon sends once");
        }

        let (last_statement, wait_for_it) = mpsc::channel();
        let worker = move || {
            wait_for_it.recv().expect("main sends at its end");
            println!("worker: finished after the end of main");
        };
        let worker = Builder::new().spawn(worker).expect("one more is not many either");
        println!("is the worker a daemon? {}", worker.is_daemon());

        println!("main: at its end");
        last_statement.send(()).expect("the worker waits for this");
    });

    let daemons = enumerate().iter().filter(|thread| thread.is_daemon()).count();
    println!("the program ends, and takes {daemons} daemons with it");
}
// ANCHOR_END: main
