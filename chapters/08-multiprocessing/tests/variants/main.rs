//! What was found once, in the forms that nobody had tried: more of it, at another time, from another side.

mod copies;
mod moments;
mod too_little;
mod within;

use ch08_multiprocessing::Process;
use test_support::limits::PATIENCE;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("locks_that_come_one_by_one_need_few_descriptors", || alone(too_little::one_by_one)),
            ("thousands_of_everything_small", || alone(too_little::everything_small)),
            ("an_item_for_which_there_is_no_memory_stays_in_its_queue", || {
                alone(too_little::no_room_for_item)
            }),
            ("a_value_for_which_there_is_no_memory", || alone(too_little::no_room_for_value)),
            ("ended_children_make_room_for_copies", || alone(too_little::room_for_copies)),
            ("signals_at_any_moment_end_no_wait", || alone(moments::signals)),
            ("standard_streams_may_be_closed", || alone(too_little::no_streams)),
            ("without_proc", || alone(too_little::no_proc)),
            ("a_hundred_years_are_waited_for_as_any_time", moments::hundred_years),
            ("who_waits_and_is_killed_is_passed_over", moments::killed_waiters),
            ("a_party_that_is_killed_is_none", moments::killed_party),
            ("dropped_while_others_wait", moments::dropped),
            ("many_start_and_join_at_once", moments::at_once),
            ("a_fork_amid_threads_that_use_everything", || alone(moments::fork_amid)),
            ("any_fork_amid_threads_that_use_everything", || alone(copies::fork_amid)),
            ("destructors_at_the_end_of_a_thread_send_too", within::last_words),
            ("an_item_puts_others_while_it_is_put", within::item_puts),
            ("a_condition_that_is_held_twice_lets_go_of_both", within::held_twice),
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

fn end_with(code: i32) -> i32 {
    code
}
