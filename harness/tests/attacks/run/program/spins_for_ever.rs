//! Never ends, on every processor.
fn main() {
    for _ in 0..8 {
        std::thread::spawn(|| loop { std::hint::spin_loop() });
    }
    loop {
        std::hint::spin_loop();
    }
}
