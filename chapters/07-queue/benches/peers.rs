//! The queues and their peers, each by itself, with criterion's statistics.

#[path = "../../03-locks/benches/common/mod.rs"]
mod common;
mod rows;

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    common::measure(&mut criterion, &rows::rows());
    criterion.final_summary();
}
