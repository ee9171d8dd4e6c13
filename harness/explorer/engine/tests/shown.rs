//! Who shows what threads share looks at it, at the moment at which std does.

use std::sync::Arc;

use explore_engine::sync::atomic::{AtomicPtr, Ordering::Relaxed};
use explore_engine::sync::{Mutex, RwLock};
use explore_engine::{Config, Explorer, Status, thread};

/// All texts that a program shows.
#[track_caller]
fn shown(scenario: impl Fn() -> String + 'static) -> Vec<String> {
    let config = Config { outputs: true, ..Config::default() };
    let outcome =
        Explorer::new(config).run("scenario", move || explore_engine::println!("{}", scenario()));
    assert_eq!(outcome.status, Status::Proved, "{outcome}");
    let mut texts: Vec<String> =
        outcome.outputs.iter().map(|one| one.stdout.trim_end().to_owned()).collect();
    texts.sort();
    texts
}

#[test]
fn a_pointer_is_loaded_when_it_is_shown() {
    let texts = shown(|| {
        let pointer = Arc::new(AtomicPtr::<u32>::default());
        let theirs = Arc::clone(&pointer);
        let other =
            thread::spawn(move || theirs.store(std::ptr::without_provenance_mut(8), Relaxed));
        let text = format!("{:p}", *pointer);
        other.join().unwrap();
        text
    });
    assert_eq!(texts, ["0x0", "0x8"]);
}

/// Shows a lock while another thread that has it panics.
macro_rules! shows {
    ($lock:ident $lock_it:ident) => {
        shown(|| {
            let lock = Arc::new($lock::new(0));
            let theirs = Arc::clone(&lock);
            let other = thread::spawn(move || {
                let mut guard = theirs.$lock_it().unwrap();
                *guard = 1;
                panic!("poisons");
            });
            let text = format!("{lock:?}");
            let _ = other.join();
            text
        })
    };
}

#[test]
fn whether_a_lock_is_poisoned_is_looked_at_after_what_it_holds() {
    let locked = r#"Mutex { data: "<locked>", poisoned: "#;
    let expected =
        ["Mutex { data: 0, poisoned: false, .. }", "Mutex { data: 0, poisoned: true, .. }"];
    let mut expected: Vec<String> = expected.map(str::to_owned).to_vec();
    expected.extend([false, true].map(|poisoned| format!("{locked}{poisoned}, .. }}")));
    expected.push("Mutex { data: 1, poisoned: true, .. }".to_owned());
    expected.sort();
    assert_eq!(shows!(Mutex lock), expected);
    let expected: Vec<String> =
        expected.iter().map(|text| text.replace("Mutex", "RwLock").replace('"', "")).collect();
    let mut texts = shows!(RwLock write);
    texts.sort();
    let mut expected = expected;
    expected.sort();
    assert_eq!(texts, expected);
}
