//! What takes too long for every test run, where it is only tried: see the README of the scenarios.

use ch08_sync::SemaphoreWord;
use ch08_sync::model::World;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

fn add_one(number: &AtomicU32) {
    number.store(number.load(Relaxed) + 1, Relaxed);
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_millis(10))
}

/// One that gives up takes no permit along, and no wake-up.
fn a_time_out_takes_no_permit() {
    let (world, semaphore) = (World::default(), SemaphoreWord::new(0));
    let taken = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            if semaphore.acquire(&world.thread(1), soon()) {
                semaphore.release(&world.thread(1), 1, 1);
            }
        });
        scope.spawn(|| {
            assert!(semaphore.acquire(&world.thread(2), None));
            add_one(&taken);
        });
        semaphore.release(&world.thread(3), 1, 1);
    });
    assert_eq!((taken.load(Relaxed), semaphore.value()), (1, 0));
}
