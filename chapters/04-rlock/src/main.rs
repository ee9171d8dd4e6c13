//! The tour of chapter 4.

mod programs;

use programs::*;
use std::process::ExitCode;
use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 4,
    title: "Locking twice",
    programs: &[
        lock_twice::PROGRAM,
        lock_once::PROGRAM,
        rlock_twice::PROGRAM,
        misuse::PROGRAM,
        condvar::PROGRAM,
    ],
};

fn main() -> ExitCode {
    tour::main(CHAPTER)
}
