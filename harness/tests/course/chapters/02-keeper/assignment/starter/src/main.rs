//! Keeps processes, and adds.

fn main() {
    todo!("keep processes")
}
