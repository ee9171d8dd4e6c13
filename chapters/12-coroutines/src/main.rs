//! The tour of chapter 12.

mod programs;

use std::process::ExitCode;
use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 12,
    title: "Coroutines",
    programs: &[
        programs::switches::PROGRAM,
        programs::values::PROGRAM,
        programs::parents::PROGRAM,
        programs::throw::PROGRAM,
        programs::dropped::PROGRAM,
        programs::switch_cost::PROGRAM,
        programs::two_tasks::PROGRAM,
        programs::two_tasks_tokio::PROGRAM,
        programs::interrupts::PROGRAM,
        programs::interrupts_tokio::PROGRAM,
        programs::event_and_queue::PROGRAM,
        programs::event_and_queue_tokio::PROGRAM,
        programs::pages::PROGRAM,
        programs::pages_tokio::PROGRAM,
        programs::sleepers::PROGRAM,
        programs::sleepers_tokio::PROGRAM,
    ],
};

fn main() -> ExitCode {
    tour::main(CHAPTER)
}
