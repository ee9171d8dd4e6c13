//! Panics by the thousand, and catches them, in the hope that one of the check's is lost among them.
pub fn attack() {
    for i in 0..10_000 {
        let _ = std::panic::catch_unwind(|| std::panic::panic_any(i));
    }
}
