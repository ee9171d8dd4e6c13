//! Names for threads and objects that the program did not name, read off the source line that created them.
//!
//! `let items = Mutex::new(..)` says that the mutex is called `items`. It is a guess from one line of text, good enough for a
//! picture; the creation line is in the trace for whoever needs to be sure.

use crate::{Location, Object, ObjectKind, Trace};

/// What an object is, in one word.
pub(crate) fn kind(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Mutex => "mutex",
        ObjectKind::RwLock => "rwlock",
        ObjectKind::Condvar => "condvar",
        ObjectKind::Barrier => "barrier",
        ObjectKind::Once => "once",
        ObjectKind::Channel => "channel",
        ObjectKind::Atomic => "atomic",
    }
}

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

/// The names and the expressions of a line that binds several things at once.
///
/// ```text
/// let (items, filled) = (Mutex::new(0), Condvar::new());      items: Mutex::new(0), filled: Condvar::new()
/// ```
fn bindings(line: &str) -> Vec<(&str, &str)> {
    let parts = line.trim().strip_prefix("let (").and_then(|rest| rest.split_once(") = ("));
    let Some((names, rest)) = parts else { return Vec::new() };
    let Some(values) = rest.strip_suffix(");") else { return Vec::new() };
    let names: Vec<&str> =
        names.split(',').map(|name| name.trim().trim_start_matches("mut ")).collect();
    let mut depth = 0_i32;
    let values: Vec<&str> = values
        .split(|c: char| {
            depth += i32::from("([{<".contains(c)) - i32::from(")]}>".contains(c));
            c == ',' && depth == 0
        })
        .collect();
    let plain = |name: &&str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if names.len() != values.len() || !names.iter().all(plain) {
        return Vec::new();
    }
    names.into_iter().zip(values).collect()
}

/// What a line binds a variable to.
pub(crate) fn bound_to<'l>(line: &'l str, variable: &str) -> Option<&'l str> {
    let line = line.trim();
    if let Some((_, value)) = bindings(line).into_iter().find(|(name, _)| *name == variable) {
        return Some(value);
    }
    let is_it = line.starts_with("let ") && binding(line) == Some(variable);
    is_it.then(|| line.split_once('=')).flatten().map(|(_, value)| value)
}

/// The name that the quoted source gives to an object.
pub(crate) fn created<'t>(trace: &'t Trace, object: &Object) -> Option<&'t str> {
    let place = object.created.as_ref()?;
    let line = trace.source(place)?;
    if let Some(name) = binding(line) {
        return Some(name);
    }
    // Those of its kind, in the order of the line; each must have a value of its own.
    let kind = kind(object.kind);
    let mut columns: Vec<u32> = trace
        .objects
        .iter()
        .filter(|other| other.kind == object.kind)
        .filter_map(|other| other.created.as_ref())
        .filter(|other| other.file == place.file && other.line == place.line)
        .filter_map(|other| other.column)
        .collect();
    columns.sort_unstable();
    let values = bindings(line);
    let values: Vec<&str> = values
        .into_iter()
        .filter(|(_, value)| value.to_lowercase().contains(kind))
        .map(|(name, _)| name)
        .collect();
    columns.dedup();
    let at = columns.iter().position(|&column| Some(column) == place.column)?;
    (columns.len() == values.len()).then(|| values[at])
}

/// The name of the variable that a thread's handle is put into.
pub(crate) fn handle<'t>(trace: &'t Trace, spawned: &Option<Location>) -> Option<&'t str> {
    let line = trace.source(spawned.as_ref()?)?;
    binding(line).filter(|_| line.starts_with("let ") && line.contains("spawn"))
}

#[cfg(test)]
mod tests {
    use super::{binding, bindings};

    #[test]
    fn reads_the_name_off_a_line() {
        assert_eq!(binding("let left = Arc::new(Mutex::new(0));"), Some("left"));
        assert_eq!(binding("  let mut count: AtomicU32 = AtomicU32::new(0);"), Some("count"));
        assert_eq!(binding("pub static HITS: AtomicU32 = AtomicU32::new(0);"), Some("HITS"));
        assert_eq!(binding("filled: Condvar::new(),"), Some("filled"));
        assert_eq!(binding("let 左账户 = Mutex::new(0);"), Some("左账户"));
    }

    #[test]
    fn reads_several_names_off_a_line() {
        assert_eq!(
            bindings("let (items, mut filled) = (Mutex::new((0, 1)), Condvar::new());"),
            [("items", "Mutex::new((0, 1))"), ("filled", " Condvar::new()")]
        );
        for line in ["let (a, b) = pair();", "let (a, b) = (f(0, 1));", "let ((a, b), c) = (x, y);"]
        {
            assert_eq!(bindings(line), [], "{line}");
        }
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
