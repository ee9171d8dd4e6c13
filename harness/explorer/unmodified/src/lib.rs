//! Ordinary code: it names nothing but `std` and `core`, and the manifest says what these are.
//!
//! Names without a path, from the prelude, are the ones that could be missed: the macros that print, and `thread_local!`.

use core::sync::atomic::{AtomicU8, Ordering};
use std::cell::Cell;
use std::collections::HashMap;

thread_local! {
    static COUNT: Cell<u8> = const { Cell::new(0) };
}

/// Where the types come from: a thread-local, a mutex, an atomic of `core`, a thread's handle.
pub fn origins() -> [&'static str; 4] {
    [
        std::any::type_name_of_val(&COUNT),
        std::any::type_name::<std::sync::Mutex<u8>>(),
        std::any::type_name::<core::sync::atomic::AtomicU8>(),
        std::any::type_name::<std::thread::JoinHandle<u8>>(),
    ]
}

/// Prints in every way, from two threads.
pub fn prints() {
    let thread = std::thread::spawn(|| println!("other"));
    print!("{} ", 1);
    eprintln!("not there");
    eprint!("nor there");
    println!("{}", dbg!(2));
    thread.join().unwrap();
}

/// Counts in each of two threads, and returns what the main thread has counted.
pub fn counts() -> u8 {
    let count = || {
        COUNT.set(COUNT.get() + 1);
        COUNT.get()
    };
    let other = std::thread::spawn(count).join().unwrap();
    assert_eq!(other, 1);
    count()
}

/// The order of a map's keys, whose values two threads look at.
pub fn order_of_a_map() -> Vec<u8> {
    let map: HashMap<u8, AtomicU8> = (0..20).map(|key| (key, AtomicU8::new(0))).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| map[&1].store(1, Ordering::SeqCst));
        let odd = map.iter().filter(|(key, _)| *key % 2 == 1);
        odd.map(|(key, value)| (*key, value.load(Ordering::SeqCst)).0).collect()
    })
}
