//! Asynchronous tests: as far as nothing comes from outside, they are explored.

use crate::crates::Crates;

#[test]
#[ignore = "a minute: tokio is compiled anew, twice; .ci/full runs it"]
fn tasks_are_explored_with_and_without_a_reactor() {
    let crates = Crates::new();
    crates.explore("tasks", &["--timeouts", "0"]).says(
        1,
        &[
            "tests::an_answer_comes  proved: ",
            "tests::the_bell_may_ring_too_early  failed: deadlock: ",
            "tests::an_hour_takes_no_time  proved: ",
            "tests::tasks_take_turns  proved: ",
            "tests::without_a_runtime  proved: ",
            "tests::with_even_less  proved: ",
            "6 tests: 5 proved; 1 failed",
            "cover every interleaving of its threads",
            "other orders of tasks on one thread: each execution has that of their executor's queue",
        ],
    );
    // The runtime has a reactor, and only who uses it for something from outside is refused.
    crates
        .explore("tasks", &["--timeouts", "0", "--features", "full", "--weak-failures", "0"])
        .says(
            1,
            &[
                "tests::an_answer_comes  proved: ",
                "tests::the_bell_may_ring_too_early  failed: deadlock: ",
                "for a notification of epoll",
                "tests::an_hour_takes_no_time  proved: ",
                "tests::tasks_take_turns  proved: ",
                "a_socket  cannot be explored: main opens a socket",
                "two_sockets  cannot be explored: main waits for a socket by `epoll_ctl`",
                "a_signal  cannot be explored: main waits for signal 2 of the system",
                "9 tests: 5 proved; 1 failed; 3 could not be explored",
            ],
        );
}
