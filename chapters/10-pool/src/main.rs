//! The tour of chapter 10.

mod programs;

use std::process::ExitCode;
use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 10,
    title: "A pool of worker processes",
    programs: &[
        programs::end_call::PROGRAM,
        programs::documentation::PROGRAM,
        programs::methods::PROGRAM,
        programs::initializer::PROGRAM,
        programs::tasks_per_child::PROGRAM,
        programs::errors::PROGRAM,
        programs::worker_lost::PROGRAM,
        programs::pipeline::PROGRAM,
    ],
};

fn main() -> ExitCode {
    ch08_multiprocessing::init();
    tour::main(CHAPTER)
}
