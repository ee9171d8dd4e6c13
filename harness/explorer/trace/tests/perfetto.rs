//! The Chrome trace: the shape that viewers need, and what it says of known runs.

mod fixtures;

use explore_trace::Trace;
use serde_json::Value;

fn events(trace: &Trace) -> Vec<Value> {
    let json: Value = serde_json::from_str(&trace.to_perfetto()).unwrap();
    json["traceEvents"].as_array().unwrap().clone()
}

fn named<'e>(events: &'e [Value], phase: &str, name: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["ph"] == phase && event["name"] == name).collect()
}

#[test]
fn every_event_has_what_its_phase_needs() {
    for (name, trace) in fixtures::all() {
        for event in events(&trace) {
            let needs: &[&str] = match event["ph"].as_str().unwrap() {
                "M" => &["pid", "name", "args"],
                "i" => &["pid", "tid", "ts", "name", "s"],
                "s" | "f" => &["pid", "tid", "ts", "name", "id", "cat"],
                "X" => &["pid", "tid", "ts", "dur", "name"],
                "C" => &["pid", "ts", "name", "args"],
                other => panic!("{name}: unexpected phase {other}"),
            };
            for key in needs {
                assert!(!event[*key].is_null(), "{name}: {event} has no {key}");
            }
            for time in ["ts", "dur"] {
                assert!(
                    event[time].is_null() || event[time].as_f64().unwrap() >= 0.0,
                    "{name}: {event}"
                );
            }
        }
    }
}

/// Slices of one track must not overlap, or viewers nest them wrongly.
#[test]
fn slices_of_a_track_follow_each_other() {
    for (name, trace) in fixtures::all() {
        let events = events(&trace);
        let mut slices: Vec<(i64, i64, f64, f64)> = events
            .iter()
            .filter(|event| event["ph"] == "X")
            .map(|e| {
                let id = |key: &str| e[key].as_i64().unwrap();
                let start = e["ts"].as_f64().unwrap();
                (id("pid"), id("tid"), start, start + e["dur"].as_f64().unwrap())
            })
            .collect();
        slices.sort_by(|a, b| a.partial_cmp(b).unwrap());
        for pair in
            slices.windows(2).filter(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1))
        {
            assert!(pair[0].3 <= pair[1].2, "{name}: {pair:?}");
        }
    }
}

#[test]
fn locks_show_who_holds_them_and_for_how_long() {
    let events = events(&fixtures::recorded());
    // Taken in step 2 at 82 µs, given back in step 4 at 162.5 µs: 40.25 µs a step.
    let one = named(&events, "X", "one");
    assert_eq!((one[0]["ts"].as_f64(), one[0]["dur"].as_f64()), (Some(82.0), Some(80.5)));
    assert_eq!(named(&events, "X", "waits for total, held by one").len(), 1);
    assert_eq!(named(&events, "X", "two").len(), 1);
}

#[test]
fn a_wait_for_ever_lasts_to_the_end() {
    let events = events(&fixtures::ab_ba_deadlock());
    let wait = named(&events, "X", "waits for right, held by bob");
    let end = wait[0]["ts"].as_f64().unwrap() + wait[0]["dur"].as_f64().unwrap();
    let last = events
        .iter()
        .filter(|e| e["ph"] == "i")
        .filter_map(|e| e["ts"].as_f64())
        .fold(0.0, f64::max);
    assert!(end > last);
}

#[test]
fn atomics_are_counters_and_wakes_are_arrows() {
    let counts = events(&fixtures::lost_update());
    let values: Vec<i64> =
        named(&counts, "C", "count").iter().map(|e| e["args"]["value"].as_i64().unwrap()).collect();
    assert_eq!(values, [0, 1]);
    let wakes = events(&fixtures::six_threads());
    assert_eq!(named(&wakes, "s", "wakes").len(), named(&wakes, "f", "wakes").len());
    // Five spawns, one notification, one end that lets main go on.
    assert_eq!(named(&wakes, "s", "wakes").len(), 7);
}
