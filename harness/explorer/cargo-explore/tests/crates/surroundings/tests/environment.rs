use std::env::var;
use std::path::Path;

#[test]
fn as_cargo_has_it() {
    let is = |name: &str, value: &str| assert_eq!(var(name).as_deref(), Ok(value), "{name}");
    is("SIZE", "2");
    is("CARGO_PKG_NAME", "surroundings");
    is("CARGO_PKG_VERSION_PRE", "rc.4");
    is("CARGO_PKG_AUTHORS", "Ada:Grace");
    is("CARGO_PKG_DESCRIPTION", "Tests that look at their environment");
    is("CARGO_PKG_LICENSE", "MIT");
    is("CARGO_PKG_HOMEPAGE", "");
    is("MADE_BY", "a script");
    let out = var("OUT_DIR").unwrap();
    assert!(out.ends_with("out"), "{out}");
    let libraries = var("LD_LIBRARY_PATH").unwrap();
    assert!(std::env::split_paths(&libraries).any(|path| path == Path::new(&out)));
    assert_eq!(std::thread::current().name(), Some("as_cargo_has_it"));
    assert_eq!(
        Path::new(&var("FIXTURES").unwrap()),
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
    );
    is("CARGO_BIN_EXE_surroundings", env!("CARGO_BIN_EXE_surroundings"));
}

/// What libraries for tests look at before they write a file about a failure.
#[test]
fn nobody_writes_of_a_failure() {
    assert!(var("PROPTEST_DISABLE_FAILURE_PERSISTENCE").is_ok());
    assert_eq!(var("INSTA_UPDATE").as_deref(), Ok("no"));
    assert!(var("INSTA_WORKSPACE_ROOT").is_ok());
}

/// As tests read what they compare with; and another crate counts the processors by the kernel's own files.
#[test]
fn a_fixture_is_read() {
    let text = std::fs::read_to_string("tests/words.txt").unwrap();
    let words = std::sync::Mutex::new(text.split_whitespace().rev());
    let longest = || words.lock().unwrap().next().map(str::len);
    std::thread::scope(|scope| {
        let other = scope.spawn(longest);
        assert_ne!(longest(), other.join().unwrap());
    });
    let _ = std::fs::read_to_string("/proc/self/cgroup");
}
