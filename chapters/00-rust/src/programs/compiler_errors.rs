//! What is left when the compiler's objection has been met.

use tour::Program;

pub const PROGRAM: Program =
    Program::new("compiler-errors", "the program that the compiler refused, mended", main);

// ANCHOR: main
pub fn main() {
    let mut words = vec![String::from("begin")];
    words.push(String::from("end"));
    let first = &words[0];
    println!("{first}: {} words", words.len());
}
// ANCHOR_END: main
