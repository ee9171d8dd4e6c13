//! The tour of chapter 9.

mod programs;

use std::process::ExitCode;
use tour::Chapter;

const CHAPTER: Chapter = Chapter {
    number: 9,
    title: "Data that processes share",
    programs: &[
        programs::value_array::PROGRAM,
        programs::typecodes::PROGRAM,
        programs::slices::PROGRAM,
        programs::lost_update::PROGRAM,
        programs::dead_holder::PROGRAM,
        programs::manager::PROGRAM,
        programs::manager_dict::PROGRAM,
        programs::plain_dict::PROGRAM,
        programs::manager_types::PROGRAM,
        programs::nested::PROGRAM,
        programs::cost::PROGRAM,
    ],
};

fn main() -> ExitCode {
    ch08_multiprocessing::init();
    tour::main(CHAPTER)
}
