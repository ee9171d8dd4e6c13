//! The tour of chapter 9.
fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
