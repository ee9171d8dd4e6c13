//! The tour of chapter 1.

mod programs;

use std::process::ExitCode;
use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 1,
    title: "Processes and threads",
    programs: &[
        programs::memory::PROGRAM,
        programs::end_of_main::PROGRAM,
        programs::join_all::PROGRAM,
        programs::no_gil::PROGRAM,
        programs::costs::PROGRAM,
    ],
};

fn main() -> ExitCode {
    tour::main(CHAPTER)
}
