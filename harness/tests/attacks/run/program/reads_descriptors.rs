//! Looks for a key on every descriptor that may be open.
use std::io::Read;

fn main() {
    for number in 3..1024 {
        let mut bytes = [0; 32];
        for folder in ["/dev/fd", "/proc/self/fd"] {
            if let Ok(mut file) = std::fs::File::open(format!("{folder}/{number}"))
                && let Ok(length) = file.read(&mut bytes)
            {
                println!("{:?}", &bytes[..length]);
            }
        }
    }
}
