//! What the compiler writes for `--test`: these names, in this form. It is promised nowhere; where a compiler writes something else, this
//! is the file to change.
//!
//! Held against `library/test/src/types.rs` of Rust 1.95.

pub use TestFn::*;
pub use TestName::*;

/// One test, as the compiler writes it.
#[derive(Debug)]
pub struct TestDescAndFn {
    /// What it is called, and what is expected of it.
    pub desc: TestDesc,
    /// What it runs.
    pub testfn: TestFn,
}

/// What a test is called, and what is expected of it.
#[derive(Debug)]
pub struct TestDesc {
    /// Its path in its crate.
    pub name: TestName,
    /// Whether it has `#[ignore]`.
    pub ignore: bool,
    /// Why.
    pub ignore_message: Option<&'static str>,
    /// The file that it is in.
    pub source_file: &'static str,
    /// The first line of its function.
    pub start_line: usize,
    /// The first column.
    pub start_col: usize,
    /// The last line.
    pub end_line: usize,
    /// The last column.
    pub end_col: usize,
    /// Whether it must not compile: of documentation only.
    pub compile_fail: bool,
    /// Whether it is only compiled: of documentation only.
    pub no_run: bool,
    /// Whether it must panic.
    pub should_panic: ShouldPanic,
    /// Where it stands.
    pub test_type: TestType,
}

/// A test's path.
#[derive(Debug)]
pub enum TestName {
    /// The only form that the compiler writes.
    StaticTestName(&'static str),
}

/// What a test runs.
#[derive(Debug)]
pub enum TestFn {
    /// A `#[test]`.
    StaticTestFn(fn() -> Result<(), String>),
    /// A `#[bench]`.
    StaticBenchFn(fn(&mut Bencher) -> Result<(), String>),
}

/// Whether a test must panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShouldPanic {
    /// It must not.
    No,
    /// It must.
    Yes,
    /// It must, with a message in which this occurs.
    YesWithMessage(&'static str),
}

/// Where a test stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestType {
    /// Below `src`.
    UnitTest,
    /// Below `tests`.
    IntegrationTest,
    /// In documentation.
    DocTest,
    /// Elsewhere.
    Unknown,
}

/// What a `#[bench]` takes. None is ever run.
#[derive(Debug)]
pub struct Bencher(());

/// What the compiler calls with what a test returns.
///
/// # Errors
///
/// When that is a failure.
pub fn assert_test_result<T: std::process::Termination>(returned: T) -> Result<(), String> {
    // `std` alone knows how to say an error of any type, and says it to standard error.
    let (code, said) = explore_engine::apart(|| returned.report());
    // An exit code can only be compared by its text.
    if format!("{code:?}") == format!("{:?}", std::process::ExitCode::SUCCESS) {
        return Ok(());
    }
    let said = said.trim_end();
    Err(match said.strip_prefix("Error: ") {
        Some(error) => format!("the test returns an error: {error}"),
        None => "the test returns an exit code that says so".to_owned(),
    })
}
