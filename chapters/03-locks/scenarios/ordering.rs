//! A message without a lock: what each memory ordering promises about what was written before.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::thread;

/// A message and a flag that announces it, both `Relaxed`.
///
/// Must fail: the flag is seen before the message.
// ANCHOR: relaxed
fn flag_before_the_message() {
    let message = AtomicU32::new(0);
    let ready = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            message.store(42, Relaxed);
            ready.store(true, Relaxed);
        });
        if ready.load(Relaxed) {
            let read = message.load(Relaxed);
            assert_eq!(read, 42, "the flag came before the message");
        }
    });
}
// ANCHOR_END: relaxed

// ANCHOR: release
/// The same message, its flag written with `Release` and read with `Acquire`.
fn message_before_the_flag() {
    let message = AtomicU32::new(0);
    let ready = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            message.store(42, Relaxed);
            ready.store(true, Release);
        });
        if ready.load(Acquire) {
            let read = message.load(Relaxed);
            assert_eq!(read, 42, "the flag came before the message");
        }
    });
}
// ANCHOR_END: release

/// The flag is released, and read without asking for anything.
///
/// Must fail: half of the pair promises nothing.
fn released_and_not_acquired() {
    let message = AtomicU32::new(0);
    let ready = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            message.store(42, Relaxed);
            ready.store(true, Release);
        });
        if ready.load(Relaxed) {
            let read = message.load(Relaxed);
            assert_eq!(read, 42, "the flag came before the message");
        }
    });
}
