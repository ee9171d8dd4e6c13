use std::sync::Mutex;
use std::thread;

pub fn release_elsewhere(lock: &Mutex<u32>) {
    let held = lock.lock().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || drop(held));
    });
}
