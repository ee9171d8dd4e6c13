//! Random programs with spin loops: what the search finds in them must be what they can do. At length:
//! `cargo run --release -p explore-engine --example spins -- 10000`.

#[path = "spins/mod.rs"]
mod spins;

use spins::compare::{Verdict, compare, shrink};
use spins::program::program;

/// Programs of which the search takes longer are left to the long run.
const MOST: u64 = 500;

#[test]
fn what_is_found_in_spin_loops_is_what_they_can_do() {
    let (mut compared, mut livelocks, mut throughs) = (0, 0, 0);
    for seed in 0..400 {
        match compare(&program(seed), MOST) {
            Verdict::Equal { livelock, through, .. } => {
                compared += 1;
                livelocks += u32::from(livelock);
                throughs += u32::from(through);
            }
            Verdict::TooLong => {}
            Verdict::Different(how) => {
                let fails = |program: &_| matches!(compare(program, MOST), Verdict::Different(_));
                let small = shrink(program(seed), &fails);
                panic!("seed {seed}: {how}\nthe smallest program that shows it: {small:#?}");
            }
        }
    }
    assert!(compared > 200, "only {compared} programs were short enough");
    assert!(livelocks > 50 && throughs > 50, "{livelocks} with a livelock, {throughs} without");
}
