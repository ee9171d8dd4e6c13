//! A list is lent to one function that reads it and to one that changes it.

use tour::Program;

pub const PROGRAM: Program = Program::new("borrowing", "a list that is lent, twice to look", main);

// ANCHOR: main
pub fn main() {
    let mut scores = vec![3, 1, 2];
    println!("largest: {}", largest(&scores));
    add(&mut scores, 9);
    println!("largest: {}", largest(&scores));
    println!("all: {scores:?}");
}

fn largest(scores: &[u32]) -> u32 {
    let mut best = 0;
    for score in scores {
        best = best.max(*score);
    }
    best
}

fn add(scores: &mut Vec<u32>, score: u32) {
    scores.push(score);
}
// ANCHOR_END: main
