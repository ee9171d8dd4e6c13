//! The tour of chapter 7: queues.

mod programs;

use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 7,
    title: "Queues",
    programs: &[
        programs::methods::PROGRAM,
        programs::twelve_and_ten::PROGRAM,
        programs::crossbeam_channel::PROGRAM,
        programs::task_done::PROGRAM,
        programs::orders::PROGRAM,
        programs::shutdown::PROGRAM,
    ],
};

fn main() -> std::process::ExitCode {
    tour::main(CHAPTER)
}
