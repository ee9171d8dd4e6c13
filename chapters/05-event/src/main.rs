//! The tour of chapter 5.

mod programs;

use programs::*;
use std::process::ExitCode;
use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 5,
    title: "Events",
    programs: &[ten_waiters::PROGRAM, set_clear::PROGRAM, methods::PROGRAM],
};

fn main() -> ExitCode {
    tour::main(CHAPTER)
}
