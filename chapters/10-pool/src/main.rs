//! The tour of chapter 10.
fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
