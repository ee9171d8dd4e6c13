use std::sync::Mutex;

pub fn add_one(number: &Mutex<u32>) {
    let mut held = number.lock().unwrap();
    *held += 1;
    drop(held);
    *held += 1;
}
