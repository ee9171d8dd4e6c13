//! For tests that start processes: a main that begins with `init()`.

use libtest_mimic::{Arguments, Trial};

/// Runs the tests. One at a time, so that a fork finds no other threads.
pub fn run<const N: usize>(tests: [(&str, fn()); N]) {
    ch08_multiprocessing::init();
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
