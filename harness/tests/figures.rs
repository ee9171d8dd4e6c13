//! The figures of the book: state graphs that its pages step through, and the
//! swim lanes beside them. Each is made again by the explorer, from a scenario
//! of a chapter, and held against the file in `book/figures`.
//!
//! `FIGURES=write cargo test -p harness --test figures` renews them.

use harness::explore::graph::states;
use harness::explore::report::quoted;
use harness::explore::target::Target;
use harness::explore::uses::Features;
use harness::explore::{Driver, Search, compile};
use protocol::Memory;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use trace::graph::StateGraph;
use trace::{Svg, Trace};

/// A figure, the chapter that its scenario is in, the scenario, and what may happen in it besides the order of steps.
struct Figure {
    name: &'static str,
    chapter: &'static str,
    scenario: &'static str,
    /// `SeqCst` for the smallest graph, where the orderings of the scenario make no difference.
    memory: Memory,
    /// How many spurious wake-ups each thread may have.
    spurious: u8,
}

const fn figure(name: &'static str, chapter: &'static str, scenario: &'static str) -> Figure {
    Figure { name, chapter, scenario, memory: Memory::SeqCst, spurious: 0 }
}

const fn weak(name: &'static str, chapter: &'static str, scenario: &'static str) -> Figure {
    Figure { memory: Memory::Rc11, ..figure(name, chapter, scenario) }
}

const fn spurious(name: &'static str, chapter: &'static str, scenario: &'static str) -> Figure {
    Figure { spurious: 1, ..figure(name, chapter, scenario) }
}

impl Figure {
    fn search(&self) -> Search {
        let mut search = Search::default();
        search.config.spurious = self.spurious;
        search
    }
}

const FIGURES: &[Figure] = &[
    figure("nobody-waits", "02-threads", "mistakes/nobody_waits"),
    figure("lost-update", "03-locks", "mistakes/lost_update"),
    figure("half-old-half-new", "03-locks", "pages/half_old_half_new"),
    figure("both-hold-the-lock", "03-locks", "levels/both_hold_the_lock"),
    weak("flag-before-the-message", "03-locks", "ordering/flag_before_the_message"),
    weak("neither-sees-the-other", "03-locks", "levels/neither_sees_the_other"),
    figure("readers-become-writers", "04-rlock", "levels/readers_become_writers"),
    figure("locks-it-again", "04-rlock", "pages/locks_it_again"),
    figure("left-and-right", "04-rlock", "pages/left_and_right"),
    figure("set-and-clear", "05-event", "mistakes/flag_and_condvar_loses_the_waiter"),
    figure("changed-without-the-lock", "06-condition", "mistakes/changed_without_the_lock"),
    figure("if-instead-of-while", "06-condition", "mistakes/if_instead_of_while"),
    spurious("woken-for-no-reason", "06-condition", "levels/woken_for_no_reason"),
    figure("notify-one-of-two", "06-condition", "mistakes/notify_one_where_two_wait"),
    figure("list-without-a-lock", "07-queue", "mistakes/a_list_without_a_lock"),
    figure("report-is-lost", "07-queue", "pages/a_report_is_lost"),
    figure("one-of-two-is-told", "07-queue", "pages/one_of_two_is_told"),
    figure("looked-and-took-a-slot", "11-thread-pool", "pages/looked_and_took_a_slot"),
];

/// The most bytes of a graph: a page carries it.
const MOST: usize = 200_000;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

fn folder() -> PathBuf {
    workspace().join("book/figures")
}

/// The simplest failing run if there is one, as the explorer tells it; else any.
fn run_to_draw(driver: &Driver, target: &Target, figure: &Figure, runs: &[Trace]) -> Trace {
    let mut found = None;
    let scenarios = [figure.scenario.to_owned()];
    let mut told = |outcome: protocol::Outcome| found = outcome.trace;
    let mut search = figure.search();
    search.config.weak_failures = 0;
    driver.explore(&scenarios, &search, &|_| (), &mut told).unwrap();
    let run = found.unwrap_or_else(|| runs[0].clone());
    quoted(&run, &target.root)
}

fn hold(chapter: &str) {
    let target = Target::find(workspace(), chapter, &[], None, &Features::default()).unwrap();
    let driver = compile(workspace(), &target, &|_| ()).unwrap();
    let renew = std::env::var_os("FIGURES").is_some_and(|value| value == "write");
    let mut wrong = Vec::new();
    for figure in FIGURES.iter().filter(|figure| figure.chapter == chapter) {
        let Figure { name, scenario, memory, .. } = figure;
        let (runs, graph) = match states(&driver, &target, scenario, &figure.search(), *memory) {
            Ok(made) => made,
            Err(error) => {
                wrong.push(format!("{name}: {error:#}"));
                continue;
            }
        };
        // In a page, the JSON stands inside a <script>.
        let json = graph.to_json().replace('<', "\\u003c");
        if json.len() > MOST {
            wrong.push(format!("{name}: {} bytes are too many for a page", json.len()));
        }
        let run = run_to_draw(&driver, &target, figure, &runs);
        let id = format!("{name}-lanes");
        let picture = Svg { id, words: false, ..Svg::default() }.draw(&run).trim_end().to_owned();
        for (extension, text) in [("json", json), ("svg", picture)] {
            let file = folder().join(name).with_extension(extension);
            if renew {
                fs::write(&file, text).unwrap();
            } else if fs::read_to_string(&file).ok().as_deref() != Some(&text) {
                wrong.push(format!("{} is not what {scenario} does", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\nFIGURES=write renews them", wrong.join("\n"));
}

#[test]
fn ch02_threads() {
    hold("02-threads");
}

#[test]
fn ch03_locks() {
    hold("03-locks");
}

#[test]
fn ch04_rlock() {
    hold("04-rlock");
}

#[test]
fn ch05_event() {
    hold("05-event");
}

#[test]
fn ch06_condition() {
    hold("06-condition");
}

#[test]
fn ch07_queue() {
    hold("07-queue");
}

#[test]
fn ch11_thread_pool() {
    hold("11-thread-pool");
}

#[test]
fn every_graph_is_made_here_and_can_be_stepped_through() {
    let known: BTreeSet<&str> = FIGURES.iter().map(|figure| figure.name).collect();
    for entry in fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        if file.extension().is_some_and(|extension| extension == "json") {
            assert!(known.contains(&*name), "{}: nothing makes it", file.display());
            let graph = StateGraph::from_json(&fs::read_to_string(&file).unwrap()).unwrap();
            assert!(graph.complete && graph.runs > Some(0), "{name}");
            let acting: BTreeSet<u32> = graph
                .nodes
                .iter()
                .flat_map(|node| &node.next)
                .map(|edge| edge.step.thread.0)
                .collect();
            assert!((2..=5).contains(&acting.len()), "{name}: {} threads act", acting.len());
        }
    }
}
