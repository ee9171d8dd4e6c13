//! The preface's program: a table read in chunks of two by a pool of five
//! workers, a column added, and each chunk appended to a copy.
//!
//! The document's own version appends nothing: every task fails, and nobody
//! reads the results. It also shares one connection between five processes.
//! Its two jobs do the same, so every row is copied twice; `--once` runs one.

use ch10_pool::pipeline::{Cell, Copied, Database, Location, MAX_CHUNK, Row, Table};
use ch10_pool::{AsyncResult, Pool, TaskError};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::error::Error;
use std::sync::OnceLock;
use tempfile::TempDir;
use tour::{Failure, Program, any_order, in_order};

/// Seven rows, two jobs.
pub const PROGRAM: Program = Program::with_arguments(
    "pipeline",
    "a table through a pool, chunk by chunk, and no chunk twice",
    "[--once] [--database FILE|mysql://USER:PASSWORD@HOST/NAME] [--create] [--chunk ROWS] [--workers N]",
    main,
)
.output(&[any_order("the chunks", 8), in_order(16)]);

// ANCHOR: job
/// What the tutorial prints at the beginning of each of its jobs.
const JOBS: [&str; 2] = ["222222", "333333333"];

thread_local! {
    /// Each worker's own connection; a worker has one thread.
    static CONNECTION: RefCell<Option<Database>> = const { RefCell::new(None) };
}
static SOURCE: OnceLock<(Location, Table)> = OnceLock::new();

/// The pool's initializer.
fn remember(source: (Location, Table)) {
    SOURCE.get_or_init(|| source);
}

/// What a worker does with a chunk.
fn job((job, piece): (String, Vec<Row>)) -> Result<(), String> {
    let (location, table) = SOURCE.get().ok_or("the worker was not told where to write")?;
    CONNECTION.with_borrow_mut(|connection| {
        let database = match connection {
            Some(database) => database,
            None => connection.insert(Database::connect(location, false).map_err(|e| chain(&e))?),
        };
        let pwd = table.position("pwd");
        let rows: Vec<Copied> = piece.into_iter().map(|row| with_xb(row, pwd)).collect();
        let appended = database.append(table, &job, &rows).map_err(|e| chain(&e))?;
        println!("{job}: {}", describe(&rows, appended));
        Ok(())
    })
}

/// 男 for a password of three characters, 女 for any other and for none.
fn with_xb(row: Row, pwd: Option<usize>) -> Copied {
    let pwd = pwd.map(|column| &row.cells[column]).filter(|&pwd| *pwd != Cell::Null);
    let three = pwd.is_some_and(|pwd| pwd.to_string().chars().count() == 3);
    Copied { row, xb: if three { "男" } else { "女" }.to_owned() }
}
// ANCHOR_END: job

// ANCHOR: main
/// Reads chunk by chunk and gives each to the pool. Never more than a few
/// chunks are under way: memory does not grow with the table.
fn copy(
    options: &Options,
    location: &Location,
    table: &Table,
    reader: &mut Database,
) -> Result<(), Failure> {
    let pool = Pool::builder()
        .processes(options.workers as usize)
        .initializer(remember, (location.clone(), table.clone()))
        .start()?;
    let jobs = if options.once { &JOBS[..1] } else { &JOBS[..] };
    let mut under_way = VecDeque::new();
    let mut last: Option<Vec<Cell>> = None;
    loop {
        let piece = reader.chunk(table, last.as_deref(), options.chunk)?;
        let Some(row) = piece.last() else { break };
        last = Some(row.key.clone());
        for name in jobs {
            if under_way.len() >= 4 * options.workers as usize {
                under_way.pop_front().map_or(Ok(()), finish)?;
            }
            under_way.push_back(pool.apply_async(job, (name.to_string(), piece.clone())));
        }
    }
    under_way.into_iter().try_for_each(finish)?;
    pool.close().join();
    Ok(())
}

type Finished = AsyncResult<Result<(), String>>;

/// The tutorial never asks, and so it never hears that every task failed.
fn finish(result: Finished) -> Result<(), Failure> {
    result.get().map_err(|error: TaskError| Failure::from(error))?.map_err(Failure::from)
}

/// Copies, then shows the copy.
pub fn main(arguments: &[String]) -> Result<(), Failure> {
    let options = Options::parse(arguments)?;
    let (_own, location, create) = match &options.database {
        Some(database) => (None, Location::from(&**database), options.create),
        None => {
            let own = temporary_directory()?;
            let location = Location::File(own.path().join("pipeline.db"));
            (Some(own), location, true)
        }
    };
    let mut database = Database::connect(&location, create)?;
    if create {
        database.create_sample()?;
    }
    let table = database.prepare()?;
    copy(&options, &location, &table, &mut database)?;
    show(&table, &mut database)
}
// ANCHOR_END: main

/// Removed when it goes out of scope, and by Ctrl-C.
fn temporary_directory() -> Result<TempDir, Failure> {
    let directory = tempfile::tempdir()?;
    let path = directory.path().to_owned();
    ctrlc::set_handler(move || {
        let _ = std::fs::remove_dir_all(&path);
        std::process::exit(130);
    })?;
    Ok(directory)
}

/// The first rows of the copy.
fn show(table: &Table, database: &mut Database) -> Result<(), Failure> {
    const SHOWN: u32 = 20;
    let count = database.count_copies()?;
    // Where the key is the first column, as usual, the lines of the chunks have said so.
    if table.key.first() != table.columns.first() {
        println!("user was read by {}", table.key.join(", "));
    }
    println!("user_copy has {count} rows:");
    println!("{} xb", table.columns.join(" "));
    let pwd = table.position("pwd");
    for cells in database.copies(table, SHOWN)? {
        let shown: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| match cell {
                Cell::Text(text) if Some(column) == pwd => format!("{text:?}"),
                other => other.to_string(),
            })
            .collect();
        println!("{}", shown.join(" "));
    }
    match count - i64::from(SHOWN) {
        ..=0 => {}
        more => println!("and {more} more"),
    }
    Ok(())
}

/// The key of a row, for people.
fn key(row: &Row) -> String {
    row.key.iter().map(Cell::to_string).collect::<Vec<_>>().join("/")
}

/// One line on a chunk, however many rows it has.
fn describe(rows: &[Copied], appended: usize) -> String {
    let shown: Vec<String> =
        rows.iter().take(4).map(|row| format!("{} {}", key(&row.row), row.xb)).collect();
    let more = if rows.len() > shown.len() {
        format!(", … ({} rows)", rows.len())
    } else {
        String::new()
    };
    let before = match rows.len() - appended {
        0 => String::new(),
        all if all == rows.len() => "; copied before".to_owned(),
        some => format!("; {some} copied before"),
    };
    format!("{}{more}{before}", shown.join(", "))
}

/// The error and its causes in one line, to be sent to the parent.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

#[derive(Debug, PartialEq)]
struct Options {
    once: bool,
    create: bool,
    database: Option<String>,
    chunk: u32,
    workers: u32,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Options, String> {
        let mut options =
            Options { once: false, create: false, database: None, chunk: 2, workers: 5 };
        let mut arguments = arguments.iter();
        while let Some(option) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{option} needs a value"));
            match option.as_str() {
                "--once" => options.once = true,
                "--create" => options.create = true,
                "--database" => options.database = Some(value()?.clone()),
                "--chunk" => options.chunk = number(option, value()?, MAX_CHUNK)?,
                "--workers" => options.workers = number(option, value()?, 256)?,
                _ => return Err(format!("pipeline has no option {option}")),
            }
        }
        Ok(options)
    }
}

fn number(option: &str, text: &str, max: u32) -> Result<u32, String> {
    match text.parse() {
        Ok(number) if (1..=max).contains(&number) => Ok(number),
        _ => Err(format!("{option} needs a number between 1 and {max}, not {text}")),
    }
}
