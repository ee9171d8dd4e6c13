//! The tour of chapter 2.

mod programs;

use std::process::ExitCode;
use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 2,
    title: "Threads",
    programs: &[
        programs::workers::PROGRAM,
        programs::daemons::PROGRAM,
        programs::methods::PROGRAM,
        programs::panics::PROGRAM,
        programs::everyone::PROGRAM,
        programs::timers::PROGRAM,
        programs::locals::PROGRAM,
    ],
};

fn main() -> ExitCode {
    tour::main(CHAPTER)
}
