//! `cargo run -p harness -- …`

fn main() -> std::process::ExitCode {
    harness::command_line::main()
}
