//! Never ends, and uses no time at all.
fn main() {
    loop {
        std::thread::sleep(std::time::Duration::MAX);
    }
}
