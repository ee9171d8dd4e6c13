//! A file as large as any disk.
use std::io::Write;

fn main() {
    let mut file = std::fs::File::create("large").unwrap();
    let bytes = vec![1; 1 << 20];
    while file.write_all(&bytes).is_ok() {}
}
