//! The system gives no more stacks. A file of its own: it limits what the whole process may have.

use ch12_coroutines::hub::{self, JoinError};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::rc::Rc;

/// While it lives, the process gets no more address space.
struct NoMoreStacks(Rlimit);

impl NoMoreStacks {
    fn begin() -> NoMoreStacks {
        let before = getrlimit(Resource::As);
        setrlimit(Resource::As, Rlimit { current: Some(1), ..before }).unwrap();
        NoMoreStacks(before)
    }
}

impl Drop for NoMoreStacks {
    fn drop(&mut self) {
        setrlimit(Resource::As, self.0).unwrap();
    }
}

#[test]
fn a_task_without_a_stack_says_so_and_the_others_go_on() {
    hub::run(|| {
        let captured = Rc::new(());
        let its_own = captured.clone();
        let no_more = NoMoreStacks::begin();
        let never_runs = hub::spawn(move || drop(its_own));
        let outcome = never_runs.join();
        drop(no_more);
        assert!(matches!(outcome, Err(JoinError::NoStack(_))), "{outcome:?}");
        assert_eq!(Rc::strong_count(&captured), 1, "what it has captured is dropped");
        assert_eq!(hub::spawn(|| 42).join().unwrap(), 42);
    })
    .unwrap();
}
