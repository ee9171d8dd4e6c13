//! As many files as it can make, and folders within folders.
fn main() {
    for i in 0..1_000_000 {
        if std::fs::write(format!("{i}"), "x").is_err() {
            break;
        }
    }
    for _ in 0..10_000 {
        if std::fs::create_dir("d").is_err() || std::env::set_current_dir("d").is_err() {
            break;
        }
    }
}
