//! Scenarios in modules, and what looks like one.

use std::thread;

mod found {
    use std::sync::Mutex;

    /// Must fail: a deadlock.
    pub fn twice() {
        let lock = Mutex::new(0);
        let first = lock.lock().unwrap();
        drop(lock.lock().unwrap());
        drop(first);
    }

    pub mod deeper {
        pub fn once() {
            super::super::thread::spawn(|| ()).join().unwrap();
        }
    }

    /// Must fail.
    fn private() {
        panic!();
    }
}

/// Must fail.
async fn later() {
    panic!();
}

#[cfg(test)]
mod tests {
    #[test]
    fn of_a_crate() {}
}
