//! For tests that start processes: a `main` of their own (`harness = false`), as a started process begins there, too.

use libtest_mimic::{Arguments, Trial};

/// Calls `init`, which does not come back in a process that a test has started, and runs the tests. One at a time, so that a fork finds no
/// other threads. Does not come back.
pub fn run<const N: usize>(init: fn(), tests: [(&str, fn()); N]) {
    init();
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let trials = tests.map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&arguments, trials.into()).exit();
}
