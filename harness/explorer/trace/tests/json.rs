//! The JSON form: it survives a round trip, fits its schema, and what does not fit is refused with a reason.

mod fixtures;
mod model;

use explore_trace::graph::StateGraph;
use explore_trace::*;
use fixtures::MAIN;
use serde_json::{Value, json};

fn schema(text: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(text).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::validator_for(&schema).unwrap()
}

fn trace_schema() -> jsonschema::Validator {
    schema(include_str!("../schema/trace.schema.json"))
}

fn graph_schema() -> jsonschema::Validator {
    schema(include_str!("../schema/state-graph.schema.json"))
}

fn assert_fits(schema: &jsonschema::Validator, json: &str, name: &str) {
    let value = serde_json::from_str(json).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

fn exits() -> impl Iterator<Item = Trace> {
    let exit = |code| Failure::Exit { thread: MAIN, code };
    [exit(Some(3)), exit(None)].into_iter().map(|failure| {
        let mut trace = fixtures::recorded();
        trace.verdict = Verdict { outcome: Outcome::Failed { failure }, search: None };
        trace
    })
}

fn traces() -> Vec<(&'static str, Trace)> {
    let mut traces = fixtures::all();
    traces.push(("everything", fixtures::everything()));
    traces.extend(exits().map(|trace| ("exit", trace)));
    traces
}

#[test]
fn survives_a_round_trip() {
    for (name, trace) in traces() {
        assert_eq!(Trace::from_json(&trace.to_json()).unwrap(), trace, "{name}");
    }
}

#[test]
fn fits_the_schema() {
    let schema = trace_schema();
    for (name, trace) in traces() {
        assert_fits(&schema, &trace.to_json(), name);
    }
}

#[test]
fn graphs_fit_the_schema() {
    let schema = graph_schema();
    for (name, trace) in traces() {
        let graph = StateGraph::new(&[trace], false).unwrap();
        assert_fits(&schema, &graph.to_json(), name);
        assert_eq!(StateGraph::from_json(&graph.to_json()).unwrap(), graph, "{name}");
    }
    use model::Op;
    let thread = vec![Op::Lock(0), Op::Load, Op::StoreOneMore, Op::Unlock(0)];
    let runs = model::Model { threads: vec![thread; 3], locks: 1, expect: 3 }.runs();
    assert!(!runs.iter().any(model::fails));
    let graph = StateGraph::new(&runs, true).unwrap();
    assert_eq!((graph.runs, graph.failing), (Some(6), Some(0)));
    assert_fits(&schema, &graph.to_json(), "locked counter");
}

/// Schema and reader refuse the same mistakes.
#[test]
fn the_schema_is_as_strict_as_the_reader() {
    let good: Value = serde_json::from_str(&fixtures::lost_wakeup().to_json()).unwrap();
    let schema = trace_schema();
    let mistakes: [(&str, Value); 8] = [
        ("/steps/0/op", json!("sprint")),
        ("/steps/0/surprise", json!(1)),
        ("/steps/0/thread", json!("main")),
        ("/steps/0/thread", json!(-1)),
        ("/objects/0/kind", json!("spoon")),
        ("/verdict/outcome/result", json!("passed")),
        ("/origin", json!("imagined")),
        ("/version", json!(2)),
    ];
    for (pointer, wrong) in mistakes {
        let mut bad = good.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[key] = wrong;
        assert!(!schema.is_valid(&bad), "the schema takes a wrong {pointer}");
        assert!(Trace::from_json(&bad.to_string()).is_err(), "the reader takes a wrong {pointer}");
    }
}

/// Serde's derived form is the one that is read back; our own writer must not drift from it.
#[test]
fn what_is_written_is_what_serde_would_write() {
    for (name, trace) in traces() {
        assert_eq!(trace.to_json(), serde_json::to_string_pretty(&trace).unwrap(), "{name}");
        let line = explore_trace::json::line(&trace);
        assert_eq!(line, serde_json::to_string(&trace).unwrap(), "{name}");
    }
}

#[test]
fn any_text_is_escaped_as_serde_does() {
    let all: String = (0..0x1_0400).filter_map(char::from_u32).collect();
    for text in [&all, "", "\"\\/\u{7f}\u{2028}\u{10ffff}"] {
        assert_eq!(explore_trace::json::line(text), serde_json::to_string(text).unwrap());
    }
    let empty: [(Vec<u32>, Option<i64>); 1] = [(vec![], None)];
    let (list, none) = &empty[0];
    assert_eq!(explore_trace::json::pretty(list), "[]");
    assert_eq!(explore_trace::json::line(none), "null");
}

#[test]
fn says_what_is_wrong_with_a_file() {
    let error = |text: &str| Trace::from_json(text).unwrap_err().to_string();
    assert_eq!(error("{"), "this is not a trace: EOF while parsing an object at line 1 column 1");
    assert_eq!(
        error(r#"{"version": 9, "new": true}"#),
        "this trace has format version 9, and this program reads version 1; record or explore again to get a new one"
    );
    let mut trace = fixtures::ab_ba_deadlock();
    trace.steps[4].thread = ThreadId(7);
    assert_eq!(
        error(&trace.to_json()),
        "this trace contradicts itself: steps[4] names thread 7, which does not exist"
    );
    let mut trace = fixtures::relaxed_publication();
    trace.objects.pop();
    assert_eq!(
        error(&trace.to_json()),
        "this trace contradicts itself: steps[1] names object 1, which does not exist"
    );
    let graph = StateGraph::from_json("{}").unwrap_err().to_string();
    assert_eq!(graph, "this is not a state graph: missing field `version` at line 1 column 2");
}

/// A trace that was not checked may be wrong, but it must not crash the picture.
#[test]
fn pictures_of_nonsense_do_not_crash() {
    let mut traces: Vec<Trace> = traces().into_iter().map(|(_, trace)| trace).collect();
    for trace in &mut traces {
        trace.threads.truncate(1);
        trace.objects.clear();
    }
    let mut nobody = fixtures::ab_ba_deadlock();
    nobody.threads.clear();
    traces.push(nobody);
    for trace in &traces {
        assert!(!Terminal::default().draw(trace).is_empty());
        assert!(!Svg::default().draw(trace).is_empty());
        assert!(!trace.to_perfetto().is_empty());
    }
}
