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
    // Who names it wants a verdict on it, and there is none.
    for (flag, name, file, runs) in [
        ("--bench", "pace", "benches/pace.rs", "cargo bench"),
        ("--test", "own", "tests/own.rs", "cargo test"),
    ] {
        let seen = crates.explore("several", &["--offline", flag, name]);
        let line = format!("plain/{file}  not explored: it has a harness of its own");
        seen.says(4, &[&line, &format!("; `{runs}` runs it"), "no tests"]);
        assert!(!crates.path().join("several/plain/started").exists(), "nobody asked for that");
    }
    let with = &["--offline", "-p", "pl*", "--features", "more"];
    crates.explore("several", with).says(0, &["with_more  proved", "2 tests: 2 proved"]);
}

/// The bug is in another file than the allocator, and found all the same.
#[test]
fn a_file_with_an_allocator_of_its_own_is_left_out_and_the_rest_explored() {
    let crates = Crates::new();
    let why = "it has a `#[global_allocator]`, or what it stands on has one, and the explorer needs its own";
    let seen = crates.explore("allocator", &["--offline"]);
    seen.says(
        1,
        &[
            &format!("allocator (test \"allocates\")  not explored: {why}"),
            "two_count  failed: main panics at tests/counts.rs:10",
            "1 test: 1 failed",
        ],
    );
    assert!(!seen.stderr.contains("explore_engine"), "{}", seen.stderr);
    // Nothing fails in what is left, and that is not all of it.
    let alone = crates.explore("allocator", &["--offline", "--test", "allocates"]);
    alone.says(4, &[&format!("(test \"allocates\")  not explored: {why}"), "no tests"]);
    let list = crates.explore("allocator", &["--offline", "--list"]);
    list.says(4, &[&format!("note: allocator (test \"allocates\") does not compile: {why}")]);
    assert_eq!(list.stdout, "two_count: test\n");
    // What does not compile for another reason as well is not explored in part.
    let broken = "#[test] fn is_broken() { nothing() }";
    std::fs::write(crates.path().join("allocator/tests/broken.rs"), broken).unwrap();
    crates
        .explore("allocator", &["--offline"])
        .says(4, &["it does not compile; cargo says why above"]);
}

/// A refused test is left out for good by a comment, and a comment that nearly is one is told.
#[test]
fn a_comment_leaves_out_what_cannot_be_explored() {
    let crates = Crates::new();
    let file = crates.path().join("slot/tests/outside.rs");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let with = |comment: &str| {
        let server =
            "#[test]\nfn a_server() { std::net::TcpListener::bind(\"127.0.0.1:0\").unwrap(); }\n";
        std::fs::write(&file, format!("use std as _;\n\n// {comment}\n{server}")).unwrap();
    };
    let explore = |more: &[&str]| {
        crates.explore("slot", &[&["--offline", "--test", "outside"], more].concat())
    };
    with("Not explored, as it opens a socket");
    explore(&[]).says(
        4,
        &[
            "note: tests/outside.rs:3 looks like `// Not explored:`, and is another comment",
            "a_server  cannot be explored: main opens a socket",
            "1 test: 1 could not be explored",
            "can be left out for good: by the comment `// Not explored: why` above the test",
        ],
    );
    with("Not explored: opens a socket");
    let left = explore(&[]);
    left.says(0, &["a_server  ignored: opens a socket", "1 test: 1 ignored"]);
    assert!(!left.stderr.contains("looks like"), "{left:?}");
    let ignored = explore(&["--message-format", "json"]).events("ignored");
    assert_eq!(ignored[0]["why"], "opens a socket");
    explore(&["--include-ignored"]).says(4, &["a_server  cannot be explored: main opens a socket"]);
}
