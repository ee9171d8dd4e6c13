//! As much on standard error.
pub fn attack() {
    let line = "x".repeat(4096);
    loop {
        eprintln!("{line}");
    }
}
