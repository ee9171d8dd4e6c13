//! The tour of chapter 7.
fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
