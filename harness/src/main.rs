//! `cargo run -p harness -- …`

fn main() -> std::process::ExitCode {
    jail::enter_if_asked();
    harness::command_line::main()
}
