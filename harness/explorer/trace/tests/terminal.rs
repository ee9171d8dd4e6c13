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
