//! Each change is one: what the reader begins with fails, for the reason that its page tells, and the
//! solution passes.

use ch00_rust::{Verdict, judge, names};
use std::fs;
use std::path::{Path, PathBuf};

/// What stands in the verdict on each starter, and whether it compiles.
const FAULTS: [(&str, bool, &str); 8] = [
    ("arc-and-mutex", false, "error[E0382]: borrow of moved value: `total`"),
    ("borrowing", false, "error[E0596]: cannot borrow `*scores` as mutable"),
    ("closures", false, "error[E0373]: closure may outlive the current function"),
    ("compiler-errors", false, "error[E0308]: mismatched types"),
    ("let-mut", false, "error[E0384]: cannot assign twice to immutable variable `sum`"),
    ("ownership", false, "error[E0382]: borrow of moved value: `names`"),
    ("results", true, "called `Result::unwrap()` on an `Err` value"),
    ("send", false, "error[E0277]: `Rc<String>` cannot be sent between threads safely"),
];

fn file(name: &str, which: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("changes").join(name).join(which)
}

#[test]
fn every_starter_fails_and_every_solution_passes() {
    assert_eq!(names().unwrap(), FAULTS.map(|(name, ..)| name));
    for (name, compiles, fault) in FAULTS {
        let said = match judge(name, &file(name, "starter.rs")).unwrap() {
            Verdict::Refused(said) if !compiles => said,
            Verdict::Wrong(said) if compiles => said,
            other => panic!("{name}: {other:?}"),
        };
        assert!(said.contains(fault), "{name} fails for another reason:\n{said}");
        assert_eq!(judge(name, &file(name, "solution.rs")).unwrap(), Verdict::Passed, "{name}");
    }
}

/// A file with this text for the change `let-mut`.
fn judged(text: &str) -> Verdict {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("let-mut.rs");
    fs::write(&file, text).unwrap();
    judge("let-mut", &file).unwrap()
}

#[test]
fn what_is_wrong_is_told_apart() {
    let wrong = judged("pub fn total(a: i32, _: i32, _: i32) -> i32 { a }");
    assert!(matches!(&wrong, Verdict::Wrong(said) if said.contains("the sum of")), "{wrong:?}");
    let unlike = judged("pub fn sum() {}");
    assert!(matches!(&unlike, Verdict::Unlike(said) if said.contains("total")), "{unlike:?}");
    assert!(judge("no-such-change", &file("let-mut", "starter.rs")).is_err());
}
