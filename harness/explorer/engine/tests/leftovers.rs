//! What executions leave behind: a program that ends itself frees nothing, and a test keeps what it has seen.

use std::cell::RefCell;
use std::rc::Rc;

use explore_engine::{Config, Explorer, process, thread};

/// What one execution leaves, in bytes.
const LEFT: usize = 1 << 20;
/// How many executions there are.
const EXECUTIONS: u64 = 600;

#[test]
fn what_a_program_leaves_behind_is_given_back_and_what_a_test_keeps_stays() {
    let seen: Rc<RefCell<Vec<(u64, String)>>> = Rc::default();
    let count = Rc::new(RefCell::new(0_u64));
    let (keeps, counts) = (Rc::clone(&seen), Rc::clone(&count));
    let config = Config {
        keep_going: true,
        max_executions: EXECUTIONS,
        random_executions: 0,
        ..Config::default()
    };
    let outcome = Explorer::new(config).run("leaves", move || {
        let threads: Vec<_> = (0..6).map(|_| thread::spawn(thread::yield_now)).collect();
        let large = vec![1_u8; LEFT];
        *counts.borrow_mut() += 1;
        let number = *counts.borrow();
        if number.is_multiple_of(100) {
            // Text, reached through a list that grows.
            keeps.borrow_mut().push((number, format!("execution {number}")));
        }
        std::mem::forget((threads, large));
        process::exit(0)
    });
    assert!(outcome.executions >= EXECUTIONS / 2, "{outcome}");
    let seen = seen.borrow();
    assert!(seen.len() as u64 >= outcome.executions / 100);
    for (number, text) in seen.iter() {
        assert_eq!(*text, format!("execution {number}"));
    }
    // 600 MiB were left behind, each page of them written. What is still there is much less.
    #[cfg(target_os = "linux")]
    {
        let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
        let pages: usize = pages.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(pages * 4096 < 350 * LEFT, "{} MiB", (pages * 4096) >> 20);
    }
}
