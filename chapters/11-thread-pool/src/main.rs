//! The tour of chapter 11: thread pools, and what `with` becomes in Rust.

mod programs;

use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 11,
    title: "Thread pools",
    programs: &[
        programs::context_manager::PROGRAM,
        programs::guards::PROGRAM,
        programs::slots::PROGRAM,
        programs::callbacks::PROGRAM,
        programs::close_and_terminate::PROGRAM,
        programs::sizes::PROGRAM,
        programs::handles::PROGRAM,
        programs::rayon::PROGRAM,
    ],
};

fn main() -> std::process::ExitCode {
    tour::main(CHAPTER)
}
