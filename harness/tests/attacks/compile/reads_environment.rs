//! Looks for the key among the arguments.
pub fn attack() -> Vec<String> {
    std::env::args().collect()
}
