//! A search that several processes share comes to what one process comes to.
//!
//! One test after the other: a process that is copied while another thread holds a lock has that lock for ever.

mod divided;

use std::sync::Arc;
use std::time::Duration;

use divided::{adders, rare, readers};
use explore_engine::config::Fault;
use explore_engine::sync::atomic::{AtomicU32, Ordering::Relaxed};
use explore_engine::sync::{Condvar, Mutex};
use explore_engine::{Config, Explorer, Outcome, Status, thread};

#[test]
fn processes_share_a_search() {
    proofs_are_the_same_however_many_share_them();
    what_fails_fails_in_pieces();
    budgets_hold_over_all_processes();
    a_piece_whose_process_dies_is_done_by_another();
    what_std_leaves_open_is_noticed_in_a_piece();
    a_program_that_runs_on_is_ended();
}

/// In pieces so short that there are many.
fn config(jobs: u32) -> Config {
    Config { jobs, piece: 60, max_time: Duration::from_secs(600), ..Config::default() }
}

fn explore(config: &Config, scenario: fn()) -> Outcome {
    Explorer::new(config.clone()).run("shared", scenario)
}

/// A queue with room for one, two producers and two consumers.
fn queue() {
    let shared = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
    let put = |number: u32| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let (list, changed) = &*shared;
            let mut list =
                changed.wait_while(list.lock().unwrap(), |list| !list.is_empty()).unwrap();
            list.push(number);
            changed.notify_all();
        })
    };
    let take = || {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let (list, changed) = &*shared;
            let mut list =
                changed.wait_while(list.lock().unwrap(), |list| list.is_empty()).unwrap();
            changed.notify_all();
            list.pop().unwrap()
        })
    };
    let (producers, consumers) = ([put(1), put(2)], [take(), take()]);
    producers.into_iter().for_each(|producer| producer.join().unwrap());
    assert_eq!(consumers.map(|consumer| consumer.join().unwrap()).iter().sum::<u32>(), 3);
}

fn proofs_are_the_same_however_many_share_them() {
    for scenario in [adders as fn(), queue] {
        let alone = explore(&Config { jobs: 1, piece: 0, ..config(1) }, scenario);
        assert!(alone.is_proved(), "{alone}");
        assert_eq!((alone.processes, alone.redundant), (0, 0));
        let turns = explore(&config(1), scenario);
        for jobs in [2, 5] {
            let shared = explore(&config(jobs), scenario);
            assert!(shared.is_proved(), "{shared}");
            assert_eq!(shared.processes, jobs);
            // What does not repeat another is what one process does.
            assert_eq!(shared.executions - shared.redundant, alone.executions, "{shared}");
            // How much does is the same as well.
            assert_eq!(shared.redundant, turns.redundant);
            assert!(shared.redundant < alone.executions / 2, "{shared}");
            assert_eq!((&shared.bounds, &shared.not_checked), (&alone.bounds, &alone.not_checked));
        }
    }
}

fn what_fails_fails_in_pieces() {
    let random = |config: Config| Config { random_executions: 0, ..config };
    let alone = explore(&random(Config { piece: 0, ..config(1) }), rare);
    assert_eq!(alone.status, Status::Failed, "{alone}");
    for jobs in [1, 2, 4] {
        let shared = explore(&random(config(jobs)), rare);
        assert_eq!((shared.status, &shared.summary), (Status::Failed, &alone.summary));
        let schedule = shared.schedule.expect("a failure has a schedule");
        let again = Explorer::default().replay("shared", rare, &schedule).unwrap();
        assert_eq!((again.status, again.summary), (Status::Failed, alone.summary.clone()));
        assert_eq!(shared.preemptions, alone.preemptions);
    }
}

fn budgets_hold_over_all_processes() {
    let config = Config { max_executions: 700, random_executions: 0, ..config(3) };
    let outcome = explore(&config, adders);
    assert_eq!(outcome.status, Status::NotProved, "{outcome}");
    assert!((600..=700).contains(&outcome.executions), "{outcome}");
    let covered = outcome.covered.expect("how far it was is known");
    assert!((1..1_000_000).contains(&covered), "{covered}");
    // What is given away and not needed is not lost.
    let enough = Config { max_executions: 1900, ..config.clone() };
    assert!(explore(&enough, adders).is_proved());
    let late = Config { max_time: Duration::ZERO, ..config };
    assert_eq!(explore(&late, adders).status, Status::NotProved);
}

fn a_piece_whose_process_dies_is_done_by_another() {
    let (well, killed) =
        (config(2), Config { fault: Some(Fault::Killed(1)), random_executions: 0, ..config(2) });
    let (well, once) = (explore(&well, adders), explore(&killed, adders));
    assert!(once.is_proved(), "{once}");
    assert_eq!(once.executions, well.executions);
    let always = Config { fault: Some(Fault::Killed(u32::MAX)), ..killed };
    let outcome = explore(&always, adders);
    assert_eq!(outcome.status, Status::NotProved);
    assert!(outcome.summary.contains("processes that shared the search died"), "{outcome}");
}

fn what_std_leaves_open_is_noticed_in_a_piece() {
    let config = |jobs, piece| Config { piece, random_executions: 0, ..config(jobs) };
    let alone = explore(&config(1, 0), readers);
    assert_eq!(alone.status, Status::Failed, "{alone}");
    for jobs in [1, 2] {
        let shared = explore(&config(jobs, 1), readers);
        assert_eq!((shared.status, &shared.summary), (alone.status, &alone.summary));
    }
}

/// Runs on where the third thread comes first.
fn endless() {
    let number = Arc::new(AtomicU32::new(0));
    let set = |to| {
        let number = Arc::clone(&number);
        thread::spawn(move || {
            number.fetch_add(1, Relaxed);
            if number.fetch_max(to, Relaxed) == 1 && to == 30 {
                loop {
                    std::hint::black_box(to);
                }
            }
        })
    };
    [set(10), set(20), set(30)].into_iter().for_each(|other| other.join().unwrap());
}

fn a_program_that_runs_on_is_ended() {
    let watchdog = Some(Duration::from_secs(1));
    let outcome =
        explore(&Config { watchdog, piece: 1, random_executions: 0, ..config(2) }, endless);
    assert_eq!(outcome.status, Status::Failed);
    assert!(outcome.summary.contains("without doing anything that others can notice"), "{outcome}");
}
