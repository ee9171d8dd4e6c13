//! Threads until there are no more.
fn main() {
    while let Ok(_) = std::thread::Builder::new().spawn(|| loop { std::thread::park() }) {}
    loop {
        std::thread::park();
    }
}
