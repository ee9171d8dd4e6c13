//! The lock: one at a time, nobody forgotten, and its holder may die.
//!
//! The algorithm is the one that runs on Linux; the system is `model`'s. In a
//! world without deaths nobody ever looks again: a wake-up that is lost is a
//! deadlock.

use ch08_sync::LockWord;
use ch08_sync::model::World;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// Steps that must not be mixed. Relaxed, so that the lock alone orders them.
fn add_one(number: &AtomicU32) {
    number.store(number.load(Relaxed) + 1, Relaxed);
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_millis(10))
}

/// Three threads add one under the lock: no update is lost, and no wake-up.
fn mutual_exclusion() {
    let (world, lock, number) = (World::default(), LockWord::default(), AtomicU32::new(0));
    let add = |id| {
        let me = world.thread(id);
        assert!(lock.acquire(&me, None));
        add_one(&number);
        assert!(lock.release(&me));
    };
    thread::scope(|scope| {
        scope.spawn(|| add(1));
        scope.spawn(|| add(2));
        add(3);
    });
    assert_eq!(number.load(Relaxed), 3);
    assert!(!lock.is_held() && !lock.take_notice_of_death());
}

/// Two threads take the lock twice each, and give it back twice.
fn reentrance() {
    let (world, lock, number) = (World::default(), LockWord::default(), AtomicU32::new(0));
    let add_twice = |id| {
        let me = world.thread(id);
        lock.acquire(&me, None);
        lock.acquire(&me, None);
        add_one(&number);
        lock.release(&me);
        add_one(&number);
        lock.release(&me);
    };
    thread::scope(|scope| {
        scope.spawn(|| add_twice(1));
        add_twice(2);
    });
    assert_eq!(number.load(Relaxed), 4);
    assert!(!lock.is_held());
}

/// A lock that one thread took and another released is free for a third.
fn released_by_another() {
    let (world, lock) = (World::default(), LockWord::default());
    lock.acquire_once(&world.thread(3), None);
    thread::scope(|scope| {
        scope.spawn(|| assert!(lock.acquire_once(&world.thread(1), None)));
        scope.spawn(|| assert!(lock.release_anyones(&world.thread(2))));
    });
    assert!(lock.is_held_by_me(&world.thread(1)));
}

/// One that gives up takes no wake-up along that another waits for.
///
/// Time-outs fire at any moment.
fn a_time_out_swallows_no_wake_up() {
    let (world, lock) = (World::default(), LockWord::default());
    let holder = world.thread(3);
    lock.acquire(&holder, None);
    thread::scope(|scope| {
        scope.spawn(|| {
            let me = world.thread(1);
            if lock.acquire(&me, soon()) {
                lock.release(&me);
            }
        });
        scope.spawn(|| {
            let me = world.thread(2);
            assert!(lock.acquire(&me, None));
            lock.release(&me);
        });
        lock.release(&holder);
    });
    assert!(!lock.is_held());
}

/// A lock that nobody gives back is waited for until the time is over.
fn the_time_out_ends_the_wait() {
    let (world, lock) = (World::default(), LockWord::default());
    lock.acquire(&world.thread(1), None);
    assert!(!lock.acquire(&world.thread(2), soon()));
    assert!(lock.is_held_by_me(&world.thread(1)));
}

/// The holder dies: two others get the lock one after the other, and one of them is told.
fn the_next_owner_is_told() {
    let (world, lock) = (World::with_deaths(), LockWord::default());
    let (number, told) = (AtomicU32::new(0), AtomicU32::new(0));
    let died = AtomicBool::new(false);
    let survive = |id| {
        let me = world.thread(id);
        assert!(lock.acquire(&me, None));
        if lock.take_notice_of_death() {
            add_one(&told);
        }
        add_one(&number);
        lock.release(&me);
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            let victim = world.thread(1);
            if lock.acquire(&victim, Some(Instant::now())) {
                died.store(true, Relaxed);
                world.die(victim);
            }
        });
        scope.spawn(|| survive(2));
        survive(3);
    });
    assert_eq!(number.load(Relaxed), 2);
    // Unless it came last, and nobody came after it.
    let somebody = died.load(Relaxed) && !lock.is_held();
    assert_eq!(told.load(Relaxed), u32::from(somebody));
}

/// Whoever held it died before anybody came: the one who comes gets it and is told.
fn the_first_owner_is_told() {
    let (world, lock) = (World::with_deaths(), LockWord::default());
    let victim = world.thread(1);
    lock.acquire(&victim, None);
    lock.acquire(&victim, None);
    world.die(victim);
    let told = AtomicU32::new(0);
    let survive = |id| {
        let me = world.thread(id);
        lock.acquire(&me, None);
        if lock.take_notice_of_death() {
            add_one(&told);
        }
        assert!(lock.release(&me));
        assert!(!lock.is_held_by_me(&me), "the levels of the dead are gone");
    };
    thread::scope(|scope| {
        scope.spawn(|| survive(2));
        survive(3);
    });
    assert_eq!(told.load(Relaxed), 1);
    assert!(!lock.is_held());
}

/// The one who is told dies as well, before it could ask: the next is told instead.
fn the_news_is_inherited() {
    let (world, lock) = (World::with_deaths(), LockWord::default());
    let victim = world.thread(1);
    lock.acquire(&victim, None);
    world.die(victim);
    thread::scope(|scope| {
        scope.spawn(|| {
            let heir = world.thread(2);
            lock.acquire(&heir, None);
            world.die(heir);
        });
        let me = world.thread(3);
        lock.acquire(&me, None);
        assert!(lock.take_notice_of_death());
        lock.release(&me);
    });
}

/// A holder is killed after it gave the lock back, before it could wake anybody.
fn killed_before_it_could_wake() {
    let (world, lock) = (World::with_deaths(), LockWord::default());
    let victim = world.thread(1).that_wakes_nobody();
    lock.acquire(&victim, None);
    thread::scope(|scope| {
        scope.spawn(|| {
            let me = world.thread(2);
            assert!(lock.acquire(&me, None));
            assert!(!lock.take_notice_of_death(), "nothing was left half done");
            lock.release(&me);
        });
        lock.release(&victim);
        world.die(victim);
    });
    assert!(!lock.is_held());
}
