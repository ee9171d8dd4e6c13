//! `Once`, `OnceLock`, `LazyLock`: who initialises, who waits, poisoning, and statics.

use explore_std::panic::catch_unwind;
use explore_std::sync::atomic::{AtomicUsize, Ordering};
use explore_std::sync::{LazyLock, Mutex, Once, OnceLock};
use explore_std::thread;

use crate::{expect, shown};

#[test]
fn one_thread_initialises_and_the_other_sees_it_done() {
    expect(&["main", "other"], || {
        let once = Once::new();
        let by = Mutex::new("nobody");
        thread::scope(|scope| {
            scope.spawn(|| once.call_once(|| *by.lock().unwrap() = "other"));
            once.call_once(|| *by.lock().unwrap() = "main");
            assert!(once.is_completed());
            let by = *by.lock().unwrap();
            by.to_owned()
        })
    });
}

#[test]
fn is_completed_says_so_only_when_it_is() {
    expect(&["false", "true"], || {
        let once = Once::new();
        thread::scope(|scope| {
            scope.spawn(|| once.call_once(|| {}));
            once.is_completed().to_string()
        })
    });
}

#[test]
fn what_the_initialiser_did_is_seen_through_a_relaxed_load() {
    // Completion orders: without it, a relaxed load could still read 0.
    expect(&["1"], || {
        let once = Once::new();
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| once.call_once(|| value.store(1, Ordering::Relaxed)));
            once.wait();
            value.load(Ordering::Relaxed).to_string()
        })
    });
}

#[test]
fn a_panic_poisons_until_it_is_forced() {
    expect(&["call:panic wait:panic forced:true then:ran"], || {
        let once = Once::new();
        assert!(catch_unwind(|| once.call_once(|| panic!("first"))).is_err());
        let call = if catch_unwind(|| once.call_once(|| ())).is_err() { "panic" } else { "ran" };
        let wait = if catch_unwind(|| once.wait()).is_err() { "panic" } else { "waited" };
        let mut forced = false;
        once.call_once_force(|state| forced = state.is_poisoned());
        once.call_once(|| unreachable!("it is done"));
        format!("call:{call} wait:{wait} forced:{forced} then:ran")
    });
}

#[test]
fn an_initialiser_that_needs_itself_deadlocks() {
    expect(&["failed: deadlock: main waits for the Once, held by main"], || {
        let once = Once::new();
        once.call_once(|| once.call_once(|| ()));
        "never".to_owned()
    });
}

#[test]
fn a_cell_is_set_once() {
    expect(&["Ok(()) 1 Err(2)", "Err(1) 2 Ok(())"], || {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            let other = scope.spawn(|| cell.set(2));
            let mine = cell.set(1);
            let value = *cell.get().unwrap();
            format!("{mine:?} {value} {:?}", other.join().unwrap())
        })
    });
    expect(&["None", "Some(1)"], || {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            scope.spawn(|| cell.set(1));
            format!("{:?}", cell.get())
        })
    });
}

#[test]
fn a_panicking_get_or_init_leaves_the_cell_empty_for_the_next() {
    // Either thread may come first; if the panicking one does, the other makes the value all the same.
    expect(&["2 panicked:false", "2 panicked:true"], || {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            let panics = scope.spawn(|| *cell.get_or_init(|| panic!("no value")));
            let value = *cell.get_or_init(|| 2);
            format!("{value} panicked:{}", panics.join().is_err())
        })
    });
    expect(&["3"], || {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            scope.spawn(|| cell.set(3).unwrap());
            cell.wait().to_string()
        })
    });
}

#[test]
fn a_lazy_value_is_made_by_whoever_comes_first() {
    expect(&["made 1"], || {
        let made = AtomicUsize::new(0);
        let lazy = LazyLock::new(|| made.fetch_add(1, Ordering::Relaxed) + 1);
        thread::scope(|scope| {
            scope.spawn(|| assert_eq!(*lazy, 1));
            assert_eq!(*lazy, 1);
        });
        format!("made {}", made.load(Ordering::Relaxed))
    });
}

#[test]
fn a_lazy_value_whose_maker_panicked_stays_poisoned() {
    expect(&["panic panic None"], || {
        let lazy: LazyLock<u8> = LazyLock::new(|| panic!("never"));
        let force = || if catch_unwind(|| *lazy).is_err() { "panic" } else { "made" };
        format!(
            "{} {} {:?}",
            force(),
            force(),
            catch_unwind(|| LazyLock::get(&lazy).copied()).unwrap()
        )
    });
}

static COUNT: AtomicUsize = AtomicUsize::new(5);
static LIST: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static CELL: OnceLock<String> = OnceLock::new();
static LAZY: LazyLock<Mutex<Vec<u8>>> = LazyLock::new(|| Mutex::new(vec![1]));
static POISONED: Mutex<u8> = Mutex::new(0);

#[test]
fn statics_are_as_new_in_every_execution() {
    let outcome = expect(&["5 [] None [1] false", "6 [] None [1] false"], || {
        thread::scope(|scope| {
            scope.spawn(|| COUNT.fetch_add(1, Ordering::SeqCst));
            let count = COUNT.load(Ordering::SeqCst);
            let list = format!("{:?}", LIST.lock().unwrap());
            LIST.lock().unwrap().push(1);
            let cell = format!("{:?}", CELL.get());
            CELL.set("set".to_owned()).unwrap();
            let lazy = format!("{:?}", LAZY.lock().unwrap());
            LAZY.lock().unwrap().push(2);
            let poisoned = POISONED.is_poisoned();
            let _ = catch_unwind(|| {
                let _guard = POISONED.lock();
                panic!("poisons");
            });
            format!("{count} {list} {cell} {lazy} {poisoned}")
        })
    });
    assert!(outcome.executions > 1);
}

#[test]
fn what_is_shown_of_a_cell_follows_its_state() {
    expect(&["OnceLock(<uninit>) OnceLock(1) LazyLock(<uninit>) LazyLock(2)"], || {
        let cell = OnceLock::new();
        let lazy = LazyLock::new(|| 2);
        let before = (format!("{cell:?}"), format!("{lazy:?}"));
        let set = shown(cell.set(1));
        assert_eq!((set.as_str(), *lazy), ("()", 2));
        format!("{} {cell:?} {} {lazy:?}", before.0, before.1)
    });
}
