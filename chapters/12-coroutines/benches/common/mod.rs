//! What is measured, ours and corosensei's own; shared by the benches.

use ch12_coroutines::{Greenlet, hub};
use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult};
use std::hint::black_box;

/// There and back `rounds` times between the main greenlet and another one.
pub fn greenlet_round_trips(rounds: u64) -> u64 {
    let echo = Greenlet::new(|mut n: u64| {
        loop {
            n = Greenlet::main().switch(n + 1);
        }
    });
    (0..rounds).fold(0, |sum, n| sum + echo.switch(black_box(n)))
}

/// The same by resume and suspend.
pub fn corosensei_round_trips(rounds: u64) -> u64 {
    let mut echo = Coroutine::<u64, u64, u64>::new(|yielder, mut n| {
        loop {
            n = yielder.suspend(n + 1);
        }
    });
    (0..rounds).fold(0, |sum, n| match echo.resume(black_box(n)) {
        CoroutineResult::Yield(n) | CoroutineResult::Return(n) => sum + n,
    })
}

/// `rounds` switches between two greenlets, past the main one.
pub fn greenlet_siblings(rounds: u64) -> u64 {
    let (a, b) = (Greenlet::without_run(), Greenlet::without_run());
    let (to_a, to_b) = (a.downgrade(), b.downgrade());
    let volley = |other: ch12_coroutines::WeakGreenlet<u64>| {
        move |mut n: u64| {
            while n > 0 {
                n = other.switch(n - 1);
            }
            n
        }
    };
    a.set_run(volley(to_b));
    b.set_run(volley(to_a));
    a.switch(rounds)
}

/// The same by corosensei: it has no switch from one coroutine to another, so each suspends, and a
/// loop resumes the other with what it has left.
pub fn corosensei_siblings(rounds: u64) -> u64 {
    let volley = || {
        Coroutine::<u64, u64, u64>::new(|yielder, mut n| {
            while n > 0 {
                n = yielder.suspend(n - 1);
            }
            n
        })
    };
    let (mut a, mut b) = (volley(), volley());
    let mut n = rounds;
    loop {
        for coroutine in [&mut a, &mut b] {
            match coroutine.resume(n) {
                CoroutineResult::Yield(next) => n = next,
                CoroutineResult::Return(end) => return end,
            }
        }
    }
}

/// `tasks` tasks on a hub, all spawned, then all joined.
pub fn hub_spawn_and_join(tasks: u64) -> u64 {
    let sum = hub::run(move || {
        let handles: Vec<_> = (0..tasks).map(|n| hub::spawn(move || black_box(n))).collect();
        hub::join_all(handles).into_iter().map(Result::unwrap).sum()
    });
    sum.unwrap()
}

/// What that takes at least: a box for each body, a coroutine on a reused stack
/// for each, and a place for each result.
pub fn corosensei_spawn_and_join(tasks: u64) -> u64 {
    let bodies: Vec<Box<dyn FnOnce() -> u64>> = (0..tasks).map(boxed).collect();
    let mut stack = Some(DefaultStack::default());
    let results: Vec<u64> = bodies.into_iter().map(|body| run_on(&mut stack, body)).collect();
    results.into_iter().sum()
}

fn boxed(n: u64) -> Box<dyn FnOnce() -> u64> {
    Box::new(move || black_box(n))
}

/// The bare coroutines: nothing is stored, each body is made when it runs.
pub fn corosensei_one_by_one(tasks: u64) -> u64 {
    let mut stack = Some(DefaultStack::default());
    (0..tasks).map(|n| run_on(&mut stack, move || black_box(n))).sum()
}

fn run_on(stack: &mut Option<DefaultStack>, body: impl FnOnce() -> u64 + 'static) -> u64 {
    let on = stack.take().expect("given back after each run");
    let mut coroutine = Coroutine::<(), u64, u64>::with_stack(on, move |_, ()| body());
    let (CoroutineResult::Yield(n) | CoroutineResult::Return(n)) = coroutine.resume(());
    *stack = Some(coroutine.into_stack());
    n
}
