//! Never comes back, and uses no time at all.
pub fn attack() {
    std::thread::sleep(std::time::Duration::MAX);
}
