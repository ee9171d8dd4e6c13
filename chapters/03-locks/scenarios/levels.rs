//! Levels of the book that are no page's program, with `std`'s own types: one line, one step.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::thread;

/// A lock that looks whether it is free, and then takes it.
///
/// Must fail: both look, both find it free, and both hold it.
fn both_hold_the_lock() {
    let taken = AtomicBool::new(false);
    let inside = AtomicU32::new(0);
    let enter = || {
        if !taken.load(SeqCst) {
            taken.store(true, SeqCst);
            let others = inside.fetch_add(1, SeqCst);
            assert_eq!(others, 0, "two hold the lock");
            inside.fetch_sub(1, SeqCst);
            taken.store(false, SeqCst);
        }
    };
    thread::scope(|scope| {
        scope.spawn(enter);
        scope.spawn(enter);
    });
}

/// The same lock, which looks and takes in one step.
fn one_holds_the_lock() {
    let taken = AtomicBool::new(false);
    let inside = AtomicU32::new(0);
    let enter = || {
        if !taken.swap(true, SeqCst) {
            let others = inside.fetch_add(1, SeqCst);
            assert_eq!(others, 0, "two hold the lock");
            inside.fetch_sub(1, SeqCst);
            taken.store(false, SeqCst);
        }
    };
    thread::scope(|scope| {
        scope.spawn(enter);
        scope.spawn(enter);
    });
}

/// Two say that they are coming, and look whether the other is. `Release` and `Acquire` are not enough for that.
///
/// Must fail: neither sees the other, and both go in.
fn neither_sees_the_other() {
    let left = AtomicBool::new(false);
    let right = AtomicBool::new(false);
    let inside = AtomicU32::new(0);
    let enter = |mine: &AtomicBool, other: &AtomicBool| {
        mine.store(true, Release);
        if !other.load(Acquire) {
            let others = inside.fetch_add(1, Relaxed);
            assert_eq!(others, 0, "neither saw the other");
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| enter(&left, &right));
        enter(&right, &left);
    });
}

/// The same with `SeqCst`: one of them sees the other.
fn one_sees_the_other() {
    let left = AtomicBool::new(false);
    let right = AtomicBool::new(false);
    let inside = AtomicU32::new(0);
    let enter = |mine: &AtomicBool, other: &AtomicBool| {
        mine.store(true, SeqCst);
        if !other.load(SeqCst) {
            let others = inside.fetch_add(1, Relaxed);
            assert_eq!(others, 0, "neither saw the other");
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| enter(&left, &right));
        enter(&right, &left);
    });
}
