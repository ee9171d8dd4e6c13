//! Lies where Cargo would keep a crate of others.

use explore_engine::sync::mpsc::Receiver;

/// Spawns a thread that waits for what never comes.
pub fn a_thread_that_waits(nothing: Receiver<()>) {
    drop(explore_engine::thread::spawn(move || nothing.recv()));
}
