//! Replay strings: a schedule, short enough for a bug report.
//!
//! `0:a3b.1c2` reads: format 0; thread `a` (the first) takes 3 steps, `b` one step in its alternative 1, `c` 2 steps. After the end of the
//! string whoever ran last goes on. Between the format and the colon stand the bounds that the schedule was found with, where they are
//! not the usual: `s2` two spurious wake-ups a thread, `e` eager time-outs, `o` the order of prints counts, `q` every ordering is
//! `SeqCst`.

use std::fmt;

use crate::config::{Config, Memory};
use crate::search::guided::Turn;

/// Why a string is no schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScheduleError {
    /// It does not begin with a format that is known.
    Format,
    /// There is a character where it means nothing.
    Character {
        /// The character.
        found: char,
        /// Its place, counted from 0.
        at: usize,
    },
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format => f.write_str("a schedule begins with \"0:\", or \"0\", bounds and a colon; copy the whole string"),
            Self::Character { found, at } => {
                write!(f, "{found:?} at place {at} means nothing in a schedule; copy the whole string")
            }
        }
    }
}

impl std::error::Error for ScheduleError {}

const LETTERS: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-*/=<>!?#@_";

/// Writes a schedule with the bounds that matter for it. Turns at the end that come about by themselves are left out.
pub(crate) fn write(config: &Config, turns: &[Turn]) -> String {
    let mut text = String::from("0");
    if config.spurious > 0 {
        text += &format!("s{}", config.spurious);
    }
    for (letter, set) in [
        ('e', config.eager_timeouts),
        ('o', config.outputs),
        ('q', config.memory == Memory::SeqCst),
    ] {
        if set {
            text.push(letter);
        }
    }
    text.push(':');
    let mut turns = turns;
    while let [.., before, last] = turns
        && last.1 == 0
        && before.0 == last.0
    {
        turns = &turns[..turns.len() - 1];
    }
    let mut at = 0;
    while let Some(&(thread, alt)) = turns.get(at) {
        text.push(char::from(LETTERS[usize::from(thread) % LETTERS.len()]));
        if alt > 0 {
            text += &format!(".{alt}");
            at += 1;
            continue;
        }
        let run = turns[at..].iter().take_while(|turn| **turn == (thread, 0)).count();
        if run > 1 {
            text += &run.to_string();
        }
        at += run;
    }
    text
}

/// Reads a schedule, and sets the bounds that it was found with.
pub(crate) fn read(text: &str, config: &mut Config) -> Result<Vec<Turn>, ScheduleError> {
    let (head, body) = text.trim().split_once(':').ok_or(ScheduleError::Format)?;
    let bounds = head.strip_prefix('0').ok_or(ScheduleError::Format)?;
    config.spurious = 0;
    config.eager_timeouts = false;
    config.outputs = false;
    config.memory = Memory::Rc11;
    let mut bounds = bounds.chars().peekable();
    while let Some(bound) = bounds.next() {
        match bound {
            's' => {
                let digit =
                    bounds.next_if(char::is_ascii_digit).and_then(|digit| digit.to_digit(10));
                config.spurious = digit.ok_or(ScheduleError::Format)? as u8;
                while let Some(digit) =
                    bounds.next_if(char::is_ascii_digit).and_then(|digit| digit.to_digit(10))
                {
                    config.spurious =
                        config.spurious.saturating_mul(10).saturating_add(digit as u8);
                }
            }
            'e' => config.eager_timeouts = true,
            'o' => config.outputs = true,
            'q' => config.memory = Memory::SeqCst,
            _ => return Err(ScheduleError::Format),
        }
    }
    let mut turns = Vec::new();
    let mut rest = body.char_indices().peekable();
    while let Some((at, letter)) = rest.next() {
        let unknown = ScheduleError::Character { found: letter, at: head.len() + 1 + at };
        let thread =
            LETTERS.iter().position(|&other| char::from(other) == letter).ok_or(unknown)? as u8;
        let alternative = rest.next_if(|(_, next)| *next == '.').is_some();
        let mut number = String::new();
        while let Some((_, digit)) = rest.next_if(|(_, next)| next.is_ascii_digit()) {
            number.push(digit);
        }
        let unknown = ScheduleError::Character { found: letter, at: head.len() + 1 + at };
        let number: usize = if number.is_empty() && !alternative {
            1
        } else {
            number.parse().map_err(|_| unknown)?
        };
        if alternative {
            turns.push((thread, u16::try_from(number).unwrap_or(u16::MAX)));
        } else {
            turns.extend(std::iter::repeat_n((thread, 0), number.min(100_000)));
        }
    }
    Ok(turns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let config = Config { spurious: 12, eager_timeouts: true, ..Config::default() };
        let turns = [(0, 0), (0, 0), (0, 0), (1, 4), (1, 0), (40, 0), (0, 0)];
        let text = write(&config, &turns);
        assert_eq!(text, "0s12e:a3b.4bOa");
        let mut read_config = Config::default();
        assert_eq!(read(&text, &mut read_config).unwrap(), turns);
        assert_eq!(read_config, config);
    }

    #[test]
    fn a_tail_that_comes_by_itself_is_left_out() {
        assert_eq!(write(&Config::default(), &[(0, 0), (1, 0), (1, 0), (1, 0)]), "0:ab");
    }

    #[test]
    fn nonsense_is_refused_with_its_place() {
        let mut config = Config::default();
        assert_eq!(read("a3b", &mut config), Err(ScheduleError::Format));
        assert_eq!(read("0:a3%", &mut config), Err(ScheduleError::Character { found: '%', at: 4 }));
    }
}
