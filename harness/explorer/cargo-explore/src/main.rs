//! `cargo explore`.

use cargo_explore::arguments::Cargo;
use cargo_explore::carried::Sources;
use cargo_explore::{command, wrapper};
use clap::Parser;
use std::process::ExitCode;

/// The sources of the stand-ins.
const SOURCES: &Sources = include!(concat!(env!("OUT_DIR"), "/carried.rs"));

fn main() -> ExitCode {
    if let Some(code) = wrapper::main() {
        return code;
    }
    let Cargo::Explore(arguments) = Cargo::parse();
    ExitCode::from(command::main(SOURCES, arguments))
}
