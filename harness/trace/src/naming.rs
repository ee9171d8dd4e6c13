//! Names for threads and objects that the program did not name, read off the source line that created them.
//!
//! `let items = Mutex::new(..)` says that the mutex is called `items`. It is a guess from one line of text, good enough for a
//! picture; the creation line is in the trace for whoever needs to be sure.

use crate::{Location, Trace};

/// The name that a line gives to what it creates: a `let`, a `static`, or a field of a struct.
///
/// ```text
/// let left = Arc::new(Mutex::new(0));      left
/// static HITS: AtomicU32 = …               HITS
/// filled: Condvar::new(),                  filled
/// ```
pub(crate) fn binding(line: &str) -> Option<&str> {
    let mut rest = line.trim();
    for keyword in ["pub ", "let ", "static ", "const ", "mut "] {
        rest = rest.strip_prefix(keyword).unwrap_or(rest).trim_start();
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    let after = after.trim_start();
    let binds = after.starts_with(':') && !after.starts_with("::")
        || after.starts_with('=') && !after.starts_with("==") && !after.starts_with("=>");
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name != "_";
    (binds && is_name).then_some(name)
}

/// The name that the quoted source gives to what is created here.
pub(crate) fn created<'t>(trace: &'t Trace, place: &Option<Location>) -> Option<&'t str> {
    binding(trace.source(place.as_ref()?)?)
}

/// The name of the variable that a thread's handle is put into.
pub(crate) fn handle<'t>(trace: &'t Trace, spawned: &Option<Location>) -> Option<&'t str> {
    let line = trace.source(spawned.as_ref()?)?;
    binding(line).filter(|_| line.starts_with("let ") && line.contains("spawn"))
}

#[cfg(test)]
mod tests {
    use super::binding;

    #[test]
    fn reads_the_name_off_a_line() {
        assert_eq!(binding("let left = Arc::new(Mutex::new(0));"), Some("left"));
        assert_eq!(binding("  let mut count: AtomicU32 = AtomicU32::new(0);"), Some("count"));
        assert_eq!(binding("pub static HITS: AtomicU32 = AtomicU32::new(0);"), Some("HITS"));
        assert_eq!(binding("filled: Condvar::new(),"), Some("filled"));
        assert_eq!(binding("let 左账户 = Mutex::new(0);"), Some("左账户"));
    }

    #[test]
    fn does_not_guess() {
        for line in [
            "",
            "Mutex::new(0)",
            "std::thread::spawn(|| {",
            "let (sender, receiver) = mpsc::channel();",
            "let _ = Mutex::new(0);",
            "assert!(a == b)",
            "a == Mutex::new(0)",
            "0 => Mutex::new(0),",
            "return Mutex::new(0);",
        ] {
            assert_eq!(binding(line), None, "{line}");
        }
    }
}
