//! The tour of chapter 5.
fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
