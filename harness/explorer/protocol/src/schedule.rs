//! Replay strings: a schedule, short enough for a bug report.
//!
//! `0:a3b.1(c2a)4` reads: format 0; thread `a` (the first) takes 3 steps, `b` one step in its alternative 1, then four times `c` 2 steps and
//! `a` one. After the end of the string whoever ran last goes on, unless it yields. Between the format and the colon stand the bounds that the schedule was found with, where they are
//! not the usual: `s2` two spurious wake-ups a thread, `n7` random numbers from the seed 7, `e` eager time-outs, `o` the order of prints counts, `q` every ordering is
//! `SeqCst`, `d` threads may be left running at the end, `m` memory may not, `r` writers that wait keep readers out, `k` and readers that wait are seen to, `t` park tokens are eaten, `y2` and left with the second thread, `z64` sleeps of more than 64 nanoseconds may take their time, `h` looks may find what was, `u` to let go of a thread's result is a step, `p` the locks of the standard streams keep others out, `g` it goes round.

use std::fmt;

use crate::config::{Config, Memory};

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

/// A turn: the thread, and which of its alternatives it takes.
pub type Turn = (u8, u16);

const LETTERS: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-*/=<>!?#@_";

/// Writes a schedule with the bounds that matter for it. Turns at the end that come about by themselves need not be among them.
pub fn write(config: &Config, turns: &[Turn]) -> String {
    let mut text = String::from("0");
    if config.spurious > 0 {
        text += &format!("s{}", config.spurious);
    }
    if let Some(looks) = config.looks {
        text += &format!("l{looks}");
    }
    if config.weak_failures != 1 {
        text += &format!("w{}", config.weak_failures);
    }
    if config.entropy != 0 {
        text += &format!("n{}", config.entropy);
    }
    if config.left != 0 {
        text += &format!("y{}", config.left);
    }
    if config.long_sleeps != 0 {
        text += &format!("z{}", config.long_sleeps);
    }
    for (letter, set) in [
        ('e', config.eager_timeouts),
        ('i', config.due_first),
        ('o', config.outputs),
        ('q', config.memory == Memory::SeqCst),
        ('d', config.detached),
        ('m', config.leaks),
        ('c', config.counters),
        ('r', config.queues),
        ('k', config.readers),
        ('t', config.tokens),
        ('h', config.past),
        ('u', config.results),
        ('f', config.poisons),
        ('p', config.streams),
        ('g', config.circles),
    ] {
        if set {
            text.push(letter);
        }
    }
    text.push(':');
    text += &grouped(words(turns));
    text
}

/// Turns as text: how long a thread goes on, or an alternative.
fn words(turns: &[Turn]) -> Vec<String> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(&(thread, alt)) = turns.get(at) {
        let letter = char::from(LETTERS[usize::from(thread) % LETTERS.len()]);
        let run = turns[at..].iter().take_while(|turn| **turn == (thread, 0)).count();
        words.push(match (alt, run) {
            (0, 1) => letter.to_string(),
            (0, run) => format!("{letter}{run}"),
            (alt, _) => format!("{letter}.{alt}"),
        });
        at += run.max(1);
    }
    words
}

/// The most words that are sought as a group.
const LONGEST_GROUP: usize = 64;

/// Writes what repeats only once: `ababab` is `(ab)3`. Short groups first, also of groups that were found.
fn grouped(mut words: Vec<String>) -> String {
    let mut length = 1;
    while length <= LONGEST_GROUP.min(words.len() / 2) {
        let before = words.len();
        words = group(&words, length);
        length = if words.len() < before { 1 } else { length + 1 };
    }
    words.concat()
}

/// Writes groups of so many words that repeat.
fn group(words: &[String], length: usize) -> Vec<String> {
    let mut shorter = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let group = &words[at..words.len().min(at + length)];
        let times = words[at..].chunks(length).take_while(|other| *other == group).count();
        if times > 1 {
            let text = group.concat();
            let written = format!("({text}){times}");
            if written.len() < text.len() * times {
                shorter.push(written);
                at += length * times;
                continue;
            }
        }
        shorter.push(word.clone());
        at += 1;
    }
    shorter
}

/// Reads a schedule, and sets the bounds that it was found with.
///
/// # Errors
///
/// When the text is none.
pub fn read(text: &str, config: &mut Config) -> Result<Vec<Turn>, ScheduleError> {
    let (head, body) = text.trim().split_once(':').ok_or(ScheduleError::Format)?;
    let bounds = head.strip_prefix('0').ok_or(ScheduleError::Format)?;
    config.spurious = 0;
    config.looks = None;
    config.weak_failures = 1;
    config.entropy = 0;
    config.eager_timeouts = false;
    config.due_first = false;
    config.outputs = false;
    config.memory = Memory::Rc11;
    config.detached = false;
    config.leaks = false;
    config.counters = false;
    config.queues = false;
    config.readers = false;
    config.left = 0;
    config.tokens = false;
    config.long_sleeps = 0;
    config.past = false;
    config.results = false;
    config.poisons = false;
    config.streams = false;
    config.circles = false;
    let mut bounds = bounds.chars().peekable();
    while let Some(bound) = bounds.next() {
        match bound {
            's' => config.spurious = number(&mut bounds)?,
            'l' => config.looks = Some(number(&mut bounds)?),
            'n' => config.entropy = long(&mut bounds)?,
            'z' => config.long_sleeps = long(&mut bounds)?,
            'w' => config.weak_failures = number(&mut bounds)?,
            'e' => config.eager_timeouts = true,
            'i' => config.due_first = true,
            'r' => config.queues = true,
            'k' => config.readers = true,
            't' => config.tokens = true,
            'y' => config.left = long(&mut bounds)?,
            'h' => config.past = true,
            'u' => config.results = true,
            'f' => config.poisons = true,
            'p' => config.streams = true,
            'g' => config.circles = true,
            'o' => config.outputs = true,
            'q' => config.memory = Memory::SeqCst,
            'd' => config.detached = true,
            'm' => config.leaks = true,
            'c' => config.counters = true,
            _ => return Err(ScheduleError::Format),
        }
    }
    let mut reader = Reader { text: body.as_bytes(), at: 0, before: head.len() + 1 };
    let turns = reader.turns(0)?;
    match reader.text.get(reader.at) {
        Some(_) => Err(reader.unknown(reader.at)),
        None => Ok(turns),
    }
}

/// Reads the number of a bound; what is too large is the largest.
fn number(text: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<u8, ScheduleError> {
    long(text).map(|number| u8::try_from(number).unwrap_or(u8::MAX))
}

/// Reads a number.
fn long(text: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<u64, ScheduleError> {
    let mut digits = std::iter::from_fn(|| text.next_if(char::is_ascii_digit)).peekable();
    digits.peek().ok_or(ScheduleError::Format)?;
    let digits = digits.filter_map(|digit| digit.to_digit(10));
    Ok(digits.fold(0_u64, |number, digit| number.saturating_mul(10).saturating_add(digit.into())))
}

/// So many turns are read at most: more than an execution has steps.
const MOST: usize = 100_000;
/// So deep may groups lie in groups.
const DEEPEST: usize = 32;

/// Reads the turns of a schedule.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// How much of the whole string comes before the text.
    before: usize,
}

impl Reader<'_> {
    /// Reads up to the end, or to a bracket that closes.
    fn turns(&mut self, depth: usize) -> Result<Vec<Turn>, ScheduleError> {
        let mut turns = Vec::new();
        while let Some(&letter) = self.text.get(self.at).filter(|letter| **letter != b')') {
            let start = self.at;
            self.at += 1;
            if letter == b'(' {
                let group = if depth < DEEPEST { self.turns(depth + 1)? } else { Vec::new() };
                if self.text.get(self.at) != Some(&b')') {
                    return Err(self.unknown(start));
                }
                self.at += 1;
                let times = self.number().ok_or_else(|| self.unknown(start))?;
                let fits = MOST / group.len().max(1);
                turns.extend(group.repeat(times.min(fits)));
            } else {
                let thread = LETTERS.iter().position(|&other| other == letter);
                let thread = thread.ok_or_else(|| self.unknown(start))? as u8;
                let alternative = self.text.get(self.at) == Some(&b'.');
                self.at += usize::from(alternative);
                let number = self.number();
                if alternative {
                    let alt = number.and_then(|number| u16::try_from(number).ok());
                    turns.push((thread, alt.ok_or_else(|| self.unknown(start))?));
                } else {
                    turns.extend(std::iter::repeat_n((thread, 0), number.unwrap_or(1).min(MOST)));
                }
            }
            turns.truncate(MOST);
        }
        Ok(turns)
    }

    /// Reads a number, if there is one.
    fn number(&mut self) -> Option<usize> {
        let digits = self.text[self.at..].iter().take_while(|digit| digit.is_ascii_digit()).count();
        let number = std::str::from_utf8(&self.text[self.at..self.at + digits]).ok()?;
        self.at += digits;
        (digits > 0).then(|| number.parse().unwrap_or(usize::MAX))
    }

    fn unknown(&self, at: usize) -> ScheduleError {
        let rest = String::from_utf8_lossy(&self.text[at..]);
        ScheduleError::Character { found: rest.chars().next().unwrap_or(' '), at: self.before + at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let config = Config { spurious: 12, eager_timeouts: true, entropy: 7, ..Config::default() };
        let turns = [(0, 0), (0, 0), (0, 0), (1, 4), (1, 0), (40, 0), (0, 0)];
        let text = write(&config, &turns);
        assert_eq!(text, "0s12n7e:a3b.4bOa");
        let mut read_config = Config::default();
        assert_eq!(read(&text, &mut read_config).unwrap(), turns);
        assert_eq!(read_config, config);
    }

    #[test]
    fn what_repeats_is_written_once() {
        let round = [(0, 0), (1, 0), (1, 0), (0, 2)];
        let turns: Vec<Turn> = [round.repeat(500), vec![(2, 0)]].concat().repeat(20);
        let text = write(&Config::default(), &turns);
        assert_eq!(text, "0:((ab2a.2)500c)20");
        assert_eq!(read(&text, &mut Config::default()).unwrap(), turns);
    }

    #[test]
    fn nonsense_is_refused_with_its_place() {
        let mut config = Config::default();
        assert_eq!(read("a3b", &mut config), Err(ScheduleError::Format));
        let refused = |found, at| Err(ScheduleError::Character { found, at });
        assert_eq!(read("0:a3%", &mut config), refused('%', 4));
        assert_eq!(read("0:a3é", &mut config), refused('é', 4));
        assert_eq!(read("0s1:a)", &mut config), refused(')', 5));
        assert_eq!(read("0:a.70000", &mut config), refused('a', 2));
        assert_eq!(read("0:(a", &mut config), refused('(', 2));
        assert_eq!(read("0:(a)", &mut config), refused('(', 2));
        assert_eq!(read(&format!("0:{}", "(".repeat(9999)), &mut config), refused('(', 34));
        // A string that asks for more turns than an execution can have is cut.
        let endless = "0:((((((a9)9999)9999)9999)9999)9999)9999";
        assert!(read(endless, &mut config).unwrap().len() <= MOST);
    }
}
