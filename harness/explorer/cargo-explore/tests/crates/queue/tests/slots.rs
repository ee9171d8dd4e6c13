use queue::Queue;
use slot::Slot;
use std::sync::Arc;
use std::thread;

#[test]
fn only_one_takes_it() {
    let slot = Arc::new(Slot::default());
    let other = Arc::clone(&slot);
    let taken = thread::spawn(move || other.take());
    let mine = slot.take();
    assert_ne!(mine, taken.join().unwrap());
}

#[test]
fn a_queue_from_outside() {
    let queue = Queue::new(2);
    queue.put("a");
    assert_eq!(queue.get(), "a");
}
