//! A harness of its own, which whoever lists tests must not start.

fn main() {
    std::fs::write("started", "").unwrap();
}
