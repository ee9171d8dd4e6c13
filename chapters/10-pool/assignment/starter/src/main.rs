//! A pool of worker processes that does not mind if one of them is killed.
//!
//! The first argument is the number of workers, the second the command that each of them runs, for `sh -c`. A worker reads a line, a task, and
//! prints a line, its result. Tasks come in on standard input; results go to standard output in the order of the tasks.

use std::io::stdin;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let workers: usize = arguments.next().expect("a number of workers").parse().expect("a number");
    let command = arguments.next().expect("a command");
    for task in stdin().lines() {
        let task = task.expect("the input is text");
        println!("{workers} workers would run {command:?} for {task}");
    }
}
