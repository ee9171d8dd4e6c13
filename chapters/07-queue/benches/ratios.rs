//! The queues against their peers, in pairs: the table in the README beside this.

#[path = "../../03-locks/benches/common/mod.rs"]
mod common;
mod rows;

fn main() {
    common::print(&rows::rows());
}
