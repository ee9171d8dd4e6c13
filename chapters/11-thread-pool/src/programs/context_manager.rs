//! A context manager written as a generator, and what remains of it when the
//! body fails.
//!
//! What was wrong: the document needs an `index.html` that it does not have.
//! This one reads the chapter's own.

use ch11_thread_pool::{ContextError, Yielder, defer, with};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use tour::{Failure, Program};

pub const PROGRAM: Program = Program::fallible(
    "context-manager",
    "code around a body, and what remains when the body fails",
    main,
);

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/index.html");

// ANCHOR: main
/// Prints marks and remembers them.
#[derive(Default)]
struct Marks(RefCell<Vec<String>>);

impl Marks {
    fn set(&self, mark: u32) {
        println!("{mark}");
        self.0.borrow_mut().push(mark.to_string());
    }
}

/// Opens a file, gives it to the body, and closes it.
async fn my_open(path: &str, marks: &Marks, caller: Yielder<BufReader<File>>) -> io::Result<()> {
    marks.set(1);
    let file = File::open(path)?;
    let _finally = defer(|| marks.set(4));
    marks.set(2);
    let _file = caller.give(BufReader::new(file)).await; // the body runs here
    marks.set(3);
    Ok(()) // closes the file, then runs what was deferred
}

pub fn main() -> Result<(), Failure> {
    let marks = Marks::default();
    with(
        |caller| my_open(PAGE, &marks, caller),
        |file| {
            marks.set(5);
            let mut line = String::new();
            file.read_line(&mut line)?;
            println!("{}", line.trim_end());
            marks.set(6);
            Ok(())
        },
    )?;

    println!("now the body fails:");
    let failing = Marks::default();
    let result = with(
        |caller| my_open(PAGE, &failing, caller),
        |_| {
            failing.set(5);
            Err::<(), _>(io::Error::other("the body gave up"))
        },
    );
    match result {
        Err(ContextError::Failed(error)) => println!("the caller gets: {error}"),
        other => println!("the caller gets: {other:?}"),
    }

    println!("{}", failing.0.take().join(" "));
    println!("{}", marks.0.take().join(" "));
    Ok(())
}
// ANCHOR_END: main
