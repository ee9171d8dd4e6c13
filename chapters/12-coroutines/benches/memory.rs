//! Resident bytes of a sleeping coroutine, ten thousand of them; Linux only.
//!
//! Each kind sleeps in a process of its own, so that none inherits pages that
//! another one has touched.

use ch12_coroutines::{Greenlet, hub};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const SLEEPERS: u64 = 10_000;
const AN_HOUR: Duration = Duration::from_secs(3600);

/// Bytes of this process that are in memory.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("this bench needs Linux");
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.expect("the second number of statm") * 4096
}

fn report(name: &str, before: u64, after: u64) {
    println!("{name}: {} bytes", (after - before) / SLEEPERS);
}

fn greenlets() {
    let before = resident();
    let sleepers: Vec<_> = (0..SLEEPERS)
        .map(|n| {
            let greenlet = Greenlet::new(|n: u64| Greenlet::main().switch(n));
            greenlet.switch(n);
            greenlet
        })
        .collect();
    report("a sleeping greenlet", before, resident());
    drop(sleepers);
}

fn hub_tasks() {
    let measured = hub::run(|| {
        let before = resident();
        for _ in 0..SLEEPERS {
            hub::spawn(|| hub::sleep(AN_HOUR));
        }
        hub::sleep(Duration::ZERO); // now all of them sleep
        report("a sleeping task of the hub", before, resident());
    });
    measured.expect("main sleeps for no time at all");
}

fn tokio_tasks() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(async {
        let before = resident();
        let asleep = Arc::new(AtomicU64::new(0));
        for _ in 0..SLEEPERS {
            let asleep = asleep.clone();
            tokio::spawn(async move {
                asleep.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(AN_HOUR).await;
            });
        }
        while asleep.load(Ordering::Relaxed) < SLEEPERS {
            tokio::task::yield_now().await;
        }
        report("a sleeping task of tokio", before, resident());
    });
}

fn main() {
    match std::env::var("SLEEPER").as_deref() {
        Ok("greenlets") => greenlets(),
        Ok("hub") => hub_tasks(),
        Ok(_) => tokio_tasks(),
        Err(_) => {
            let own = std::env::current_exe().expect("the path of this bench");
            for kind in ["greenlets", "hub", "tokio"] {
                let status = Command::new(&own).env("SLEEPER", kind).status();
                assert!(status.expect("it can be started").success());
            }
        }
    }
}
