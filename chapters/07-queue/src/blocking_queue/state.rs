//! What the lock of a queue guards.

use crate::Store;
use ch03_locks::Waiter;
use std::collections::VecDeque;

pub struct State<S: Store> {
    /// The items that did not take the lane.
    pub items: S,
    pub capacity: usize,
    /// Whether the gates of the lane are shut.
    pub push_shut: bool,
    pub pop_shut: bool,
    /// How many items were put into `items`, ever.
    pub puts: u64,
    /// How many were reported by `task_done`, ever.
    pub done: u64,
    pub shut_down: bool,
    /// Who waits for room, with an item in hand, and who waits for an item;
    /// first come, first called.
    pub putters: VecDeque<Putter<S::Item>>,
    pub getters: VecDeque<Getter>,
    /// Whether one of each was called and has not come back yet. Until then
    /// nobody else is: the one who comes back calls the next.
    pub putter_called: bool,
    pub getter_called: bool,
    /// What is kept for the getter that was called.
    pub given: Option<S::Item>,
    /// Who waits until everything is done.
    pub joiners: Vec<Waiter>,
}

pub struct Putter<T> {
    pub waiter: Waiter,
    pub item: T,
    /// Whether it was called to put the item by itself.
    pub called: bool,
}

pub struct Getter {
    pub waiter: Waiter,
    /// Whether it was called to take an item by itself.
    pub called: bool,
}

impl<S: Store> State<S> {
    pub fn new(capacity: usize) -> State<S> {
        State {
            items: S::default(),
            capacity,
            push_shut: false,
            pop_shut: false,
            puts: 0,
            done: 0,
            shut_down: false,
            putters: VecDeque::new(),
            getters: VecDeque::new(),
            putter_called: false,
            getter_called: false,
            given: None,
            joiners: Vec::new(),
        }
    }
}
