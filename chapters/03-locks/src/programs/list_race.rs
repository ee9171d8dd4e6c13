//! One thread reads a list from the front while another overwrites it from
//! the back.
//!
//! Without the lock the reader sees a list that never existed: the old front
//! and the new back. With the lock it sees the old list, whole, and the writer
//! waits. In both cases the writer comes in the middle of the reading; two
//! channels hand over, so that it happens every time.

use ch03_locks::Lock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program = Program::new(
    "list-race",
    "a list read forwards while it is written backwards, without and with the lock",
    main,
);

// ANCHOR: main
type List = [AtomicU32; 10];

/// Reads the list twice, in the presence of a writer.
pub fn main() {
    without_the_lock();
    with_the_lock();
}

// ANCHOR: without
fn without_the_lock() {
    let list = List::default();
    let (ask, asked) = mpsc::channel();
    let (answer, answered) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let asked = asked;
            asked.recv().expect("the reader asks in the middle");
            overwrite(&list);
            answer.send(()).expect("the reader waits for the answer");
        });
        let (front, back) = list.split_at(5);
        let mut seen = read(front);
        ask.send(()).expect("the writer waits to be asked");
        answered.recv().expect("the writer answers");
        seen.extend(read(back));
        println!("without the lock: {seen:?}");
    });
}
// ANCHOR_END: without

fn with_the_lock() {
    let list = List::default();
    let lock = Lock::new();
    let (ask, asked) = mpsc::channel();
    let (answer, answered) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let asked = asked;
            asked.recv().expect("the reader asks in the middle");
            let free = lock.try_acquire();
            answer.send(free).expect("the reader waits for the answer");
            let _held = lock.lock();
            overwrite(&list);
        });
        let held = lock.lock();
        let (front, back) = list.split_at(5);
        let mut seen = read(front);
        ask.send(()).expect("the writer waits to be asked");
        let free = answered.recv().expect("the writer answers");
        println!("the writer finds the lock {}", if free { "free" } else { "taken, and waits" });
        seen.extend(read(back));
        println!("with the lock:    {seen:?}");
        drop(held);
    });
    println!("and afterwards:   {:?}", read(&list));
}

fn read(part: &[AtomicU32]) -> Vec<u32> {
    part.iter().map(|item| item.load(Relaxed)).collect()
}

fn overwrite(list: &List) {
    for item in list.iter().rev() {
        item.store(1, Relaxed);
    }
}
// ANCHOR_END: main
