//! The memory of an explored program: an address is the same in every execution, and what is freed is not used again.

use std::sync::{Arc, Mutex as RealMutex, PoisonError};

use explore_engine::sync::atomic::{AtomicU32, Ordering::*};
use explore_engine::sync::{Mutex, mpsc};
use explore_engine::{Config, Explorer, thread};

/// Explores a scenario that notes addresses: for each number that it gives them, all that were seen.
#[track_caller]
fn seen(scenario: impl Fn(&dyn Fn(usize, usize)) + 'static) -> Vec<Vec<usize>> {
    // Made before the exploration, and large enough: it is not the program's memory.
    let all = Arc::new(RealMutex::new((0..8).map(|_| Vec::with_capacity(8)).collect::<Vec<_>>()));
    let notes = Arc::clone(&all);
    let outcome = Explorer::default().run("addresses", move || {
        scenario(&|number, address| {
            let notes = &mut notes.lock().unwrap_or_else(PoisonError::into_inner)[number];
            if !notes.contains(&address) {
                assert!(notes.len() < notes.capacity(), "too many addresses");
                notes.push(address);
            }
        });
    });
    assert!(outcome.is_proved(), "{outcome}");
    assert!(outcome.executions > 1, "{outcome}");
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner).clone();
    all.retain(|notes| !notes.is_empty());
    all
}

fn address<T: ?Sized>(of: &T) -> usize {
    std::ptr::from_ref(of).addr()
}

#[test]
fn an_address_is_the_same_in_every_execution() {
    let all = seen(|note| {
        let shared = Arc::new((AtomicU32::new(0), Mutex::new(Vec::new())));
        note(0, address(&*shared));
        let work = |shared: &(AtomicU32, Mutex<Vec<u8>>)| {
            let before = Box::new(1_u64);
            shared.0.fetch_add(1, SeqCst);
            let after = Box::new([0_u8; 100]);
            shared.1.lock().unwrap().push(1);
            [address(&*before), address(&*after), address(&before)]
        };
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || work(&theirs));
        let mine = work(&shared);
        note(1, mine[0]);
        note(2, mine[1]);
        note(3, mine[2]);
        let theirs = other.join().unwrap();
        note(4, theirs[0]);
        note(5, theirs[1]);
        note(6, theirs[2]);
    });
    assert!(all.len() == 7 && all.iter().all(|notes| notes.len() == 1), "{all:x?}");
}

#[test]
fn locks_are_ordered_by_address_as_in_every_execution() {
    let outcome = Explorer::default().run("ordered", || {
        let locks: Vec<_> = (0..3).map(|i| Arc::new(Mutex::new(i))).collect();
        let both = |x: &Arc<Mutex<i32>>, y: &Arc<Mutex<i32>>| {
            let (x, y) = if Arc::as_ptr(x) < Arc::as_ptr(y) { (x, y) } else { (y, x) };
            let _x = x.lock().unwrap();
            let _y = y.lock().unwrap();
        };
        thread::scope(|s| {
            s.spawn(|| both(&locks[0], &locks[1]));
            s.spawn(|| both(&locks[1], &locks[2]));
            both(&locks[2], &locks[0]);
        });
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn what_is_freed_is_used_again_only_if_nobody_else_can_know_it() {
    let all = seen(|note| {
        let flag = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&flag);
        let other = thread::spawn(move || theirs.store(1, SeqCst));
        let first = Box::new(1_u64);
        note(0, address(&*first));
        drop(first);
        flag.load(SeqCst);
        let again = Box::new(2_u64);
        note(0, address(&*again));
        // From here on another thread may know where it is.
        flag.store(2, SeqCst);
        drop(again);
        let new = Box::new(3_u64);
        note(1, address(&*new));
        other.join().unwrap();
    });
    assert!(all.len() == 2 && all.iter().all(|notes| notes.len() == 1), "{all:x?}");
    assert_ne!(all[0], all[1]);
}

#[test]
fn what_grows_keeps_what_is_in_it() {
    let outcome = Explorer::default().run("grows", || {
        let (sender, receiver) = mpsc::channel();
        let other = thread::spawn(move || {
            let mut all: Vec<usize> = Vec::new();
            let mut texts = Vec::new();
            for number in 0..20_000 {
                all.push(number);
                if number % 1_000 == 0 {
                    texts.push(format!("{number:0>100}"));
                }
            }
            sender.send((all, texts)).unwrap();
        });
        let (all, texts) = receiver.recv().unwrap();
        assert!(all.iter().enumerate().all(|(place, number)| place == *number));
        assert!(texts.iter().all(|text| text.len() == 100 && text.starts_with("00")));
        other.join().unwrap();
        // More than a chunk, larger than a page, zeroed.
        let large = vec![0_u32; 1 << 20];
        assert!(large.iter().all(|&number| number == 0));
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn what_one_execution_leaves_behind_is_there_in_the_next() {
    let kept: Arc<RealMutex<Vec<Arc<String>>>> = Arc::default();
    let keep = Arc::clone(&kept);
    let outcome =
        Explorer::new(Config { spurious: 1, ..Config::default() }).run("kept", move || {
            let flag = Arc::new(AtomicU32::new(0));
            let theirs = Arc::clone(&flag);
            let other = thread::spawn(move || theirs.store(1, SeqCst));
            let text = format!("it was {}", flag.load(SeqCst));
            keep.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(text));
            other.join().unwrap();
        });
    assert!(outcome.is_proved(), "{outcome}");
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let mut texts: Vec<_> = kept.iter().map(|text| text.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["it was 0", "it was 1"]);
}
