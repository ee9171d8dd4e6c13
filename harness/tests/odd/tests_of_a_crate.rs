//! Tests as cargo runs them.

mod common;

#[test]
fn two_threads_add() {
    assert_eq!(common::add_in_two_threads(), 2);
}

#[test]
#[should_panic]
fn stays_a_test() {
    panic!();
}
