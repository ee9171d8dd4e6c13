//! The tour of chapter 1.
fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
