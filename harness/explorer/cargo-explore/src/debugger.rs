//! The script with which gdb comes to the failing step of a replay, and stands in the user's code there.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

/// Where gdb goes from the engine's breakpoint: out to the innermost function that is neither ours nor the standard library's. The threads of a test are
/// coroutines on one thread of the system, so what gdb shows is the stack of that one whose step it is.
const TO_THE_USER: &str = r#"
python
OURS = ("/rustc/", "/explorer/engine/src/", "/explorer/std/src/", "/explorer/core/src/", "/explorer/test/src/", "/corosensei-")
frame = gdb.selected_frame() if gdb.selected_inferior().pid else None
while frame is not None:
    table = frame.find_sal().symtab
    if table is not None and not any(part in table.fullname() for part in OURS):
        frame.select()
        break
    frame = frame.older()
end
frame
"#;

/// What gdb is to do: start this with these arguments, in this folder and with these variables, and stop where it fails.
pub(crate) fn script(
    executable: &Path,
    arguments: &[String],
    folder: Option<&Path>,
    variables: &[(String, String)],
) -> String {
    let mut text = String::from("# Written by cargo explore, for `gdb -x`.\n");
    text.push_str("set confirm off\nset pagination off\nset debuginfod enabled off\n");
    if let Some(folder) = folder {
        let _ = writeln!(text, "cd {}", folder.display());
    }
    for (name, value) in variables {
        let _ = writeln!(text, "set environment {name} {value}");
    }
    let _ = writeln!(text, "file {}", quoted(executable.as_os_str()));
    let arguments: Vec<String> = arguments.iter().map(|word| quoted(OsStr::new(word))).collect();
    let _ = writeln!(text, "set args {}", arguments.join(" "));
    text.push_str("break explore_stops_here\nrun");
    text.push_str(TO_THE_USER);
    text
}

/// The command that has gdb do what is in this file.
pub(crate) fn command(script: &Path) -> String {
    format!("gdb -q -x {}", quoted(script.as_os_str()))
}

/// A word for a shell, which gdb gives a program's arguments to.
pub(crate) fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_starts_what_it_should_with_its_arguments() {
        let variables = [("NAME".to_owned(), "two words".to_owned())];
        let arguments = ["--config".to_owned(), "{\"a\":1}".to_owned(), "it's".to_owned()];
        let text = script(Path::new("/a b/c"), &arguments, Some(Path::new("/d e")), &variables);
        for line in [
            "cd /d e",
            "set environment NAME two words",
            "file '/a b/c'",
            "set args --config '{\"a\":1}' 'it'\\''s'",
        ] {
            assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
        }
        assert_eq!(command(Path::new("/a b/c.gdb")), "gdb -q -x '/a b/c.gdb'");
    }
}
