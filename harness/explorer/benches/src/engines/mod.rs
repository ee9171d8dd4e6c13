//! The engines, and how each is asked.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use explore_engine::{Config, Explorer, Status};

use explore_programs::{looms, ours, shuttles};

/// The columns of the table.
pub const ENGINES: &[&str] =
    &["ours", "loom", "loom, 2 preemptions", "shuttle, DFS", "shuttle, random", "shuttle, PCT 3"];

/// What a program is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// It has a bug.
    Find,
    /// It has none.
    Exhaust,
}

/// A program, three times.
pub struct Program {
    pub name: &'static str,
    pub task: Task,
    /// Spurious wake-ups a thread, where the engine knows them.
    spurious: u8,
    ours: fn(),
    loom: fn(),
    shuttle: fn(),
}

macro_rules! programs {
    ($($name:literal, $task:ident, $spurious:literal, $call:ident ($($argument:literal),*);)*) => {
        /// The rows of the table.
        pub const PROGRAMS: &[Program] = &[$(Program {
            name: $name,
            task: Task::$task,
            spurious: $spurious,
            ours: || { ours::programs::$call($($argument),*); },
            loom: || { looms::programs::$call($($argument),*); },
            shuttle: || { shuttles::programs::$call($($argument),*); },
        }),*];
    };
}

programs! {
    "load+store counter", Find, 0, lost_update();
    "`if` around wait", Find, 0, if_around_wait();
    "notify_one where all are needed", Find, 0, one_where_all_are_needed();
    "one condvar for two conditions, 2p2c", Find, 0, one_condvar_for_two_conditions();
    "AB-BA", Find, 0, ab_ba();
    "reentrant lock released by a stranger", Find, 0, released_by_a_stranger();
    "relaxed publication", Find, 0, relaxed_publication();
    "`if`, needs a spurious wake-up", Find, 1, if_that_needs_a_spurious_wake_up();
    "wait_timeout", Exhaust, 0, wait_timeout();
    "released publication", Exhaust, 0, released_publication();
    "load+store counter 2×3", Exhaust, 0, counter(2, 3);
    "queue, 2p2c", Exhaust, 0, queue();
    "queue, 2p2c, 1 spurious wake-up a thread", Exhaust, 1, queue();
    "event, 3 waiters", Exhaust, 0, event_3();
    "event, 3 waiters, 1 spurious wake-up a thread", Exhaust, 1, event_3();
    "pool, 2 workers, 1 job", Exhaust, 0, pool(2, 1);
    "pool, 2 workers, 2 jobs", Exhaust, 0, pool(2, 2);
    "pool, 2 workers, 3 jobs", Exhaust, 0, pool(2, 3);
}

static SCHEDULES: AtomicU64 = AtomicU64::new(0);

/// Counts a schedule; tells now and then, for those who give up.
fn count() {
    let schedules = SCHEDULES.fetch_add(1, Relaxed) + 1;
    if schedules.is_power_of_two() || schedules.is_multiple_of(10_000) {
        println!("count {schedules}");
    }
}

/// Asks one engine about one program, and prints the result.
pub fn run(engine: &str, program: &str) {
    let program =
        PROGRAMS.iter().find(|known| known.name == program).expect("a program of the table");
    let start = Instant::now();
    let mut times = 1;
    let mut first = None;
    let (word, schedules) = match engine {
        "ours" => {
            let config = Config {
                spurious: program.spurious,
                max_executions: u64::MAX,
                max_time: Duration::from_secs(60),
                minimise: false,
                ..Config::default()
            };
            let explorer = Explorer::new(config);
            let outcome = explorer.run(program.name, program.ours);
            // A search of a few hundred executions is over before a rate can be told: again and again, then.
            first = Some(start.elapsed());
            while program.task == Task::Exhaust && start.elapsed() < Duration::from_millis(300) {
                explorer.run(program.name, program.ours);
                times += 1;
            }
            let word = match outcome.status {
                Status::Proved => "proved",
                Status::Failed => "found",
                _ => "not",
            };
            (word, outcome.executions)
        }
        _ => {
            let scenario = (program.loom, program.shuttle);
            let failed = catch_unwind(AssertUnwindSafe(|| other(engine, scenario))).is_err();
            let random = engine.contains("random") || engine.contains("PCT");
            let word = match (failed, random) {
                (true, _) if program.task == Task::Exhaust => "false alarm",
                (true, _) => "found",
                (false, true) => "nothing",
                (false, false) if program.task == Task::Find => "**missed**",
                (false, false) => "ended",
            };
            (word, SCHEDULES.load(Relaxed))
        }
    };
    let elapsed = start.elapsed();
    let rate = (schedules * times) as f64 / elapsed.as_secs_f64() / 1000.0;
    let elapsed = first.unwrap_or(elapsed);
    let rate = if schedules * times > 200 { format!(", {rate:.0} k/s") } else { String::new() };
    println!("result {word}: {schedules} ({:.1} ms{rate})", elapsed.as_secs_f64() * 1000.0);
}

fn other(engine: &str, (loom, shuttle): (fn(), fn())) {
    let shuttled = move || {
        count();
        shuttle();
    };
    match engine {
        "loom" | "loom, 2 preemptions" => {
            let mut builder = loom::model::Builder::new();
            builder.preemption_bound = engine.contains('2').then_some(2);
            builder.max_branches = 100_000;
            builder.check(move || {
                count();
                loom();
            });
        }
        "shuttle, DFS" => {
            shuttle::check_dfs(shuttled, None);
        }
        "shuttle, random" => shuttle::check_random(shuttled, 50_000),
        _ => shuttle::check_pct(shuttled, 50_000, 3),
    }
}
