//! Every value has one owner: a list is copied, moved, and given away.

use tour::Program;

pub const PROGRAM: Program = Program::new("ownership", "a list that has one owner", main);

// ANCHOR: main
pub fn main() {
    let numbers = vec![1, 2];
    let copy = numbers.clone();
    let mut mine = numbers; // the list moves: `numbers` cannot be used any more
    mine.push(3);
    println!("mine: {mine:?}");
    println!("copy: {copy:?}");
    println!("counted: {}", count(mine)); // and it moves again
}

fn count(numbers: Vec<i32>) -> usize {
    numbers.len()
} // the list's owner ends here, and the list with it
// ANCHOR_END: main
