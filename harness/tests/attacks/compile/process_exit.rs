//! Ends the process before the check does.
pub fn attack() {
    std::process::exit(0);
}
