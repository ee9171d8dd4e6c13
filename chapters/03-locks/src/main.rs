//! The tour of chapter 3.

mod programs;

use programs::*;
use std::process::ExitCode;
use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 3,
    title: "Locks",
    programs: &[
        ten_threads::PROGRAM,
        list_race::PROGRAM,
        lost_update::PROGRAM,
        lost_by_chance::PROGRAM,
        mutex::PROGRAM,
        rwlock::PROGRAM,
        methods::PROGRAM,
    ],
};

fn main() -> ExitCode {
    tour::main(CHAPTER)
}
