//! What tests there are.

use crate::{ShouldPanic, StaticTestFn, StaticTestName, TestDescAndFn};
use std::io::Write;
use trace::json::{ToJson, Writer, line};

/// Writes a line of JSON for each test, and one with their number: who reads it knows that these are all. Returns the exit code.
pub(crate) fn print(tests: &[&TestDescAndFn]) -> u8 {
    let mut out = std::io::stdout().lock();
    // Nobody reads on: nothing left to do.
    let _ = tests
        .iter()
        .try_for_each(|test| writeln!(out, "{}", line(&Listed(test))))
        .and_then(|()| writeln!(out, "{}", line(&All(tests.len()))));
    0
}

/// A test in a list.
struct Listed<'t>(&'t TestDescAndFn);

impl ToJson for Listed<'_> {
    fn write(&self, json: &mut Writer) {
        let TestDescAndFn { desc, testfn } = self.0;
        let StaticTestName(name) = desc.name;
        json.object(|test| {
            test.field("name", name);
            test.field("ignored", &desc.ignore);
            test.some("why", &desc.ignore_message);
            test.field("should_panic", &(desc.should_panic != ShouldPanic::No));
            test.field("bench", &!matches!(testfn, StaticTestFn(_)));
            test.field("file", desc.source_file);
            test.field("line", &desc.start_line);
        });
    }
}

/// How many tests there are.
struct All(usize);

impl ToJson for All {
    fn write(&self, json: &mut Writer) {
        json.object(|all| all.field("tests", &self.0));
    }
}
