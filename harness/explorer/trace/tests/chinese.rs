//! Pictures in Chinese: everything in them is, but names.

mod fixtures;

use explore_trace::*;
use std::collections::BTreeSet;

/// Words that are the same in both languages: of Rust, of `std`, and of the memory model.
const NAMES: [&str; 33] = [
    "AcqRel",
    "Acquire",
    "Arc",
    "RC11",
    "Relaxed",
    "Release",
    "SeqCst",
    "atomic",
    "barrier",
    "buffering",
    "call",
    "channel",
    "condvar",
    "join",
    "load",
    "main",
    "mutex",
    "notify_all",
    "notify_one",
    "once",
    "panic",
    "park",
    "rwlock",
    "stderr",
    "try_lock",
    "unpark",
    "unsafe",
    "ms",
    "ns",
    "µs",
    "s",
    "T1",
    "T2",
];

/// Every kind of failure that needs no steps of its own.
fn failures() -> Vec<(&'static str, Trace)> {
    let (thread, lock) = (fixtures::MAIN, ObjectId(0));
    let failures = [
        Failure::Exit { thread, code: Some(3) },
        Failure::Exit { thread, code: None },
        Failure::Poisoned { thread, lock, by: Some(thread) },
        Failure::Poisoned { thread, lock, by: None },
        Failure::Deadlock { waits: Vec::new() },
        Failure::Leak {
            threads: vec![Wait { thread, at: None, called_at: None, waits_for: None }],
        },
    ];
    let of = |failure| {
        let mut trace = fixtures::recorded();
        trace.verdict.outcome = Outcome::Failed { failure };
        ("failure", trace)
    };
    failures.map(of).into()
}

fn traces() -> Vec<(&'static str, Trace)> {
    let mut traces = fixtures::all();
    traces.extend(failures());
    // Sentences about every operation, every wait and every choice.
    traces.push(("everything", fixtures::everything()));
    traces
}

fn words(text: &str) -> BTreeSet<&str> {
    let parts = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    parts.filter(|word| word.len() > 1 && word.chars().any(|c| c.is_ascii_alphabetic())).collect()
}

#[test]
fn nothing_but_names_is_english() {
    for (name, mut trace) in traces() {
        trace.sources.clear();
        // Whatever the trace itself says may be shown: names, messages, places, schedules, and bounds that are not the explorer's.
        let own = trace.to_json();
        let own = words(&own);
        let language = Language::Zh;
        let terminal = Terminal { language, ..Terminal::default() }.draw(&trace);
        let svg = Svg { language, ..Svg::default() }.draw(&trace);
        let svg = roxmltree::Document::parse(&svg).unwrap();
        let texts = svg.descendants().filter(|node| {
            node.is_text() && node.parent().is_none_or(|parent| !parent.has_tag_name("style"))
        });
        let svg: Vec<&str> = texts.filter_map(|node| node.text()).collect();
        for picture in [terminal, svg.join("\n")] {
            let foreign: Vec<&str> = words(&picture)
                .into_iter()
                .filter(|word| !own.contains(word) && !NAMES.contains(word))
                .collect();
            assert!(foreign.is_empty(), "{name}: {foreign:?} in\n{picture}");
        }
    }
}

#[test]
fn english_pictures_hold_no_chinese() {
    for (name, trace) in traces() {
        if name == "chinese" {
            continue;
        }
        let picture = Terminal::default().draw(&trace);
        let chinese = picture.chars().find(|c| ('\u{3000}'..'\u{a000}').contains(c) || *c == '：');
        assert_eq!(chinese, None, "{name}:\n{picture}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [40, 80, 120] {
        for (name, trace) in traces() {
            let language = Language::Zh;
            let picture = Terminal { language, width, ..Terminal::default() }.draw(&trace);
            for line in picture.lines() {
                assert!(text::width(line) <= width, "{name} at {width}: {line}");
            }
        }
    }
}

#[test]
fn pictures_in_chinese() {
    for (name, trace) in fixtures::all() {
        let picture = Terminal { language: Language::Zh, ..Terminal::default() }.draw(&trace);
        insta::assert_snapshot!(format!("chinese_{name}"), picture);
    }
}
