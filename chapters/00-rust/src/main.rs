//! The tour of the chapter before the first, and the verb `change`.

mod programs;

use std::process::ExitCode;
use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 0,
    title: "Rust for people who know Python",
    programs: &[
        programs::let_mut::PROGRAM,
        programs::ownership::PROGRAM,
        programs::borrowing::PROGRAM,
        programs::closures::PROGRAM,
        programs::results::PROGRAM,
        programs::send::PROGRAM,
        programs::arc_and_mutex::PROGRAM,
        programs::compiler_errors::PROGRAM,
    ],
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((verb, names)) if verb == "change" => ch00_rust::main(names),
        _ => tour::main(CHAPTER),
    }
}
