//! What goes wrong in a queue, and with one.

use ch07_queue::{Queue, naive};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Condvar, Mutex};
use std::thread;

/// The naive step: one condition variable for producers and consumers, and `notify_one`.
///
/// Must fail: it wakes a consumer where only a producer can go on, and all wait.
fn one_condvar_for_both() {
    let queue = naive::Queue::new(1);
    thread::scope(|scope| {
        scope.spawn(|| queue.get());
        scope.spawn(|| queue.get());
        (1..=2).for_each(|item| queue.put(item));
    });
}

/// A queue that notifies only when it was empty before.
///
/// Must fail: two items come while nobody is awake, one of two consumers is notified, and the other
/// waits beside an item.
fn notifies_only_the_first_item() {
    let queue = home_made::OnlyWhenEmpty::default();
    thread::scope(|scope| {
        scope.spawn(|| queue.get());
        scope.spawn(|| queue.get());
        (1..=2).for_each(|item| queue.put(item));
    });
}

/// Two producers write into a plain list with a plain index.
///
/// Must fail: both take the same place, and an item is lost.
fn a_list_without_a_lock() {
    let list = <[AtomicUsize; 2]>::default();
    let length = AtomicUsize::new(0);
    let put = |item| {
        let place = length.load(SeqCst);
        list[place].store(item, SeqCst);
        length.store(place + 1, SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(|| put(1));
        put(2);
    });
    assert_eq!(length.into_inner(), 2);
}

/// Two consumers look whether there is an item, and then get it.
///
/// Must fail: both see the one item, and one of them waits for ever. `try_get` does both in one.
fn looked_and_then_got() {
    let queue = Queue::new(0);
    queue.put(1).unwrap();
    let get_if_any = || {
        if !queue.is_empty() {
            queue.get().unwrap();
        }
    };
    thread::scope(|scope| {
        scope.spawn(get_if_any);
        get_if_any();
    });
}

/// The document's consumers get for ever, and nobody tells them that the producers are done.
///
/// Must fail: they wait for ever. `shutdown` is the mend.
fn nobody_shuts_down() {
    let queue = Queue::new(1);
    thread::scope(|scope| {
        scope.spawn(|| queue.iter().count());
        (1..=2).for_each(|item| queue.put(item).unwrap());
    });
}

/// A consumer that does not report what it got.
///
/// Must fail: `join` waits for ever, although the queue is empty.
fn never_reported() {
    let queue = Queue::new(0);
    queue.put(1).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| queue.get().unwrap());
        queue.join();
    });
}

/// A consumer that takes two items at once from a queue that holds one, while another does the same.
///
/// Must fail: each has one of two, and waits for the other's.
///
/// At most 2 looks.
fn each_wants_two() {
    let queue = Queue::new(0);
    (1..=2).for_each(|item| queue.put(item).unwrap());
    let take_two_and_put_them_back = || {
        let two = [queue.get().unwrap(), queue.get().unwrap()];
        two.into_iter().for_each(|item| queue.put(item).unwrap());
    };
    thread::scope(|scope| {
        scope.spawn(take_two_and_put_them_back);
        take_two_and_put_them_back();
    });
}

mod home_made {
    use super::{Condvar, Mutex, VecDeque};

    /// Any number of items, and a notification only for the first.
    #[derive(Default)]
    pub struct OnlyWhenEmpty {
        items: Mutex<VecDeque<u32>>,
        not_empty: Condvar,
    }

    impl OnlyWhenEmpty {
        pub fn put(&self, item: u32) {
            let mut items = self.items.lock().unwrap();
            if items.is_empty() {
                self.not_empty.notify_one();
            }
            items.push_back(item);
        }

        pub fn get(&self) -> u32 {
            let items = self.items.lock().unwrap();
            let mut items = self.not_empty.wait_while(items, |items| items.is_empty()).unwrap();
            items.pop_front().expect("waited until there is one")
        }
    }
}
