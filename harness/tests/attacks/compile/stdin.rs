//! Reads what is not its.
pub fn attack() -> String {
    std::io::read_to_string(std::io::stdin()).unwrap()
}
