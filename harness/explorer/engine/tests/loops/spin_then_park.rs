use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};
use explore_engine::thread::{self, Thread};
use std::sync::Arc;

#[derive(Default)]
struct Event {
    set: AtomicBool,
    waiting: Mutex<Option<Thread>>,
}
impl Event {
    /// Looks for a while, then registers and parks, without a second look: a wake-up in between is lost.
    fn wait(&self, rounds: u32) {
        for _ in 0..rounds {
            if self.set.load(SeqCst) {
                return;
            }
            explore_engine::thread::spin_loop();
        }
        *self.waiting.lock().unwrap() = Some(thread::current());
        thread::park();
    }
    fn set(&self) {
        self.set.store(true, SeqCst);
        if let Some(thread) = self.waiting.lock().unwrap().take() {
            thread.unpark();
        }
    }
}
fn lost(rounds: u32) {
    let event = Arc::new(Event::default());
    let other = Arc::clone(&event);
    let t = thread::spawn(move || other.set());
    event.wait(rounds);
    t.join().unwrap();
}
/// Must fail
pub fn one_look() {
    lost(1)
}
/// Must fail
pub fn two_looks() {
    lost(2)
}
/// Must fail
pub fn three_looks() {
    lost(3)
}
/// Must fail
pub fn four_looks() {
    lost(4)
}
/// Must fail
pub fn ten_looks() {
    lost(10)
}
/// Must fail
pub fn hundred_looks() {
    lost(100)
}

/// Must fail. A lock that tries ten times and then goes on without it.
pub fn goes_on_without_the_lock() {
    let both = Arc::new((AtomicBool::new(false), AtomicU32::new(0)));
    let add = |b: &(AtomicBool, AtomicU32)| {
        for _ in 0..10 {
            if b.0.compare_exchange(false, true, SeqCst, SeqCst).is_ok() {
                break;
            }
            explore_engine::thread::spin_loop();
        }
        let n = b.1.load(SeqCst);
        b.1.store(n + 1, SeqCst);
        b.0.store(false, SeqCst);
    };
    let other = Arc::clone(&both);
    let t = thread::spawn(move || add(&other));
    add(&both);
    t.join().unwrap();
    assert_eq!(both.1.load(SeqCst), 2);
}
