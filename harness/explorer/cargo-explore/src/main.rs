//! `cargo explore`.

use cargo_explore::arguments::Cargo;
use cargo_explore::carried::Sources;
use cargo_explore::{chinese, command, wrapper};
use std::process::ExitCode;

/// The sources of the stand-ins.
const SOURCES: &Sources = include!(concat!(env!("OUT_DIR"), "/carried.rs"));

fn main() -> ExitCode {
    if let Some(code) = wrapper::main() {
        return code;
    }
    match chinese::read(std::env::args_os().collect()) {
        Ok(Cargo::Explore(arguments)) => ExitCode::from(command::main(SOURCES, arguments)),
        Err((text, 0)) => {
            anstream::print!("{text}");
            ExitCode::SUCCESS
        }
        Err((text, code)) => {
            anstream::eprint!("{text}");
            ExitCode::from(code)
        }
    }
}
