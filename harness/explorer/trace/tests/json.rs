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

/// A trace that has one of everything.
fn everything() -> Trace {
    let mut trace = fixtures::ab_ba_deadlock();
    let object = ObjectId(0);
    let (lock, condvar, barrier, once, channel, atomic) =
        (object, object, object, object, object, object);
    let (ordering, child) = (Ordering::AcqRel, ThreadId(1));
    let stale = Some(Stale { newest: "2".to_owned(), missed: 1 });
    let read = Read { value: "1".to_owned(), from: Some(0), stale };
    let timeout_ns = Some(5);
    let mut operations = vec![
        Operation::Start,
        Operation::End,
        Operation::Panic { message: "no".to_owned() },
        Operation::Exit { code: -1 },
        Operation::Abort,
        Operation::Spawn { child },
        Operation::Join { child },
        Operation::Yield,
        Operation::Sleep { ns: u64::MAX },
        Operation::Park { timeout_ns },
        Operation::Park { timeout_ns: None },
        Operation::Unpark { thread: child },
        Operation::Lock { lock, mode: LockMode::Shared },
        Operation::TryLock { lock, mode: LockMode::Exclusive, acquired: true },
        Operation::Unlock { lock, mode: LockMode::Shared },
        Operation::Wait { condvar, lock, timeout_ns },
        Operation::Wake { condvar, lock },
        Operation::Notify { condvar, all: true },
        Operation::Barrier { barrier, leader: true },
        Operation::OnceBegin { once },
        Operation::OnceEnd { once },
        Operation::OnceGet { once, ready: false },
        Operation::Close { channel },
        Operation::Load { atomic, ordering, read: read.clone() },
        Operation::Store { atomic, ordering, value: "1".to_owned() },
        Operation::Update { atomic, ordering, read: read.clone(), value: None },
        Operation::Update { atomic, ordering, read, value: Some("3".to_owned()) },
        Operation::Fence { ordering: Ordering::Release },
        Operation::Other,
    ];
    use ChannelOutcome as Outcome;
    for outcome in [Outcome::Done, Outcome::WouldBlock, Outcome::Disconnected, Outcome::TimedOut] {
        operations.push(Operation::Send { channel, outcome });
        operations.push(Operation::Receive { channel, outcome, timeout_ns });
    }
    trace.steps.extend(operations.into_iter().map(|operation| Step::new(MAIN, operation)));
    let reasons = [
        WaitsFor::Lock { lock, held_by: vec![MAIN] },
        WaitsFor::Notify { condvar },
        WaitsFor::Join { thread: child },
        WaitsFor::Unpark,
        WaitsFor::Barrier { barrier },
        WaitsFor::Message { channel },
        WaitsFor::Room { channel },
        WaitsFor::Change { atomics: vec![atomic] },
        WaitsFor::Time,
    ];
    for reason in reasons {
        trace.steps.push(Step { blocked: Some(reason), ..Step::new(MAIN, Operation::Other) });
    }
    let choices = [
        Choice::Timeout,
        Choice::Spurious,
        Choice::Waiter { thread: child },
        Choice::OlderStore,
        Choice::WeakFailure,
    ];
    for choice in choices {
        trace.steps.push(Step {
            choice: Some(choice),
            call: Some("call".to_owned()),
            note: Some("note".to_owned()),
            time_ns: Some(1),
            preempts: true,
            wakes: vec![child],
            ..Step::new(MAIN, Operation::Other)
        });
    }
    trace
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
    traces.push(("everything", everything()));
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
