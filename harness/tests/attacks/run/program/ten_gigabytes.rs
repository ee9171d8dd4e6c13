//! More memory than there is, in several processes at the same time.
use std::process::Command;

fn main() {
    if std::env::args().nth(1).as_deref() != Some("child") {
        for _ in 0..6 {
            let _ = Command::new(std::env::args().next().unwrap()).arg("child").spawn();
        }
    }
    let mut all: Vec<Vec<u8>> = Vec::new();
    for i in 0..10_240 {
        all.push(vec![i as u8 | 1; 1 << 20]);
    }
    assert!(all.iter().all(|piece| piece[7] > 0));
}
