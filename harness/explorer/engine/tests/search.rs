//! Bounds, budgets, replays, outputs: what an exploration promises and what it does not.

use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::atomic::{AtomicUsize, Ordering::*};
use explore_engine::sync::{LazyLock, Mutex, OnceLock};
use explore_engine::{Config, Explorer, Outcome, Status, println, thread};

/// Two threads that load and store: the sum is wrong in some runs.
fn lossy_counter() {
    let count = Arc::new(AtomicUsize::new(0));
    let add = |count: &Arc<AtomicUsize>| {
        let count = Arc::clone(count);
        thread::spawn(move || {
            let value = count.load(SeqCst);
            count.store(value + 1, SeqCst);
        })
    };
    let threads = [add(&count), add(&count)];
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(count.load(SeqCst), 2);
}

/// Three threads that each add twice, correctly: too many runs for a small budget.
fn exact_counter() {
    let count = Arc::new(AtomicUsize::new(0));
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let count = Arc::clone(&count);
            thread::spawn(move || {
                count.fetch_add(1, SeqCst);
                count.fetch_add(1, SeqCst);
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(count.load(SeqCst), 6);
}

#[test]
fn a_schedule_replays_the_same_trace_every_time() {
    let outcome = Explorer::default().run("counter", lossy_counter);
    let schedule = outcome.schedule.expect("a failure has a schedule");
    assert!(schedule.len() < 200);
    let trace = outcome.trace.unwrap();
    for _ in 0..100 {
        let again = Explorer::default().replay("counter", lossy_counter, &schedule).unwrap();
        assert_eq!(again.status, Status::Failed);
        let again = again.trace.unwrap();
        assert_eq!(
            (&again.steps, &again.threads, &again.objects),
            (&trace.steps, &trace.threads, &trace.objects)
        );
    }
}

#[test]
fn a_schedule_of_another_program_is_refused() {
    let outcome = Explorer::default().replay("counter", lossy_counter, "0:a3z5").unwrap();
    assert_eq!(outcome.status, Status::Refused);
    assert!(outcome.summary.contains("does not fit this program: its step 3"), "{outcome}");
    assert!(Explorer::default().replay("counter", lossy_counter, "nonsense").is_err());
}

#[test]
fn the_failing_run_has_the_fewest_preemptions() {
    let outcome = Explorer::default().run("counter", lossy_counter);
    assert_eq!((outcome.preemptions, outcome.minimal), (Some(1), true));
    let preempting = outcome.trace.unwrap().steps.iter().filter(|step| step.preempts).count();
    assert_eq!(preempting, 1);
}

#[test]
fn a_bounded_search_finds_and_never_proves() {
    let bounded =
        |preemptions| Explorer::new(Config { preemptions: Some(preemptions), ..Config::default() });
    let none = bounded(0).run("counter", lossy_counter);
    assert_eq!(none.status, Status::NotProved, "{none}");
    assert!(none.summary.contains("at most 0 preemptions"), "{none}");
    assert!(bounded(1).run("counter", lossy_counter).is_failed());
    assert_eq!(bounded(9).run("exact", exact_counter).status, Status::NotProved);
}

#[test]
fn a_budget_that_runs_out_proves_nothing_and_goes_on_at_random() {
    let config = Config { max_executions: 10, random_executions: 25, ..Config::default() };
    let outcome = Explorer::new(config).run("exact", exact_counter);
    assert_eq!((outcome.status, outcome.executions, outcome.random), (Status::NotProved, 35, 25));
    assert!(outcome.to_string().starts_with("not proved: 35 tried in"), "{outcome}");
    let late = Config { max_time: Duration::ZERO, random_executions: 0, ..Config::default() };
    assert_eq!(Explorer::new(late).run("exact", exact_counter).status, Status::NotProved);
}

#[test]
fn a_random_search_finds_what_the_exhaustive_one_had_no_time_for() {
    let config = Config { max_executions: 1, ..Config::default() };
    let run = || Explorer::new(config.clone()).run("counter", lossy_counter);
    let outcome = run();
    assert!(outcome.is_failed() && outcome.random > 0, "{outcome}");
    let forget_time = |outcome: Outcome| Outcome { elapsed: Duration::ZERO, ..outcome };
    assert_eq!(forget_time(outcome), forget_time(run()), "one seed, one result");
}

#[test]
fn every_output_is_listed_with_a_run_that_prints_it() {
    fn greet() {
        thread::scope(|scope| {
            scope.spawn(|| println!("left"));
            scope.spawn(|| println!("right"));
        });
        println!("done");
    }
    let outcome = Explorer::new(Config { outputs: true, ..Config::default() }).run("greet", greet);
    assert!(outcome.is_proved(), "{outcome}");
    let mut texts: Vec<_> = outcome.outputs.iter().map(|printed| printed.stdout.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["left\nright\ndone\n", "right\nleft\ndone\n"]);
    for printed in &outcome.outputs {
        let again = Explorer::default().replay("greet", greet, &printed.schedule).unwrap();
        let text: String =
            again.trace.unwrap().output.iter().map(|output| output.text.as_str()).collect();
        assert_eq!(text, printed.stdout);
    }
}

#[test]
fn statics_are_as_they_were_at_the_start_of_each_execution() {
    static COUNT: AtomicUsize = AtomicUsize::new(5);
    static NAMES: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static ONCE: OnceLock<String> = OnceLock::new();
    static LAZY: LazyLock<Mutex<u32>> = LazyLock::new(|| Mutex::new(3));
    fn use_them() {
        thread::scope(|scope| {
            for name in ["a", "b"] {
                scope.spawn(move || {
                    COUNT.fetch_add(1, SeqCst);
                    NAMES.lock().unwrap().push(name.to_owned());
                    assert!(ONCE.get_or_init(|| name.to_owned()).len() == 1);
                    *LAZY.lock().unwrap() += 1;
                });
            }
        });
        assert_eq!(COUNT.load(SeqCst), 7);
        assert_eq!(NAMES.lock().unwrap().len(), 2);
        assert_eq!(*LAZY.lock().unwrap(), 5);
        assert_eq!(LOCAL.replace(2), 1);
    }
    explore_engine::thread_local! {
        static LOCAL: std::cell::Cell<u32> = const { std::cell::Cell::new(1) };
    }
    let outcome = Explorer::default().run("statics", use_them);
    assert!(outcome.is_proved() && outcome.executions > 10, "{outcome}");
}

#[test]
fn an_outcome_survives_its_json() {
    let outcome = Explorer::default().run("counter", lossy_counter);
    let again = Outcome::from_json(&outcome.to_json()).unwrap();
    assert_eq!(again, outcome);
}

#[test]
fn a_channel_of_messages_takes_one_execution() {
    let outcome = Explorer::default().run("channel", || {
        let (sender, receiver) = explore_engine::sync::mpsc::channel();
        let producer = thread::spawn(move || (0..10).for_each(|n| sender.send(n).unwrap()));
        assert_eq!(receiver.iter().sum::<i32>(), 45);
        producer.join().unwrap();
    });
    assert_eq!((outcome.status, outcome.executions), (Status::Proved, 1));
}

#[test]
fn the_schedule_of_a_run_without_an_end_is_short() {
    // Two threads that give way to each other, in turn, for hundreds of steps.
    let polite = || {
        let wants: Arc<[AtomicUsize; 2]> = Arc::default();
        let enter = |me: usize| {
            let wants = Arc::clone(&wants);
            move || {
                wants[me].store(1, SeqCst);
                while wants[1 - me].load(SeqCst) == 1 {
                    wants[me].store(0, SeqCst);
                    thread::yield_now();
                    wants[me].store(1, SeqCst);
                }
                wants[me].store(0, SeqCst);
            }
        };
        let other = thread::spawn(enter(1));
        enter(0)();
        other.join().unwrap();
    };
    let config = Config { max_steps: 500, ..Config::default() };
    let outcome = Explorer::new(config.clone()).run("polite", polite);
    assert!(outcome.summary.starts_with("no end within 500 steps"), "{outcome}");
    let schedule = outcome.schedule.unwrap();
    assert!(schedule.len() < 200, "{} characters: {schedule}", schedule.len());
    let again = Explorer::new(config).replay("polite", polite, &schedule).unwrap();
    assert_eq!(again.status, Status::NotProved, "{again}");
    assert!(outcome.summary.starts_with(&again.summary), "{again}");
}

/// Two threads that each add three thousand times: one execution has millions of races.
fn long_counter() {
    let count = Arc::new(AtomicUsize::new(0));
    let add = |count: &Arc<AtomicUsize>| {
        let count = Arc::clone(count);
        thread::spawn(move || {
            for _ in 0..3000 {
                count.fetch_add(1, SeqCst);
            }
        })
    };
    let threads = [add(&count), add(&count)];
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(count.load(SeqCst), 6000);
}

/// Without a look at the clock between races, this test would not end; and the watchdog would blame the program.
#[test]
fn the_budget_holds_while_the_search_thinks() {
    let config = Config {
        max_time: Duration::from_millis(500),
        random_executions: 0,
        // Much longer than a process waits for its turn on a busy machine.
        watchdog: Some(Duration::from_secs(5)),
        ..Config::default()
    };
    let outcome = Explorer::new(config).run("long", long_counter);
    assert_eq!(outcome.status, Status::NotProved, "{outcome}");
    assert!(outcome.summary.contains("did not end within its budget"), "{outcome}");
    // And what there is too much of.
    let most = "most differ in the order in which 3 threads use the Atomic of ";
    assert!(outcome.summary.contains(most), "{outcome}");
    assert!(outcome.summary.contains(", 1 to 3000 times each, mostly at "), "{outcome}");
}

/// Four threads that take two locks, each of which tells who took it before.
fn two_locks(locks: Vec<Mutex<u32>>) {
    let shape: [&[usize]; 4] = [&[0], &[1], &[0, 1], &[0]];
    let seen: Vec<u32> = thread::scope(|scope| {
        let start = |me: u32| {
            let locks = &locks;
            scope.spawn(move || {
                let take = |&lock: &usize| {
                    let mut held = locks[lock].lock().unwrap();
                    let before = *held;
                    *held = before * 10 + me;
                    before
                };
                shape[me as usize - 1].iter().map(take).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = (1..=4).map(start).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    // Run whole: 4, 3, 1, 2.
    assert_ne!(seen, [43, 3, 4, 0, 0]);
}

#[test]
fn two_locks_that_are_made_at_one_place_are_two() {
    let one =
        Explorer::default().run("one place", || two_locks((0..2).map(|_| Mutex::new(0)).collect()));
    let two =
        Explorer::default().run("two places", || two_locks(vec![Mutex::new(0), Mutex::new(0)]));
    assert_eq!((one.status, two.status), (Status::Failed, Status::Failed), "{one}\n{two}");
}
