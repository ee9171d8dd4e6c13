//! A function that may fail says so in its type.

use tour::Program;

pub const PROGRAM: Program =
    Program::new("results", "three lines, two of them without a price", main);

// ANCHOR: main
pub fn main() {
    for line in ["tea 3", "milk two", "bread"] {
        match price(line) {
            Ok(price) => println!("{line}: costs {price}"),
            Err(why) => println!("{line}: {why}"),
        }
    }
}

fn price(line: &str) -> Result<u32, String> {
    let word = line.split(' ').nth(1).ok_or("no price")?;
    let price = word.parse().map_err(|_| format!("{word} is no number"))?;
    Ok(price)
}
// ANCHOR_END: main
