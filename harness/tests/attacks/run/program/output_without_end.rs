//! Prints until somebody's disk or memory is full.
use std::io::Write;

fn main() {
    let bytes = [b'x'; 1 << 16];
    while std::io::stdout().write_all(&bytes).is_ok() {}
    loop {
        let _ = std::io::stderr().write_all(&bytes);
    }
}
