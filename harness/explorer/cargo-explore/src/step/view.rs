//! What is shown: the run so far, where each thread stands with what it would do next, and the keys.

use super::session::Session;
use super::standing::Standing;
use anstyle::{AnsiColor, Style};
use trace::text::{clip, width, wrap};
use trace::{Location, ThreadId};

/// Lines of text, each with what it looks like.
#[derive(Debug, Default)]
pub(super) struct Page {
    lines: Vec<(Look, String)>,
    /// How many steps of the run there was no room for above those that are shown, at its end.
    pub above: usize,
}

/// What a terminal marks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marked {
    /// This thread.
    pub selected: usize,
    /// So many steps further up than the last ones.
    pub up: usize,
}

/// The key of a thread, or of a way: a digit, and a capital letter from ten on.
fn key(number: usize) -> String {
    match (number.checked_sub(10), number) {
        (Some(letter @ 0..26), _) => char::from(b'A' + letter as u8).to_string(),
        _ => number.to_string(),
    }
}

/// What a key is the key of.
pub(super) fn number(key: char) -> Option<usize> {
    key.to_digit(36).filter(|_| !key.is_lowercase()).map(|number| number as usize)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Title,
    Plain,
    Dim,
    Chosen,
    Good,
    Bad,
}

impl Page {
    fn line(&mut self, look: Look, text: impl Into<String>) {
        self.lines.push((look, text.into()));
    }

    fn wrapped(&mut self, look: Look, text: &str, columns: usize) {
        for line in wrap(text, columns, columns.saturating_sub(2)).iter().enumerate() {
            let indent = if line.0 == 0 { "" } else { "  " };
            self.line(look, format!("{indent}{}", line.1));
        }
    }

    /// Without colours.
    pub fn plain(&self) -> String {
        self.lines.iter().map(|(_, line)| format!("{}\n", line.trim_end())).collect()
    }

    /// For a terminal of so many lines, with colours.
    pub fn styled(&self, height: usize) -> Vec<String> {
        let style = |look| match look {
            Look::Title => Style::new().bold(),
            Look::Plain => Style::new(),
            Look::Dim => Style::new().dimmed(),
            Look::Chosen => Style::new().invert(),
            Look::Good => AnsiColor::Green.on_default().bold(),
            Look::Bad => AnsiColor::Red.on_default().bold(),
        };
        let styled = |(look, line): &(Look, String)| {
            let style = style(*look);
            format!("{style}{line}{style:#}")
        };
        self.lines.iter().take(height).map(styled).collect()
    }
}

/// The page: at most so many lines and columns. Of the run, the steps from `from` on, as far as there is room. `selected` has a mark.
pub(super) fn page(
    session: &Session<'_>,
    columns: usize,
    height: usize,
    from: usize,
    marked: Option<Marked>,
) -> Page {
    let selected = marked.map(|marked| marked.selected);
    let mut below = Page::default();
    for said in &session.said.lines {
        below.wrapped(Look::Title, said, columns);
    }
    if session.is_over() {
        let look = if session.has_failed() { Look::Bad } else { Look::Good };
        for sentence in session.verdict() {
            below.wrapped(look, &sentence, columns);
        }
    }
    ways(&mut below, session, columns, marked.is_some());
    below.wrapped(Look::Dim, keys(session), columns);
    if selected.is_some() && !session.is_over() && session.asking.is_none() {
        below.wrapped(Look::Dim, session.words.keys_of_a_terminal, columns);
        if session.threads.len() > 10 {
            below.wrapped(Look::Dim, session.words.keys_of_many, columns);
        }
    }

    let mut threads = Page::default();
    // Title, a line of the run, what is below.
    let room = height.saturating_sub(below.lines.len() + 4);
    let brief = session.threads.len() * 2 > room;
    for thread in window(&session.threads, if brief { room } else { room / 2 }, selected) {
        stand(&mut threads, session, thread, columns, selected, brief);
    }

    let mut page = Page::default();
    page.line(Look::Title, clip(&(session.words.title)(session.steps()), columns, "…"));
    let left = height.saturating_sub(1 + threads.lines.len() + below.lines.len());
    let steps = session.told.steps.get(from..).unwrap_or_default();
    let skipped = steps.len().saturating_sub(left);
    page.above = skipped;
    let up = marked.map_or(0, |marked| marked.up).min(skipped);
    for step in &steps[skipped - up..steps.len() - up] {
        let name = name(session, step.thread);
        let text = format!("{:>4} {name} {}", step.number, step.words);
        page.line(Look::Plain, beside(&text, step.at.as_ref(), columns));
    }
    page.lines.append(&mut threads.lines);
    page.lines.append(&mut below.lines);
    page
}

fn name(session: &Session<'_>, id: ThreadId) -> String {
    session.told.threads.get(id.0 as usize).cloned().unwrap_or_default()
}

/// As many threads as there is room for, around the one with the mark.
fn window(threads: &[Standing], room: usize, selected: Option<usize>) -> &[Standing] {
    let room = room.max(1).min(threads.len());
    let middle = selected.unwrap_or(0).saturating_sub(room / 2);
    let first = middle.min(threads.len() - room);
    &threads[first..first + room]
}

fn stand(
    page: &mut Page,
    session: &Session<'_>,
    thread: &Standing,
    columns: usize,
    selected: Option<usize>,
    brief: bool,
) {
    let words = session.words;
    let does = match thread.ways.as_slice() {
        [] => thread.words.clone(),
        [one] => format!("{}{}", words.next, one.words),
        ways => format!("{}{}", (words.next_of)(ways.len()), ways[0].words),
    };
    let mark = if selected == Some(thread.number) { '>' } else { ' ' };
    let number = if selected.is_some() { key(thread.number) } else { thread.number.to_string() };
    let line = format!("{mark}{number:>2} {}  {does}", thread.name);
    let at = thread.ways.first().and_then(|way| way.at.as_ref()).or(thread.at.as_ref());
    let look = match (mark, thread.ways.is_empty()) {
        ('>', _) => Look::Chosen,
        (_, true) => Look::Dim,
        _ => Look::Plain,
    };
    if brief {
        page.line(look, beside(&line, at.map(|(at, _)| at), columns));
        return;
    }
    page.line(look, clip(&line, columns, "…"));
    if let Some((at, text)) = at {
        page.line(Look::Dim, clip(&format!("     {}  {text}", place(at)), columns, "…"));
    }
}

/// What the thread can do that is asked which way it takes.
fn ways(page: &mut Page, session: &Session<'_>, columns: usize, keyed: bool) {
    let Some(thread) = session.asking.and_then(|number| session.threads.get(number)) else {
        return;
    };
    page.line(Look::Title, (session.words.which)(&thread.name));
    for (index, way) in thread.ways.iter().enumerate() {
        let number = if keyed { key(index + 1) } else { (index + 1).to_string() };
        page.line(Look::Plain, clip(&format!("{number:>4}  {}", way.words), columns, "…"));
    }
}

fn keys(session: &Session<'_>) -> &'static str {
    match (session.is_over(), session.asking) {
        (true, _) => session.words.keys_at_the_end,
        (false, Some(_)) => session.words.keys_of_ways,
        (false, None) => session.words.keys,
    }
}

/// A text, and at the end of the line its place.
fn beside(text: &str, at: Option<&Location>, columns: usize) -> String {
    let place = at.map(place).unwrap_or_default();
    let room = columns.saturating_sub(width(&place) + 1);
    let text = clip(text, room, "…");
    let gap = columns.saturating_sub(width(&text) + width(&place));
    format!("{text}{}{place}", " ".repeat(gap))
}

fn place(at: &Location) -> String {
    format!("{}:{}", at.file, at.line)
}

#[cfg(test)]
mod tests {
    use super::{key, number};

    #[test]
    fn each_of_36_has_a_key() {
        for thread in 0..36 {
            let key = key(thread);
            assert_eq!(key.len(), 1, "{thread}");
            assert_eq!(key.chars().next().and_then(number), Some(thread));
        }
        assert_eq!(key(36), "36");
        assert_eq!(["b", "q", "?"].map(|key| number(key.chars().next().unwrap())), [None; 3]);
    }
}
