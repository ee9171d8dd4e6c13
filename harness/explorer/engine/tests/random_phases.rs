//! Random executions: the same seed gives the same ones, whatever was run before, and PCT's are those that it always was. That each is a
//! possible run is held in `fuzz.rs`, and the odds where they are drawn, in `search/pos.rs` and `search/surw.rs`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use explore_engine::config::{Random, Strategy};
use explore_engine::{Config, Explorer, sync, thread};
use explore_programs::sctbench::PROGRAMS;

fn config(random: Random, seed: u64, executions: u64) -> Config {
    let hour = Duration::from_secs(3600);
    Config {
        strategy: Strategy::Random,
        random,
        seed,
        max_executions: executions,
        max_time: hour,
        minimise: false,
        ..Config::default()
    }
}

/// In which order four threads had a lock, in each of so many executions.
fn orders(random: Random, seed: u64) -> Vec<Vec<usize>> {
    let seen: Arc<Mutex<Vec<Vec<usize>>>> = Arc::default();
    let mine = Arc::clone(&seen);
    let scenario = move || {
        let order = sync::Mutex::new(Vec::new());
        thread::scope(|scope| {
            for me in 0..4 {
                let order = &order;
                scope.spawn(move || order.lock().unwrap().push(me));
            }
        });
        mine.lock().unwrap().push(order.into_inner().unwrap());
    };
    Explorer::new(config(random, seed, 200)).run("orders", scenario);
    let mut seen = std::mem::take(&mut *seen.lock().unwrap());
    // What comes after them is one for the story.
    seen.truncate(200);
    seen
}

#[test]
fn the_same_seed_gives_the_same_executions_and_another_one_others() {
    for random in Random::ALL {
        let first = orders(random, 7);
        assert_eq!(first.len(), 200, "{random:?}");
        assert_eq!(first, orders(random, 7), "{random:?}");
        assert_ne!(first, orders(random, 8), "{random:?}");
    }
    assert_ne!(orders(Random::Pos, 7), orders(Random::Pct, 7));
    assert_ne!(orders(Random::Pos, 7), orders(Random::Surw, 7));
}

#[test]
fn what_was_found_at_random_is_replayed_by_its_schedule() {
    let program = PROGRAMS.iter().find(|program| program.name == "reorder_5").unwrap();
    let run = program.run;
    for random in Random::ALL {
        let explorer = Explorer::new(config(random, 0, 1000));
        let found = explorer.run("reorder_5", move || run(false));
        assert!(found.is_failed(), "{random:?}: {found}");
        let schedule = found.schedule.as_deref().unwrap();
        let again = Explorer::default().replay("reorder_5", move || run(false), schedule).unwrap();
        assert_eq!((again.status, again.summary), (found.status, found.summary), "{random:?}");
    }
}

/// Who has noted a seed finds the same with it. Written down when PCT was the only one.
#[test]
fn the_seeds_of_pct_find_what_they_found() {
    for (name, executions) in [
        ("bluetooth_driver", [36, 2, 28]),
        ("reorder_5", [48, 44, 331]),
        ("wronglock", [75, 164, 51]),
        ("WSQ", [212, 26, 15]),
    ] {
        let run = PROGRAMS.iter().find(|program| program.name == name).unwrap().run;
        let found = [0, 1, 2].map(|seed| {
            let explorer = Explorer::new(config(Random::Pct, seed, 1000));
            explorer.run(name, move || run(false)).executions
        });
        assert_eq!(found, executions, "{name}");
    }
}
