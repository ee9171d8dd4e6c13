//! Asking the reader for a line.

use std::io::{self, BufRead, IsTerminal, Write};

/// Prints `text`, reads one line of standard input and returns it without its
/// line ending; `None` at the end of input.
///
/// At a terminal the reader sees what they type. When standard input is a pipe
/// or a file nothing would be seen, so the line read is printed too: the
/// output reads the same either way.
///
/// Blocks until a line or the end of input arrives.
///
/// # Errors
///
/// What reading standard input or writing standard output reports.
pub fn prompt(text: &str) -> io::Result<Option<String>> {
    let mut output = io::stdout();
    write!(output, "{text}")?;
    output.flush()?;
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line)?;
    let line = line.trim_end_matches(['\r', '\n']);
    if read == 0 {
        writeln!(output)?;
        return Ok(None);
    }
    if !io::stdin().is_terminal() {
        writeln!(output, "{line}")?;
    }
    Ok(Some(line.to_owned()))
}
