//! The tour of chapter 4.
fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
