//! Prints until somebody's disk or memory is full.
pub fn attack() {
    let line = "x".repeat(4096);
    loop {
        println!("{line}");
    }
}
