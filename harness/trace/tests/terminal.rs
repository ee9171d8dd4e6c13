//! What the terminal shows for every fixture.

mod fixtures;

use trace::Terminal;
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
