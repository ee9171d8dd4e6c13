//! A name that keeps its value, one that may change, and one that is used again.

use tour::Program;

pub const PROGRAM: Program = Program::new("let-mut", "values, and which of them may change", main);

// ANCHOR: main
pub fn main() {
    let price = 20;
    let mut total = price;
    total += 5;
    println!("price {price}, total {total}");

    let label = "total";
    let label = format!("{label}: {total}");
    println!("{label}, doubled: {}", double(total));
}

fn double(n: i32) -> i32 {
    n * 2
}
// ANCHOR_END: main
