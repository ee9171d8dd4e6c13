//! Has no end.

fn main() {
    loop {
        println!("{}", "1".repeat(1000));
    }
}
