use std::sync::Mutex;
use std::thread;

pub fn add_in_two_threads() -> u32 {
    let number = Mutex::new(0);
    thread::scope(|scope| {
        scope.spawn(|| *number.lock().unwrap() += 1);
        scope.spawn(|| *number.lock().unwrap() += 1);
    });
    number.into_inner().unwrap()
}
