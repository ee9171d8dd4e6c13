//! Reads the executable.
pub fn attack() -> String {
    std::backtrace::Backtrace::force_capture().to_string()
}
