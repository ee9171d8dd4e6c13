//! The tour of chapter 6.

mod programs;

use programs::*;
use std::process::ExitCode;
use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 6,
    title: "Conditions",
    programs: &[
        consumers_first::PROGRAM,
        producer_first::PROGRAM,
        notify_n::PROGRAM,
        two_conditions::PROGRAM,
        two_condvars::PROGRAM,
        methods::PROGRAM,
        semaphore::PROGRAM,
        barrier::PROGRAM,
    ],
};

fn main() -> ExitCode {
    tour::main(CHAPTER)
}
