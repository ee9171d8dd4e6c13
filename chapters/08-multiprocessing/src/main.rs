//! The tour of chapter 8.
fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
