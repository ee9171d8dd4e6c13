//! Waiting in the kernel as asynchronous runtimes do: by `epoll`, for numbers that other threads write.

#![cfg(target_os = "linux")]

#[path = "reactor/mod.rs"]
mod reactor;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use explore_engine::io::stdout;
use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::AtomicU32;
use explore_engine::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use explore_engine::time::Instant;
use explore_engine::{Config, Explorer, Outcome, Status, thread};
use reactor::{Descriptor, EDGE, add, answer, change, number, poller, read, sockets, wait, write};

fn explore(scenario: impl Fn() + 'static) -> Outcome {
    Explorer::default().run("scenario", scenario)
}

/// One call, with what it came to.
fn call(choice: &mut impl FnMut(u64) -> u64, open: &mut Vec<i32>, pollers: [i32; 2]) -> String {
    let any = choice(open.len() as u64) as usize;
    let (number, poller) = (open[any], pollers[choice(2) as usize]);
    match choice(8) {
        0 | 1 => {
            let value = [0, 1, 3, u64::MAX - 1, u64::MAX][choice(5) as usize];
            format!("write {any} {value}: {}", write(number, value))
        }
        2 => format!("read {any}: {:?}", read(number)),
        3 | 4 => {
            let operation = choice(3) as i32 + 1;
            let events =
                [0, libc::EPOLLIN, EDGE, libc::EPOLLIN | libc::EPOLLONESHOT, libc::EPOLLET];
            let events = events[choice(5) as usize];
            let data = choice(100);
            let changed = change(poller, operation, number, events, data);
            format!("change {operation} {any} to {events:x} {data}: {changed}")
        }
        5 if choice(3) == 0 && open.len() > 1 => {
            open.remove(any);
            // SAFETY: nobody uses it any more.
            format!("close {any}: {}", answer(unsafe { libc::close(number) }.into()))
        }
        5 if open.len() < 5 => {
            // SAFETY: it is open.
            open.push(unsafe { libc::fcntl(number, libc::F_DUPFD_CLOEXEC, 3) });
            format!("double {any}")
        }
        _ => {
            let most = choice(3) as usize + 1;
            format!("wait {most}: {:x?}", wait(poller, most, 0))
        }
    }
}

/// Random calls of one thread, with what each came to.
fn calls(seed: u64) -> Vec<String> {
    let mut state = seed;
    let mut choice = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (one, other) = (poller(), poller());
    let first = [number(0, 0), number(2, 0), number(0, libc::EFD_SEMAPHORE)];
    let mut open: Vec<i32> = first.iter().map(|number| number.0).collect();
    std::mem::forget(first);
    let said = (0..60).map(|_| call(&mut choice, &mut open, [one.0, other.0])).collect();
    // SAFETY: nobody uses them any more.
    open.iter().for_each(|number| _ = unsafe { libc::close(*number) });
    said
}

/// What one thread is told is what the kernel tells: the same calls, of both.
#[test]
fn one_thread_is_told_what_the_kernel_tells() {
    for seed in 0..500 {
        let real = calls(seed);
        let ours = Arc::new(std::sync::Mutex::new(Vec::new()));
        let told = Arc::clone(&ours);
        let outcome = explore(move || {
            let said = calls(seed);
            *told.lock().unwrap() = said.iter().map(|line| line.as_bytes().to_vec()).collect();
        });
        assert!(outcome.is_proved(), "seed {seed}: {outcome}");
        let ours = ours.lock().unwrap();
        for (nth, (real, ours)) in real.iter().zip(ours.iter()).enumerate() {
            let ours = String::from_utf8_lossy(ours);
            assert_eq!(real, &ours, "seed {seed}, call {nth}, after {:#?}", &real[..nth.min(1)]);
        }
    }
}

/// A flag, and a number that is written once it is set; who waits looks at the flag.
struct Gate {
    poller: Descriptor,
    number: Descriptor,
    open: AtomicU32,
}

impl Gate {
    fn new(events: i32) -> Arc<Self> {
        let gate = Self { poller: poller(), number: number(0, 0), open: AtomicU32::new(0) };
        add(&gate.poller, &gate.number, events);
        Arc::new(gate)
    }

    fn open(&self) {
        self.open.fetch_add(1, Release);
        assert_eq!(write(self.number.0, 1), 8);
    }
}

#[test]
fn no_wake_is_lost_between_the_look_and_the_wait() {
    for events in [EDGE, libc::EPOLLIN] {
        let proved = explore(move || {
            let gate = Gate::new(events);
            let theirs = Arc::clone(&gate);
            let other = thread::spawn(move || theirs.open());
            while gate.open.load(Acquire) == 0 {
                assert_eq!(wait(gate.poller.0, 8, -1), [(libc::EPOLLIN as u32, 7)]);
            }
            other.join().unwrap();
        });
        assert!(proved.is_proved() && proved.executions > 1, "{proved}");
    }
    // Who writes before he opens is too early.
    let failed = explore(|| {
        let gate = Gate::new(EDGE);
        let theirs = Arc::clone(&gate);
        let other = thread::spawn(move || {
            write(theirs.number.0, 1);
            theirs.open.store(1, Release);
        });
        while gate.open.load(Acquire) == 0 {
            wait(gate.poller.0, 8, -1);
        }
        other.join().unwrap();
    });
    assert!(failed.summary.starts_with("deadlock"), "{failed}");
    assert!(failed.summary.contains(" for a notification of epoll"), "{failed}");
}

/// What was written once is told once, where only the beginning of it counts: two that wait are not both told.
#[test]
fn one_of_two_is_told_of_an_edge() {
    let two_wait = |events| {
        explore(move || {
            let gate = Gate::new(events);
            let other = {
                let gate = Arc::clone(&gate);
                thread::spawn(move || wait(gate.poller.0, 8, -1).len())
            };
            gate.open();
            assert_eq!(wait(gate.poller.0, 8, -1).len(), 1);
            assert_eq!(other.join().unwrap(), 1);
        })
    };
    let failed = two_wait(EDGE);
    assert!(failed.summary.starts_with("deadlock"), "{failed}");
    let proved = two_wait(libc::EPOLLIN);
    assert!(proved.is_proved(), "{proved}");
}

/// Two write: each order of the two and of the wait.
#[test]
fn every_order_of_writes_and_reads_is_there() {
    let config = Config { outputs: true, ..Config::default() };
    let outcome = Explorer::new(config).run("scenario", || {
        let counter = Arc::new(number(0, 0));
        let others: Vec<_> = [1, 2]
            .map(|value| {
                let counter = Arc::clone(&counter);
                thread::spawn(move || _ = write(counter.0, value))
            })
            .into();
        let (first, second) = (read(counter.0), read(counter.0));
        writeln!(stdout(), "{first:?} {second:?}").unwrap();
        others.into_iter().for_each(|other| other.join().unwrap());
    });
    let mut texts: Vec<_> = outcome.outputs.iter().map(|printed| printed.stdout.as_str()).collect();
    // The first read finds nothing, 1, 2 or 3, and the second what has come since.
    let again = -i64::from(libc::EAGAIN);
    let one = |value: u64| if value == 0 { (again, 0) } else { (8, value) };
    let found = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 2), (2, 0), (2, 1), (3, 0)];
    let mut expected: Vec<_> =
        found.iter().map(|&(a, b)| format!("{:?} {:?}\n", one(a), one(b))).collect();
    texts.sort_unstable();
    expected.sort_unstable();
    assert_eq!(texts, expected, "{outcome}");
}

#[test]
fn a_wait_ends_in_time_and_takes_that_time() {
    let proved = explore(|| {
        let gate = Gate::new(EDGE);
        let start = Instant::now();
        assert_eq!(wait(gate.poller.0, 8, 0), []);
        assert!(start.elapsed() < Duration::from_millis(1));
        assert_eq!(wait(gate.poller.0, 8, 250), []);
        let waited = start.elapsed();
        assert!(waited >= Duration::from_millis(250) && waited < Duration::from_millis(251));
    });
    assert!(proved.is_proved(), "{proved}");
}

/// What was done before a write is known to who was told of it, and to nobody before.
#[test]
fn a_write_orders_what_was_before_it() {
    let hands_over = |told: bool| {
        explore(move || {
            let gate = Gate::new(EDGE);
            let (data, theirs) = (Arc::new(AtomicU32::new(0)), Arc::clone(&gate));
            let written = Arc::clone(&data);
            let other = thread::spawn(move || {
                written.store(5, Relaxed);
                write(theirs.number.0, 1);
            });
            if told {
                wait(gate.poller.0, 8, -1);
            }
            assert_eq!(data.load(Relaxed), 5);
            other.join().unwrap();
        })
    };
    assert!(hands_over(true).is_proved(), "{}", hands_over(true));
    assert!(hands_over(false).is_failed());
    // The newest store, not only some store.
    let outcome = explore(|| {
        let gate = Gate::new(EDGE);
        let theirs = Arc::clone(&gate);
        let other = thread::spawn(move || {
            theirs.open.store(1, Relaxed);
            theirs.open.store(2, Relaxed);
            write(theirs.number.0, 1);
        });
        wait(gate.poller.0, 8, -1);
        assert_eq!(gate.open.load(Relaxed), 2);
        other.join().unwrap();
    });
    assert!(outcome.is_proved(), "{outcome}");
}

/// What is written while somebody changes what is looked for is not lost.
#[test]
fn a_number_that_is_added_late_is_told() {
    let proved = explore(|| {
        let (poller, counter) = (Arc::new(poller()), Arc::new(number(0, 0)));
        let theirs = Arc::clone(&counter);
        let other = thread::spawn(move || _ = write(theirs.0, 1));
        add(&poller, &counter, EDGE);
        assert_eq!(wait(poller.0, 8, -1).len(), 1);
        other.join().unwrap();
    });
    assert!(proved.is_proved() && proved.executions > 1, "{proved}");
}

/// The loop of a runtime: it polls without waiting now and then, and nobody is told in vain.
#[test]
fn a_loop_that_polls_sees_what_comes() {
    let proved = explore(|| {
        let gate = Gate::new(EDGE);
        let theirs = Arc::clone(&gate);
        let other = thread::spawn(move || theirs.open());
        for _ in 0..2 {
            wait(gate.poller.0, 8, 0);
        }
        if gate.open.load(SeqCst) == 0 {
            assert_eq!(wait(gate.poller.0, 8, -1).len(), 1);
        }
        other.join().unwrap();
    });
    assert!(proved.is_proved(), "{proved}");
    // A loop that never waits.
    let outcome = explore(|| {
        let gate = Gate::new(EDGE);
        let theirs = Arc::clone(&gate);
        let other = thread::spawn(move || theirs.open());
        while wait(gate.poller.0, 8, 0).is_empty() {
            thread::yield_now();
        }
        other.join().unwrap();
    });
    assert!(!outcome.is_failed() && outcome.status != Status::Refused, "{outcome}");
}

/// Two runtimes that wake each other know nothing of each other's locks.
#[test]
fn what_two_pollers_do_orders_nothing() {
    let outcome = explore(|| {
        let (one, other) = (Gate::new(EDGE), Gate::new(EDGE));
        let value = Arc::new(Mutex::new(0));
        let theirs = (Arc::clone(&other), Arc::clone(&value));
        let helper = thread::spawn(move || {
            *theirs.1.lock().unwrap() += 1;
            theirs.0.open();
        });
        one.open();
        wait(one.poller.0, 8, -1);
        wait(other.poller.0, 8, -1);
        assert_eq!(*value.lock().unwrap(), 1);
        helper.join().unwrap();
    });
    assert!(outcome.is_proved(), "{outcome}");
    // One knows nothing of what the other has been told.
    let raced = explore(|| {
        let (one, other) = (Gate::new(EDGE), Gate::new(EDGE));
        let data = Arc::new(AtomicU32::new(0));
        let theirs = (other, Arc::clone(&data));
        let helper = thread::spawn(move || {
            theirs.1.store(1, Relaxed);
            theirs.0.open();
        });
        one.open();
        let seen = data.load(SeqCst);
        one.open();
        assert!(seen == 0 || data.load(Relaxed) == 1);
        assert_eq!(data.load(Relaxed), 1, "not yet");
        helper.join().unwrap();
    });
    assert!(raced.is_failed(), "{raced}");
}

fn refused(scenario: impl Fn() + 'static, why: &str) {
    let outcome = explore(scenario);
    assert_eq!(outcome.status, Status::Refused, "{outcome}");
    assert!(outcome.summary.contains(why), "{outcome}");
}

/// Two sockets may be there, as the signals' are: what would come by them is refused.
#[test]
fn what_would_come_from_outside_is_refused() {
    let proved = explore(|| {
        let gate = Gate::new(EDGE);
        let [heard, _said] = sockets();
        add(&gate.poller, &heard, EDGE | libc::EPOLLRDHUP);
        gate.open();
        assert_eq!(wait(gate.poller.0, 8, -1).len(), 1);
        assert_eq!(wait(gate.poller.0, 8, 5), []);
        assert_eq!(change(gate.poller.0, libc::EPOLL_CTL_DEL, heard.0, 0, 0), 0);
    });
    assert!(proved.is_proved(), "{proved}");
    refused(|| _ = write(sockets()[0].0, 1), "writes to a socket");
    refused(|| _ = read(sockets()[0].0), "reads from a socket");
    refused(|| add(&poller(), &sockets()[0], libc::EPOLLOUT), "waits for a socket by `epoll_ctl`");
    refused(
        || {
            let (poller, [heard, said]) = (poller(), sockets());
            add(&poller, &heard, EDGE);
            drop(said);
        },
        "closes a socket while another waits",
    );
    refused(
        || _ = change(poller().0, libc::EPOLL_CTL_ADD, 0, EDGE, 0),
        "waits for a file or a socket by `epoll_ctl`",
    );
    refused(
        || {
            let _both = sockets();
            // SAFETY: the handler is a function that takes a number.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                extern "C" fn hears(_: i32) {}
                action.sa_sigaction = hears as extern "C" fn(i32) as usize;
                libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut());
            }
        },
        "waits for signal 10 of the system",
    );
}
