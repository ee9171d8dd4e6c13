//! Runs commands as a pipeline: what one prints is what the next reads.
//!
//! The commands are the arguments, each for `sh -c`. The first reads what comes in on standard input; what the last prints goes to standard
//! output. What any of them says on standard error goes to standard error, each line after the command's number: `2: no such file`.

use std::process::exit;

fn main() {
    let commands: Vec<String> = std::env::args().skip(1).collect();
    exit(i32::try_from(commands.len()).unwrap_or(1));
}
