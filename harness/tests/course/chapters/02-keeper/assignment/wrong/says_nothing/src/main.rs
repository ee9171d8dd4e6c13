//! Says nothing.

fn main() {
    std::thread::park();
}
