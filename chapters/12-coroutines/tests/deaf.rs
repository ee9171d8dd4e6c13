//! Tasks that catch every panic, the one that is to end them too.

use ch12_coroutines::{Greenlet, hub};
use hub::{JoinError, RunError, Timeout};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

const A_MOMENT: Duration = Duration::from_millis(1);
const AGES: Duration = Duration::from_secs(3600);

/// A server that survives a panic in a handler.
fn survive(handler: impl Fn()) {
    loop {
        let _ = catch_unwind(AssertUnwindSafe(&handler));
    }
}

/// Is set once `handler`, which it returns as well, begins for the `n`th time.
fn begins(n: u32, handler: impl Fn() + 'static) -> (Rc<hub::Event>, impl Fn() + 'static) {
    let (begun, tells) = (Rc::new(hub::Event::new()), Cell::new(n));
    let told = begun.clone();
    let handler = move || {
        tells.set(tells.get().saturating_sub(1));
        if tells.get() == 0 {
            told.set();
        }
        handler();
    };
    (begun, handler)
}

/// Ends a task that waits in this way, whatever it catches.
fn is_given_up(handler: impl Fn() + 'static) {
    let ran = Rc::new(Cell::new(0));
    let counted = ran.clone();
    hub::run(move || {
        let (begun, handler) = begins(1, handler);
        let server = hub::spawn(move || survive(handler));
        // Nobody else has a turn until the handler waits.
        begun.wait();
        server.kill();
        let ended = server.join();
        assert!(matches!(ended, Err(JoinError::Abandoned)), "{ended:?}");
        // The others go on.
        assert_eq!(hub::spawn(|| 42).join().unwrap(), 42);
        counted.set(1);
    })
    .unwrap();
    assert_eq!(ran.get(), 1);
}

#[test]
fn a_killed_task_that_catches_its_kill_is_given_up_wherever_it_waits() {
    is_given_up(|| hub::sleep(A_MOMENT));
    is_given_up(|| hub::sleep(AGES));
    is_given_up(|| hub::sleep(Duration::ZERO));
    is_given_up(|| hub::Event::new().wait());
    is_given_up(|| _ = hub::Queue::<i32>::unbounded().get());
    is_given_up(|| drop(hub::spawn(|| hub::sleep(AGES)).join()));
    is_given_up(|| _ = hub::timeout(AGES, || hub::Event::new().wait()));
    is_given_up(|| drop(hub::net::TcpListener::bind("127.0.0.1:0").unwrap().accept()));
    is_given_up(|| Greenlet::new(|()| hub::sleep(AGES)).switch(()));
}

#[test]
fn the_end_of_the_hub_is_not_held_up_either() {
    let result = hub::run(|| {
        let all_wait: Vec<_> = (0..3)
            .map(|_| {
                let (waits_again, handler) = begins(2, || hub::sleep(A_MOMENT));
                drop(hub::spawn(move || survive(handler)));
                waits_again
            })
            .collect();
        all_wait.iter().for_each(|waits_again| waits_again.wait());
        42
    });
    assert_eq!(result.unwrap(), 42);
}

#[test]
fn one_catch_too_few_does_no_harm() {
    hub::run(|| {
        let dropped = Rc::new(());
        let its_own = dropped.clone();
        let task = hub::spawn(move || {
            let _its_own = its_own;
            let _ = catch_unwind(|| hub::sleep(AGES));
            // The last thing that it does, and it waits no more.
            42
        });
        hub::sleep(Duration::ZERO);
        task.kill();
        assert_eq!(task.join().unwrap(), 42, "it has caught its kill and ended by itself");
        assert_eq!(Rc::strong_count(&dropped), 1);

        let task = hub::spawn(|| {
            let _ = catch_unwind(|| hub::sleep(AGES));
            hub::sleep(AGES);
        });
        hub::sleep(Duration::ZERO);
        task.kill();
        let ended = task.join();
        assert!(matches!(ended, Err(JoinError::Killed)), "at its next wait: {ended:?}");
    })
    .unwrap();
}

#[test]
fn a_time_out_that_is_caught_is_raised_again_and_ends_its_body_only() {
    let turns = hub::run(|| {
        let turns = Cell::new(0);
        let ended = hub::timeout(A_MOMENT, || {
            while turns.get() < 10 {
                let _ = catch_unwind(AssertUnwindSafe(|| hub::sleep(AGES)));
                turns.set(turns.get() + 1);
            }
            hub::sleep(AGES);
        });
        assert_eq!(ended, Err(Timeout));
        hub::sleep(A_MOMENT);
        assert_eq!(hub::timeout(AGES, || hub::sleep(A_MOMENT)), Ok(()));
        turns.get()
    });
    assert_eq!(turns.unwrap(), 10);
}

#[test]
fn a_body_deaf_to_its_time_out_is_given_up_with_its_task() {
    hub::run(|| {
        let task = hub::spawn(|| hub::timeout(A_MOMENT, || survive(|| hub::sleep(AGES))));
        let ended = task.join();
        assert!(matches!(ended, Err(JoinError::Abandoned)), "{ended:?}");
    })
    .unwrap();
    let main = hub::run(|| hub::timeout(A_MOMENT, || survive(|| hub::sleep(AGES))));
    assert!(matches!(main, Err(RunError::Abandoned)), "{main:?}");
}

#[test]
fn what_was_given_up_holds_up_no_deadlock() {
    let result = hub::run(|| {
        let (waits_again, handler) = begins(2, || hub::sleep(A_MOMENT));
        let task = hub::spawn(|| hub::timeout(AGES, || survive(handler)));
        waits_again.wait();
        task.kill();
        let _ = task.join();
        hub::Event::new().wait();
    });
    assert!(matches!(result, Err(RunError::Deadlock)), "{result:?}");
}

#[test]
fn a_stack_larger_than_the_address_space_is_an_error() {
    for size in [usize::MAX, usize::MAX - 4096, isize::MAX as usize, 1 << 60, 1 << 47] {
        let main = hub::Builder::new().stack_size(size).run(|| ());
        assert!(matches!(main, Err(RunError::NoStack(_))), "{size}: {main:?}");
    }
    assert!(hub::Builder::new().stack_size(0).run(|| ()).is_ok());
}
