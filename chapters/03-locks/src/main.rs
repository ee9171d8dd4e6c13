//! The tour of chapter 3.
fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
