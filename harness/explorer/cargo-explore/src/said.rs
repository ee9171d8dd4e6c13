//! What a driver says of its searches, read.

use anyhow::{Context, bail};
use protocol::Outcome;
use std::io::BufRead;

/// Reads a line of JSON for each outcome, and returns how many there were. A driver that is ended may be so in the middle of a line, which then does not
/// count.
pub(crate) fn outcomes(
    mut from: impl BufRead,
    told: &mut dyn FnMut(Outcome),
) -> anyhow::Result<usize> {
    let mut outcomes = 0;
    let mut line = String::new();
    while from.read_line(&mut line).context("the driver's output cannot be read")? > 0 {
        match Outcome::from_json(line.trim_end()) {
            Ok(outcome) => told(outcome),
            Err(_) if !line.ends_with('\n') => break,
            Err(error) => {
                let begins: String = line.chars().take(200).collect();
                bail!("the driver said something else than an outcome ({error}): {begins}");
            }
        }
        outcomes += 1;
        line.clear();
    }
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_that_was_cut_off_is_none() {
        let line = Outcome { name: "a".to_owned(), executions: 3, ..Outcome::default() }.to_json();
        let cut = &line[..line.len() - 9];
        let read = |text: &str| {
            let mut told = 0;
            let read = outcomes(text.as_bytes(), &mut |_| told += 1);
            read.map(|number| (number, told)).map_err(|error| error.to_string())
        };
        assert_eq!(read(&format!("{line}\n{line}\n")), Ok((2, 2)));
        assert_eq!(read(&format!("{line}\n{line}")), Ok((2, 2)));
        assert_eq!(read(&format!("{line}\n{cut}")), Ok((1, 1)));
        assert_eq!(read(""), Ok((0, 0)));
        let error = read(&format!("{cut}{}\n{line}\n", "x".repeat(9000))).unwrap_err();
        assert!(error.starts_with("the driver said something else"), "{error}");
        assert!(error.len() < 500, "{error}");
    }
}
