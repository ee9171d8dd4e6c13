//! The queue in shared memory, between real processes that come, go and are killed.

use ch08_multiprocessing::{Connection, Message, PutError, Queue, pipe};
use children::{PATIENCE, child, end, hear, kill};
use serde_bytes::ByteBuf;
use std::thread;
use std::time::Duration;
use test_support::{trials, valgrind};

#[path = "support/children.rs"]
mod children;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("every_item_of_a_queue_arrives_once", queue_many),
            ("the_items_of_one_process_keep_their_order", queue_order),
            ("a_full_queue_waits_and_an_empty_one_too", queue_limits),
            ("large_items_go_round_the_ring", queue_large),
            ("a_process_may_end_with_its_items_in_the_queue", queue_ends),
            ("a_queue_survives_those_who_are_killed_at_it", queue_killed),
            ("what_needs_no_process_is_clean_under_valgrind", under_valgrind),
        ],
    );
}

const EACH: u32 = 500;

fn put_numbers((shared, main): ((Queue<(u32, u32)>, u32), Connection)) {
    let (queue, me) = shared;
    for n in 0..EACH {
        queue.put(&(me, n)).unwrap();
    }
    drop(main);
}

fn sum_numbers((queue, mut main): (Queue<(u32, u32)>, Connection)) {
    let mut numbers = Vec::new();
    while let (Some(me), n) = queue.get().map(|(me, n)| (me.checked_sub(1), n)).unwrap() {
        numbers.push((me, n));
    }
    main.send(&numbers).unwrap();
}

fn queue_many() {
    for capacity in [0, 1, 7] {
        let queue = Queue::new(capacity).unwrap();
        let putters: Vec<_> = (1..=3).map(|me| child(put_numbers, &(queue.clone(), me))).collect();
        let mut getters: Vec<_> = (0..2).map(|_| child(sum_numbers, &queue)).collect();
        putters.iter().for_each(|(child, _)| end(child));
        getters.iter().for_each(|_| queue.put(&(0, 0)).unwrap());
        let mut all: Vec<(u32, u32)> = Vec::new();
        for (child, from_child) in &mut getters {
            all.extend(from_child.recv::<Vec<(u32, u32)>>().unwrap());
            end(child);
        }
        all.sort_unstable();
        let expected: Vec<_> = (0..3).flat_map(|me| (0..EACH).map(move |n| (me, n))).collect();
        assert_eq!(all, expected, "with room for {capacity}");
        assert!(queue.is_empty());
    }
}

fn queue_order() {
    let queue = Queue::new(0).unwrap();
    let putters: Vec<_> = (0..2).map(|me| child(put_numbers, &(queue.clone(), me))).collect();
    let mut next = [0; 2];
    for _ in 0..2 * EACH {
        let (me, n) = queue.get().unwrap();
        assert_eq!(n, next[me as usize]);
        next[me as usize] += 1;
    }
    putters.iter().for_each(|(child, _)| end(child));
}

fn queue_limits() {
    let queue: Queue<String> = Queue::new(1).unwrap();
    assert_eq!(queue.try_get().unwrap(), None);
    assert_eq!(queue.get_timeout(Duration::from_millis(1)).unwrap(), None);
    queue.put(&"one".to_owned()).unwrap();
    assert!(matches!(queue.try_put(&"two".to_owned()), Err(PutError::Full)));
    let brief = Duration::from_millis(1);
    assert!(matches!(queue.put_timeout(&"two".to_owned(), brief), Err(PutError::Full)));
    thread::scope(|scope| {
        scope.spawn(|| queue.put_timeout(&"two".to_owned(), PATIENCE).unwrap());
        assert_eq!(queue.get().unwrap(), "one");
        assert_eq!(queue.get_timeout(PATIENCE).unwrap().unwrap(), "two");
    });
    assert_eq!((queue.len(), queue.capacity()), (0, 1));

    // The item that is of another type is gone; those behind it are not.
    let other: Queue<u32> = Message::encode(&queue).unwrap().decode().unwrap();
    queue.put(&"x".to_owned()).unwrap();
    assert!(other.get().is_err());
    assert!(queue.is_empty());

    let connections: Queue<Connection> = Queue::new(0).unwrap();
    assert!(matches!(connections.put(&pipe().unwrap().0), Err(PutError::Descriptor)));
}

fn queue_large() {
    let queue: Queue<ByteBuf> = Queue::new(0).unwrap();
    // More in all than the ring has room for, so that it goes round.
    let size = 16 << 20;
    for n in 0..80 {
        let mut item = ByteBuf::from(vec![n; size]);
        item[size - 1] = !n;
        queue.put(&item).unwrap();
        assert!(queue.get().unwrap() == item, "item {n}");
    }
}

fn queue_ends() {
    let queue = Queue::new(0).unwrap();
    let (child, _) = child(put_numbers, &(queue.clone(), 1));
    end(&child);
    assert_eq!(queue.len(), EACH as usize);
    assert_eq!(queue.get().unwrap(), (1, 0));
}

fn put_for_ever((queue, mut main): (Queue<ByteBuf>, Connection)) {
    main.send(&1).unwrap();
    for n in 0.. {
        queue.put(&ByteBuf::from(vec![n as u8; 3000 + n % 7])).unwrap();
    }
}

fn get_for_ever((queue, mut main): (Queue<ByteBuf>, Connection)) {
    main.send(&1).unwrap();
    while queue.get().is_ok() {}
}

fn queue_killed() {
    let queue: Queue<ByteBuf> = Queue::new(5).unwrap();
    for round in 0..10 {
        let (putter, mut from_putter) = child(put_for_ever, &queue);
        let (getter, mut from_getter) = child(get_for_ever, &queue);
        hear(&mut from_putter, 1);
        hear(&mut from_getter, 1);
        // In the middle of whatever they are at.
        (0..20 * round).for_each(|_| thread::yield_now());
        kill(&putter);
        kill(&getter);
        while let Some(item) = queue.get_timeout(Duration::ZERO).unwrap() {
            assert!(item.iter().all(|byte| *byte == item[0]), "an item is whole");
        }
        assert!(queue.is_empty());
    }
}

fn under_valgrind() {
    let with_processes =
        ["every_item", "the_items_of_one", "a_process_may_end", "a_queue_survives"];
    // Copies a gigabyte, which takes valgrind a minute.
    let large = ["large_items"];
    valgrind::clean(&[&with_processes[..], &large[..]].concat());
}
