//! What is written by hand is JSON as `serde_json` knows it, and what is read by hand is what was written.

use explore_protocol::config::{Config, Memory, Random};
use explore_protocol::read::{FromJson, Value, from_text};
use explore_protocol::{
    ClientsOrder, Frame, Order, Outcome, Panic, Printed, ProgramOrder, Progress, Status,
};
use serde_json::{Value as Json, json};
use std::time::Duration;
use trace::json::{ToJson, line, pretty};

fn parsed(value: &impl ToJson) -> Json {
    let json: Json = serde_json::from_str(&line(value)).unwrap();
    assert_eq!(serde_json::from_str::<Json>(&pretty(value)).unwrap(), json);
    json
}

fn unusual() -> Config {
    Config {
        spurious: 255,
        weak_failures: 3,
        eager_timeouts: true,
        memory: Memory::SeqCst,
        outputs: true,
        detached: true,
        leaks: true,
        accept: vec!["/a/src/lib.rs".to_owned(), "/b/".to_owned()],
        input: "\"a\"\\\n\u{0}\u{1f}漢\u{1f980}".to_owned(),
        preemptions: Some(u32::MAX),
        max_executions: u64::MAX,
        max_time: Duration::new(u64::MAX, 999_999_999),
        random_executions: 0,
        random_time: Duration::from_nanos(1),
        random: Random::Surw,
        seed: 1 << 63,
        entropy: 11,
        max_steps: 1,
        looks: Some(2),
        yields: 7,
        early_timeouts: 0,
        watchdog: None,
        stack: usize::MAX,
        keep_going: true,
        minimise: false,
        jobs: 3,
        ..Config::default()
    }
}

#[test]
fn a_config_comes_back_as_it_was() {
    for config in [Config::default(), unusual()] {
        assert_eq!(from_text::<Config>(&line(&config)).unwrap(), config);
        assert_eq!(from_text::<Config>(&pretty(&config)).unwrap(), config);
        assert_eq!(parsed(&config)["input"], config.input);
        assert_eq!(parsed(&config)["max_time"]["secs"], config.max_time.as_secs());
    }
    // By hand: what is not there is as usual.
    let config: Config = from_text(r#" { "spurious" : 2 , "memory":"seq_cst" } "#).unwrap();
    assert_eq!(config, Config { spurious: 2, memory: Memory::SeqCst, ..Config::default() });
}

#[test]
fn an_order_comes_back_as_it_was() {
    let program = ProgramOrder {
        program: "/tmp/a \"b\"/program".to_owned(),
        seed: u64::MAX,
        layers: vec!["landlock".to_owned(), "uid".to_owned()],
        no_namespaces: true,
        wall: Duration::from_millis(1500),
        memory_bytes: 1 << 40,
        output_bytes: 1,
        processes: 2,
        system: vec!["/bin/sh".to_owned()],
        socket_pairs: true,
        memory_files: true,
    };
    let orders = [
        Order::Run,
        Order::Explore(Box::new(unusual())),
        Order::Alone(Box::new(unusual())),
        Order::Clients(Box::new(ClientsOrder {
            config: unusual(),
            clients: vec![0, u64::MAX],
            unexplained: vec!["0 0 0,0 returned get → Some(\"5\")".to_owned()],
        })),
        Order::Clients(Box::default()),
        Order::Program(Box::new(program)),
        Order::Program(Box::default()),
    ];
    for order in orders {
        assert_eq!(from_text::<Order>(&line(&order)).unwrap(), order);
    }
    assert_eq!(parsed(&Order::Run), json!({ "kind": "run" }));
}

#[test]
fn what_is_no_config_is_refused_in_words() {
    let problem = |text: &str| from_text::<Config>(text).unwrap_err().to_string();
    let cases = [
        ("", "the end should be a value"),
        ("[]", "a list is not Config"),
        ("{} x", "nothing should follow, but \"x\" does"),
        (r#"{"spurious": 256}"#, "spurious: 256 is not a u8"),
        (r#"{"spurious": -1}"#, "spurious: -1 is not a u8"),
        (r#"{"spurious": 1.5}"#, "spurious: 1.5 is not a u8"),
        (r#"{"spurious": null}"#, "spurious: null is not a u8"),
        (r#"{"sporious": 1}"#, "sporious: there is no such field in Config"),
        (r#"{"fault": null}"#, "fault: there is no such field in Config"),
        (r#"{"seed": 1, "seed": 2}"#, "seed stands there twice"),
        (r#"{"memory": "arm"}"#, "memory: \"arm\" is not rc11 or seq_cst"),
        (
            r#"{"max_time": {"secs": 1, "nanos": 1000000000}}"#,
            "max_time: 1000000000 ns are a second or more",
        ),
        (r#"{"input": "a"#, "a text has no end"),
        (r#"{"seed" 1}"#, "\"1}\" should be :"),
        (r#"{"seed": 1,}"#, "\"}\" should be \""),
    ];
    for (text, words) in cases {
        assert_eq!(problem(text), words, "{text}");
    }
    assert!(problem(&"[".repeat(100_000)).contains("too deeply"));
}

/// Values as `serde_json` sees them.
struct Seen(Json);

impl FromJson for Seen {
    fn from_value(value: Value) -> Result<Self, explore_protocol::read::Problem> {
        let seen = |value| Ok::<_, explore_protocol::read::Problem>(Seen::from_value(value)?.0);
        Ok(Seen(match value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(value),
            Value::Number(digits) => serde_json::from_str(&digits).unwrap(),
            Value::Text(text) => Json::String(text),
            Value::List(values) => values.into_iter().map(seen).collect::<Result<_, _>>()?,
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(name, value)| Ok((name, seen(value)?)));
                Json::Object(fields.collect::<Result<_, explore_protocol::read::Problem>>()?)
            }
        }))
    }
}

#[test]
fn texts_are_read_as_serde_json_reads_them() {
    let good = [
        r#"null"#,
        r#" [ true , false , 0 , -1.5e+3 , "" ] "#,
        r#"{"a":{"b":[{},[]]}}"#,
        r#""A漢🦀\b\f\n\r\t\/\\\"""#,
        "\"漢🦀\u{7f}\u{2028}\"",
    ];
    for text in good {
        let ours = from_text::<Seen>(text).unwrap().0;
        assert_eq!(ours, serde_json::from_str::<Json>(text).unwrap(), "{text}");
    }
    let bad = [
        "nul",
        "tru e",
        "[1 2]",
        "[1,]",
        "{1:2}",
        "{\"a\"}",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\u+123\"",
        "\"\n\"",
        "\"",
        "]",
        "1 1",
        "'a'",
    ];
    for text in bad {
        assert!(from_text::<Seen>(text).is_err(), "{text}");
        assert!(serde_json::from_str::<Json>(text).is_err(), "{text}");
    }
}

/// Needs the feature `serde`, as tools do: `cargo test -p explore-protocol --features serde`, and each test of the whole workspace.
#[cfg(feature = "serde")]
mod with_serde {
    use super::*;

    #[test]
    fn an_outcome_is_what_serde_reads() {
        let outcome = Outcome {
            name: "pool/shutdown".to_owned(),
            status: Status::NotProved,
            executions: 1,
            redundant: 2,
            random: 3,
            too_long: 9,
            failures: 4,
            elapsed: Duration::new(5, 6),
            summary: "\t\"".to_owned(),
            trace: Some(Outcome::refused("a", "b".to_owned()).run_or_verdict()),
            schedule: Some("x:y".to_owned()),
            symmetry: true,
            processes: 2,
            parts: 4,
            part: 3,
            by_each: 190,
            preemptions: Some(7),
            minimal: true,
            within: Some("2 looks".to_owned()),
            accepted: vec!["/a/src/".to_owned()],
            timed: true,
            naps: true,
            covered: Some(250_000),
            estimate: Some(4_000),
            bounds: vec!["one".to_owned()],
            not_checked: vec!["two".to_owned()],
            outputs: vec![Printed {
                stdout: "1\n".to_owned(),
                schedule: "z".to_owned(),
                executions: 8,
            }],
        };
        for status in [Status::Proved, Status::Failed, Status::NotProved, Status::Refused] {
            for outcome in [Outcome { status, ..outcome.clone() }, Outcome::default()] {
                assert_eq!(Outcome::from_json(&outcome.to_json()).unwrap(), outcome);
                assert_eq!(outcome.to_json(), serde_json::to_string(&outcome).unwrap());
            }
        }
    }

    #[test]
    fn frames_and_progress_are_what_serde_reads() {
        let panic = Panic { message: "no\n".to_owned(), file: "checks.rs".to_owned(), line: 3 };
        let frame = Frame {
            check: "a".to_owned(),
            raised: Some(panic.clone()),
            outcome: Some(Outcome::default()),
            trouble: Some("b".to_owned()),
            recorded: vec![panic],
            seen: vec![vec!["1 Some 7".to_owned()], Vec::new()],
        };
        for frame in [frame, Frame::default()] {
            assert_eq!(serde_json::from_str::<Frame>(&line(&frame)).unwrap(), frame);
        }
        let progress = Progress {
            name: "a".to_owned(),
            executions: 1,
            steps: 2,
            random: true,
            covered: Some(1),
            estimate: Some(5),
            elapsed: Duration::new(3, 4),
        };
        assert_eq!(Progress::from_json(&line(&progress)), Some(progress));
        assert_eq!(Progress::from_json("thread 'main' panicked"), None);
    }
}

#[test]
fn an_outcome_is_json() {
    let outcome = Outcome { name: "a".to_owned(), ..Outcome::default() };
    let json = parsed(&outcome);
    assert_eq!((&json["name"], &json["status"]), (&json!("a"), &json!("not_proved")));
    assert!(json["trace"].is_null() && json["elapsed"] == json!({ "secs": 0, "nanos": 0 }));
    assert_eq!(parsed(&Status::Refused), json!("refused"));
    assert_eq!(parsed(&Printed::default())["executions"], json!(0));
    assert_eq!(parsed(&Frame::default())["recorded"], json!([]));
    assert_eq!(parsed(&Panic::default())["line"], json!(0));
    assert_eq!(parsed(&Progress::default())["random"], json!(false));
}

#[test]
fn where_to_go_on_crosses_as_it_is() {
    let resume = explore_protocol::Resume {
        file: "a \"b\"\n".to_owned(),
        compiler: "rustc 1.95.0".to_owned(),
        within: "a --lib".to_owned(),
        look: 1,
        part: 2,
        parts: 3,
        merge: vec!["c".to_owned(), String::new()],
    };
    let text = trace::json::line(&resume);
    assert_eq!(explore_protocol::read::from_text::<explore_protocol::Resume>(&text), Ok(resume));
}
