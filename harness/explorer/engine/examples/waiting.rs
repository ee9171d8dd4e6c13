//! How many executions programs take whose threads wait for one another in loops: `cargo run --release -p explore-engine --example waiting -- [THREADS]`.

#[path = "../tests/waiting/mod.rs"]
mod waiting;

use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Duration;

use explore_engine::config::Memory;
use explore_engine::{Config, Explorer};

fn main() {
    let most = std::env::args().nth(1).map_or(3, |most| most.parse().expect("a number of threads"));
    println!("| program | threads | others count | SC | RC11 | SC, with every round |");
    println!("|---|---|---|---|---|---|");
    for (name, program, counted) in waiting::ALL_PROGRAMS {
        for threads in 2..=most {
            let count = |memory, every_round| {
                let order = if memory == Memory::SeqCst { SeqCst } else { Relaxed };
                let config = Config {
                    memory,
                    every_round,
                    max_executions: 200_000,
                    max_time: Duration::from_secs(600),
                    random_executions: 0,
                    ..Config::default()
                };
                let outcome = Explorer::new(config).run(name, move || program(threads, order));
                let more = if outcome.is_proved() { "" } else { "more than " };
                format!("{more}{} ({} repeat others)", outcome.executions, outcome.redundant)
            };
            let counted = counted.filter(|_| threads == 2).map_or(String::new(), |n| n.to_string());
            println!(
                "| {name} | {threads} | {counted} | {} | {} | {} |",
                count(Memory::SeqCst, false),
                count(Memory::Rc11, false),
                count(Memory::SeqCst, true)
            );
        }
    }
}
