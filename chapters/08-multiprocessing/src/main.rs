//! The tour of chapter 8.

mod programs;

use std::process::ExitCode;
use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 8,
    title: "Processes that run a function",
    programs: &[
        programs::hello::PROGRAM,
        programs::methods::PROGRAM,
        programs::exit_codes::PROGRAM,
        programs::start_methods::PROGRAM,
        programs::fork_with_threads::PROGRAM,
        programs::daemon::PROGRAM,
        programs::pipe::PROGRAM,
        programs::process_queue::PROGRAM,
        programs::together::PROGRAM,
    ],
};

fn main() -> ExitCode {
    ch08_multiprocessing::init();
    tour::main(CHAPTER)
}
