//! What the terminal shows for every fixture.

mod fixtures;

use explore_trace::Terminal;
use unicode_width::UnicodeWidthStr;

#[test]
fn pictures_at_80_columns() {
    for (name, trace) in fixtures::all() {
        insta::assert_snapshot!(name, Terminal::default().draw(&trace));
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for (name, trace) in fixtures::all() {
        for width in [40, 60, 80, 100, 132] {
            for line in (Terminal { width, ..Terminal::default() }).draw(&trace).lines() {
                assert!(line.width() <= width, "{name} at {width}: {line}");
            }
        }
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    for (name, trace) in fixtures::all() {
        let plain = Terminal::default().draw(&trace);
        let coloured = Terminal { colour: true, ..Terminal::default() }.draw(&trace);
        assert_ne!(plain, coloured, "{name}");
        let bare: Vec<&str> = coloured
            .split('\u{1b}')
            .map(|part| part.split_once('m').map_or(part, |p| p.1))
            .collect();
        let stripped: Vec<String> =
            bare.concat().lines().map(|line| line.trim_end().to_owned()).collect();
        assert_eq!(stripped, plain.lines().collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn ascii_is_ascii() {
    let picture = Terminal { ascii: true, ..Terminal::default() }.draw(&fixtures::lost_wakeup());
    assert!(picture.is_ascii(), "{picture}");
}

#[test]
fn the_rows_of_a_panic_lead_up_to_it() {
    let trace = fixtures::takes_turns(3, "left");
    let short = Terminal { rows: Some(2), title: false, legend: false, ..Terminal::default() };
    let picture = short.draw(&trace);
    assert!(picture.contains('✗') && picture.contains("later steps are not shown"), "{picture}");
    assert!(!picture.contains("failed:") && !picture.contains("Where each"), "{picture}");
    let whole = Terminal::default().draw(&trace);
    assert!(whole.contains("failed:") && whole.contains("Where each thread stands"), "{whole}");
}

#[test]
fn rows_can_be_limited() {
    let trace = fixtures::six_threads();
    let picture = Terminal { rows: Some(2), ..Terminal::default() }.draw(&trace);
    assert!(picture.contains("… 21 earlier steps are not shown"), "{picture}");
    assert!(
        picture.contains("main joins guest-1") && !picture.contains("guest-1 ends"),
        "{picture}"
    );
}

/// Nothing that was printed is dropped, wherever it was printed.
#[test]
fn output_is_shown_once() {
    let mut trace = fixtures::ab_ba_deadlock();
    let steps = trace.steps.len();
    trace.output = (0..=steps)
        .map(|after| explore_trace::Output {
            thread: fixtures::MAIN,
            stream: explore_trace::Stream::Stdout,
            text: format!("<{after}>"),
            after,
        })
        .collect();
    let picture = Terminal::default().draw(&trace);
    for after in 0..=steps {
        assert_eq!(
            picture.matches(&format!("main prints: <{after}>")).count(),
            1,
            "{after}: {picture}"
        );
    }
}

/// Text of the program cannot move the cursor or colour the terminal.
#[test]
fn text_of_strangers_stays_text() {
    let mut trace = fixtures::panic_poisons();
    trace.threads[1].name = Some("\u{1b}[2Jclerk\r\n".to_owned());
    trace
        .sources
        .values_mut()
        .flat_map(|file| file.values_mut())
        .for_each(|line| line.insert_str(0, "\u{1b}]0;x\u{7}\u{202e}"));
    let picture = Terminal::default().draw(&trace);
    assert!(!picture.chars().any(|c| c.is_control() && c != '\n'), "{picture:?}");
    assert!(!picture.contains('\u{202e}'));
}

/// Of several notifications that a thread came too late for, the last is the one that it misses.
#[test]
fn the_notification_that_mattered_is_named() {
    let mut trace = fixtures::lost_wakeup();
    let is_notification = |step: &explore_trace::Step| {
        matches!(step.operation, explore_trace::Operation::Notify { .. })
    };
    let at = trace.steps.iter().position(is_notification).unwrap();
    let once = trace.steps[at].clone();
    let told = |picture: &str| -> Vec<String> {
        let lines = picture.lines().filter(|line| line.contains("never gets it"));
        lines.map(|line| line.trim().to_owned()).collect()
    };
    let before = told(&Terminal { width: 200, ..Terminal::default() }.draw(&trace));
    trace.steps.insert(at, once);
    let after = told(&Terminal { width: 200, ..Terminal::default() }.draw(&trace));
    assert_eq!((before.len(), after.len()), (1, 1), "{before:?} {after:?}");
    assert_ne!(before, after, "the step's number is another one");
}

/// A thread that has been notified waits for the lock, and not since it began to wait for the notification.
#[test]
fn who_was_notified_waits_for_the_lock_only_since_then() {
    use explore_trace::{Language, Operation, WaitsFor};
    let mut trace = fixtures::spurious_wakeup();
    let waits = |step: &explore_trace::Step| matches!(step.operation, Operation::Wait { .. });
    let at = trace.steps.iter().position(waits).unwrap();
    let Operation::Wait { condvar, lock, .. } = trace.steps[at].operation else { unreachable!() };
    let waiter = trace.steps[at].thread;
    let stands = |trace: &explore_trace::Trace, language| {
        let told = trace.told(language);
        let stands = told.stands.iter().find(|stands| stands.thread == waiter).unwrap();
        (told.steps.last().unwrap().number, stands.words.clone())
    };
    trace.steps.truncate(at + 1);
    trace.verdict = fixtures::ab_ba_deadlock().verdict;
    let waits_for = |reason| {
        let waits = vec![explore_trace::Wait {
            thread: waiter,
            at: None,
            called_at: None,
            waits_for: Some(reason),
        }];
        explore_trace::Outcome::Failed { failure: explore_trace::Failure::Deadlock { waits } }
    };
    trace.verdict.outcome = waits_for(WaitsFor::Notify { condvar });
    let (last, words) = stands(&trace, Language::En);
    assert!(words.starts_with(&format!("waits since step {last} for a notification")), "{words}");
    // Awake without a notification: by a time-out, or for no reason.
    trace.verdict.outcome = waits_for(WaitsFor::Lock { lock, held_by: vec![fixtures::MAIN] });
    let (_, words) = stands(&trace, Language::En);
    assert!(
        words.starts_with("is awake and waits for ") && words.contains("held by main"),
        "{words}"
    );
    let mut notify =
        explore_trace::Step::new(fixtures::MAIN, Operation::Notify { condvar, all: true });
    notify.wakes = vec![waiter];
    trace.steps.push(notify);
    let (last, words) = stands(&trace, Language::En);
    assert!(words.starts_with(&format!("was notified in step {last} and waits for ")), "{words}");
    let (_, words) = stands(&trace, Language::Zh);
    assert!(words.starts_with(&format!("第 {last} 步得到通知，在等 ")), "{words}");
}

/// Of who waits for a message or to be unparked it is told how long at most, where it asks and where it stands.
#[test]
fn the_time_of_a_wait_is_told() {
    use explore_trace::{Language, ObjectId, Operation, Step, ThreadId, WaitsFor};
    let mut trace = fixtures::leak();
    let channel = ObjectId(0);
    let asks = |operation: Operation, reason: WaitsFor| {
        let mut step = Step::new(ThreadId(1), operation);
        step.blocked = Some(reason);
        step
    };
    let timeout_ns = Some(10_000_000);
    let receive = Operation::Receive { channel, outcome: Default::default(), timeout_ns };
    for (step, told) in [
        (asks(receive, WaitsFor::Message { channel }), "a message on "),
        (asks(Operation::Park { timeout_ns }, WaitsFor::Unpark), "somebody to unpark it"),
    ] {
        trace.steps.truncate(2);
        trace.steps.push(step);
        let failure = explore_trace::Failure::Panic {
            thread: fixtures::MAIN,
            message: "x".to_owned(),
            at: None,
        };
        trace.verdict.outcome = explore_trace::Outcome::Failed { failure };
        for (language, limit) in [(Language::En, ", at most 10 ms"), (Language::Zh, "，最多 10 ms")]
        {
            let run = trace.told(language);
            let step = run.steps.last().unwrap();
            let stands = run.stands.iter().find(|stands| stands.thread == ThreadId(1)).unwrap();
            for words in [&step.words, &stands.words] {
                assert!(words.ends_with(limit), "{words}");
                assert!(language == Language::Zh || words.contains(told), "{words}");
            }
        }
    }
}

/// Two files of one name are told apart in the rows.
#[test]
fn files_of_one_name_keep_a_folder() {
    let mut trace = fixtures::lost_update();
    let files = ["src/queue.rs", "tests/queue.rs"];
    for (index, step) in trace.steps.iter_mut().enumerate() {
        step.at = Some(explore_trace::Location::new(files[index % 2], 52));
    }
    let picture = Terminal { width: 120, ..Terminal::default() }.draw(&trace);
    assert!(files.iter().all(|file| picture.contains(&format!(" {file}:52"))), "{picture}");
}

/// What is said of steps within crates of others comes after what is said of the program's own, and names the crate.
#[test]
fn sentences_about_crates_of_others_come_last() {
    use explore_trace::{Choice, Language, Operation, Read, Step};
    let mut trace = fixtures::lost_update();
    let own = trace.told(Language::En).sentences;
    let Some(Operation::Store { atomic, ordering, .. }) = trace
        .steps
        .iter()
        .map(|step| step.operation.clone())
        .find(|operation| matches!(operation, Operation::Store { .. }))
    else {
        unreachable!()
    };
    let fails = Operation::Update { atomic, ordering, read: Read::newest("0", None), value: None };
    let mut step = Step::new(fixtures::MAIN, fails);
    step.choice = Some(Choice::WeakFailure);
    let file =
        "/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tokio-1.52.1/src/sync/mod.rs";
    step.at = Some(explore_trace::Location::new(file, 7));
    trace.steps.insert(0, step);
    for (language, within) in [(Language::En, ", within tokio: "), (Language::Zh, "（tokio 中）：")]
    {
        let sentences = trace.told(language).sentences;
        let found = sentences.iter().position(|sentence| sentence.contains(within));
        let places: Vec<usize> =
            (0..sentences.len()).filter(|&at| is_of_step(&sentences[at])).collect();
        assert_eq!(places.len(), own.iter().filter(|text| is_of_step(text)).count() + 1);
        assert!(found.is_some() && found == places.last().copied(), "{sentences:?}");
    }
}

fn is_of_step(sentence: &str) -> bool {
    sentence.starts_with("Step ") || sentence.starts_with("第 ")
}
