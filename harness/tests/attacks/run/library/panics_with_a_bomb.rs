//! Panics with something that panics again when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("again");
    }
}

pub fn attack() {
    std::panic::panic_any(Bomb);
}
