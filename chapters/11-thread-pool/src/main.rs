//! The tour of chapter 11.
fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
