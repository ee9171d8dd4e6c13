//! What is left out: nothing without a line that says why.

use crate::crates::Crates;

const EXAMPLES: &str = "rustdoc makes a program of each, in which there is no test to be explored";

#[test]
fn what_is_left_out_has_a_line_that_says_why() {
    let crates = Crates::new();
    let seen = crates.explore("several", &["--offline"]);
    seen.says(
        0,
        &[
            "is_two  proved: 1 execution",
            "plain/tests/own.rs  not explored: it has a harness of its own (`harness = false`)",
            "plain/tests/needs.rs  not explored: it needs `--features more`",
            "plain/src/untested.rs  not explored: its manifest says `test = false`",
            "made/src/lib.rs  not explored: it is a procedural macro, which runs in the compiler",
            &format!("plain: 2 examples in documentation  not explored: {EXAMPLES}; `cargo test --doc -p plain`"),
            "made: 1 example in documentation  not explored: ",
            "1 test: 1 proved",
        ],
    );
    assert!(!crates.path().join("several/plain/started").exists(), "nobody asked for that");
    // In a package's folder it is about that package, as with cargo test.
    let seen = crates.explore("several/plain", &["--offline", "--doc"]);
    seen.says(0, &["2 examples in documentation  not explored: ", "`cargo test --doc` runs them"]);
    assert!(!seen.stdout.contains("1 example"), "{}", seen.stdout);
    let seen = crates.explore("several/plain", &["--offline", "-p", "made", "--doc"]);
    seen.says(0, &["1 example in documentation  not explored: "]);
    let all = &["--offline", "--workspace", "--exclude", "made@0.1", "--doc"];
    crates.explore("several/plain", all).says(0, &["2 examples in documentation  not explored: "]);
    let with = &["--offline", "-p", "pl*", "--features", "more"];
    crates.explore("several", with).says(0, &["with_more  proved", "2 tests: 2 proved"]);
}
