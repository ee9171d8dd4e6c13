//! Where there is no terminal: a line is a command, and each answer is plain text.

use super::session::{Command, Session};
use super::view;
use crate::Progress;
use std::io::{BufRead, Write};

/// The columns of what is shown.
const WIDTH: usize = 80;

/// Reads commands until there is a `q`, or nothing more.
pub(super) fn run(
    session: &mut Session<'_>,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut shown = 0;
    let mut input = std::io::stdin().lock();
    let mut line = String::new();
    loop {
        let page = view::page(session, WIDTH, usize::MAX, shown, None);
        shown = session.told.steps.len();
        write!(out, "{}", page.plain())?;
        out.flush()?;
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        writeln!(out, "> {}", line.trim())?;
        match understood(line.trim(), session.asking) {
            Some(command) => {
                if !session.obey(command, progress)? {
                    return Ok(());
                }
                // After a step back, what is left has been shown.
                shown = shown.min(session.told.steps.len());
            }
            None => {
                session.said.lines.clear();
                session.say((session.words.unknown)(line.trim()));
            }
        }
    }
}

/// A line as a command: `2`, `2.1`, `b`, `f`, `n`, `?`, `? 2`, `r`, `q`, nothing.
fn understood(line: &str, asking: Option<usize>) -> Option<Command> {
    let number = |text: &str| text.trim().parse::<usize>().ok();
    Some(match line {
        "" => Command::GoOn,
        "b" => Command::Back,
        "f" => Command::Find,
        "r" => Command::Run,
        "q" => Command::Quit,
        "n" => Command::Own(None),
        "?" => Command::Explain(None),
        _ => match (line.strip_prefix('?'), line.split_once('.'), asking) {
            (Some(thread), ..) => Command::Explain(Some(number(thread)?)),
            (None, Some((thread, way)), _) => Command::Go(number(thread)?, Some(number(way)?)),
            (None, None, Some(thread)) => Command::Go(thread, Some(number(line)?)),
            (None, None, None) => Command::Go(number(line)?, None),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_thread_or_the_way_that_was_asked_for() {
        assert_eq!(understood("2", None), Some(Command::Go(2, None)));
        assert_eq!(understood("12.3", None), Some(Command::Go(12, Some(3))));
        assert_eq!(understood("3", Some(1)), Some(Command::Go(1, Some(3))));
        assert_eq!(understood("? 1", None), Some(Command::Explain(Some(1))));
        assert_eq!(understood("", Some(1)), Some(Command::GoOn));
        assert_eq!(understood("n", None), Some(Command::Own(None)));
        for nonsense in ["x", "-1", "2.x", "? a", "99999999999999999999", "2..1"] {
            assert_eq!(understood(nonsense, None), None, "{nonsense}");
        }
    }
}
