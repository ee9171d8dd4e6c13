//! What was found once, in the forms that nobody had tried: more of it, at another time, from another side.

mod moments;
mod others;
mod too_little;
mod within;

use ch08_multiprocessing::Process;
use ch09_shared_data::manager::{List, Manager};
use std::sync::mpsc::channel;
use std::thread;
use test_support::limits::PATIENCE;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("a_proxy_whose_message_fails_is_given_back", others::message_fails),
            ("a_proxy_that_nobody_reads_is_given_back", others::nobody_reads),
            ("managers_that_end_in_any_way_leave_nothing", || alone(too_little::ends)),
            ("clients_that_have_left_leave_nothing_in_the_manager", too_little::clients_left),
            ("ended_children_make_room_for_a_manager", || alone(too_little::room)),
            ("panics_of_any_kind_are_told", others::panics),
            ("peers_that_reset_or_fall_silent_later", others::strange_peers),
            ("a_hundred_years", moments::hundred_years),
            ("a_fork_amid_calls", || alone(moments::fork_amid)),
            ("destructors_at_the_end_of_a_thread_use_proxies", within::last_words),
            ("numbers_that_are_none", within::no_numbers),
            ("an_object_that_asks_its_own_manager_is_told", within::asks_itself),
            ("a_copy_that_an_object_makes_of_its_manager_answers_nothing", within::copies_itself),
            ("any_fork_amid_calls", || alone(moments::any_fork_amid)),
            ("signals_at_any_moment", || alone(moments::signals)),
            ("thousands_of_values", || alone(too_little::thousands)),
            ("sizes_beyond_all_memory", too_little::sizes),
            ("one_name_for_all_who_come_at_once", moments::one_name),
            ("a_place_that_is_taken", || alone(too_little::taken)),
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

fn comes_to(manager: &Manager, count: usize) {
    let deadline = std::time::Instant::now() + PATIENCE;
    while manager.count().unwrap() != count {
        assert!(std::time::Instant::now() < deadline, "{}", manager.count().unwrap());
        thread::yield_now();
    }
}

fn append(list: List) {
    list.append(1).unwrap();
}
