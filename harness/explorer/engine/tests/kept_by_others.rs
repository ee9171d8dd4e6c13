//! What explorations have observed is kept by several threads of the operating system, and let go of while another one explores.

use std::rc::Rc;
use std::sync::Mutex;

use explore_engine::{Explorer, sync, thread};

/// How much one exploration keeps of each execution, made by the code of the program: that memory is the arena's. One block of each is the least that can go wrong.
type Kept = Rc<Mutex<Vec<Box<u64>>>>;

fn observe() -> Kept {
    let kept = Kept::new(Mutex::new(Vec::with_capacity(8)));
    let theirs = kept.clone();
    let outcome = Explorer::default().run("observes", move || {
        let number = sync::Mutex::new(7);
        let seen = thread::scope(|scope| {
            scope.spawn(|| *number.lock().unwrap() += 1);
            *number.lock().unwrap()
        });
        theirs.lock().unwrap().push(Box::new(seen));
    });
    assert!(outcome.is_proved(), "{outcome}");
    assert_eq!(outcome.executions, 2);
    kept
}

/// Whoever frees while an execution begins was once counted in that execution. Then its memory was cleared although something in it was alive.
#[test]
fn what_is_let_go_of_meanwhile_is_not_counted_here() {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..300 {
                    let kept = observe();
                    let mut seen: Vec<u64> = kept.lock().unwrap().iter().map(|it| **it).collect();
                    seen.sort_unstable();
                    assert_eq!(seen, [7, 8]);
                }
            });
        }
    });
}
