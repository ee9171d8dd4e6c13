//! Aborts the process by a panic within a panic.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("again");
    }
}

pub fn attack() {
    let _bomb = Bomb;
    panic!("once");
}
