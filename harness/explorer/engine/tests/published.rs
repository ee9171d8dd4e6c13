//! The numbers of others: programs whose executions GenMC 0.11 counts (Kokologiannakis, Vafeiadis, CAV 2021), written anew. What is compared is the
//! number of distinct executions, ours without those that were found to repeat another. Under `SeqCst` the two mean the same; under RC11 they do
//! where no store can be placed before another that was executed earlier.
//!
//! At length: `cargo run --release -p explore-engine --example published`.

#[path = "published/mod.rs"]
mod published;

/// What is counted in the usual tests.
const MOST: u64 = 10_000;

#[test]
fn there_are_as_many_executions_as_genmc_counts() {
    let mut differences = Vec::new();
    for case in published::cases(MOST) {
        eprintln!("{case}");
        differences.extend(case.differences());
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
