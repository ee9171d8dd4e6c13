//! Locks twice.
use std::sync::Mutex;

pub fn attack() {
    let lock = Mutex::new(());
    let _one = lock.lock();
    let _two = lock.lock();
}
