//! `Condition` and its peers, each by itself, with criterion's statistics.

mod rows;

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    paired::threads::measure(&mut criterion, &rows::rows());
    criterion.final_summary();
}
