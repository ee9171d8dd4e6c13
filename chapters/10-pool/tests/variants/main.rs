//! What was found once, in the forms that nobody had tried: more of it, at another time, from another side.

mod copies;
mod moments;
mod panics;
#[path = "../support/tasks.rs"]
mod tasks;
mod too_little;
mod within;

use ch08_multiprocessing::{Descriptor, Process};
use ch10_pool::Pool;
use serde_bytes::ByteBuf;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::mpsc::channel;
use std::thread;
use test_support::limits::PATIENCE;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("proxies_reach_each_replacement_and_come_back", moments::proxies),
            ("items_that_cannot_be_sent_fail_alone", panics::unsendable),
            ("panics_of_any_kind_are_told", panics::panics),
            ("callbacks_may_panic_with_anything", panics::callbacks),
            ("destructors_may_panic_with_anything", panics::destructors),
            ("a_worker_without_memory_says_so", too_little::worker_without_memory),
            ("a_pool_without_memory_says_so", || alone(too_little::pool_without_memory)),
            ("large_results_leave_no_room_behind", || alone(too_little::no_room_kept)),
            ("a_pool_that_cannot_start_leaves_nothing", || alone(too_little::cannot_start)),
            ("ended_children_make_room_for_a_pool", || alone(too_little::room)),
            ("signals_at_any_moment", || alone(moments::signals)),
            ("a_hundred_years", moments::hundred_years),
            ("all_workers_die_at_once", moments::all_die),
            ("a_worker_keeps_no_descriptors", too_little::no_descriptors_kept),
            ("limits_that_a_task_sets_are_its_workers", too_little::limits_of_a_task),
            ("a_pool_is_dropped_while_others_wait", moments::dropped),
            ("many_use_one_pool", moments::many),
            ("a_fork_amid_tasks", || alone(moments::fork_amid)),
            ("any_fork_amid_tasks", || alone(copies::fork_amid)),
            ("a_pool_ends_with_the_thread_that_has_it", within::thread_local),
            ("results_use_their_pool_while_they_are_read_and_dropped", within::results),
            ("items_use_their_pool_on_their_way", within::items),
            ("an_argument_may_panic_when_it_is_dropped", within::argument),
            ("a_callback_may_end_the_process", within::callback_exits),
            ("a_copy_lets_go_of_a_pool", || alone(copies::lets_go)),
            ("callbacks_in_a_copy_run_there", || alone(copies::callbacks)),
        ],
    );
}

fn alone(scene: fn(())) {
    let child = Process::new(scene, ()).daemon(true).name("scene").start().unwrap();
    let code = child.join_timeout(2 * PATIENCE).unwrap();
    if code.is_none() {
        let _ = child.kill();
    }
    assert_eq!(code, Some(0), "None: it hangs; anything else: see what it printed");
}

fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, is_done) = channel();
    thread::spawn(move || done.send(work()));
    is_done.recv_timeout(PATIENCE).expect("it hangs or panicked")
}

fn square(x: i64) -> i64 {
    x * x
}

fn goes_on(pool: &Pool) {
    assert_eq!(pool.apply_async(square, 3).get_timeout(PATIENCE), Ok(Some(9)));
}

struct Loud;

impl Drop for Loud {
    fn drop(&mut self) {
        panic!("a payload's destructor")
    }
}

fn fails(_: ()) -> i64 {
    panic!("on purpose")
}

fn len(bytes: ByteBuf) -> usize {
    bytes.len()
}

fn zeros(n: usize) -> ByteBuf {
    ByteBuf::from(vec![0; n])
}

fn count(files: Vec<Descriptor>) -> usize {
    files.len()
}

fn give(n: usize) -> Vec<Descriptor> {
    (0..n).map(|_| OwnedFd::from(File::open("/dev/null").unwrap()).into()).collect()
}
