//! Asynchronous tests: as far as they need no reactor, they are explored.

use crate::crates::Crates;

#[test]
#[ignore = "a minute: tokio is compiled anew, twice; .ci/full runs it"]
fn tasks_are_explored_and_what_needs_a_reactor_is_refused_by_name() {
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
    crates
        .explore("tasks", &["--features", "net", "--exact", "tests::an_answer_comes"])
        .says(4, &["waits for files and sockets by `epoll_create1`"]);
}
