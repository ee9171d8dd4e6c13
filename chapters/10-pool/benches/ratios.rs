//! The pool against the peers. `EI_MYSQL_URL` adds the pipeline.

use ch08_multiprocessing::{Descriptor, Message, Process};
use ch10_pool::Pool;
use paired::processes::{Goal, Python, Work, head, row, time};
use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");
const NUMBERS: std::ops::Range<u64> = 0..100_000;

fn square(n: u64) -> u64 {
    n * n
}

fn python(what: &str) -> Work<'static> {
    let mut python = Python::start(&format!("{FOLDER}/benches/peers.py"), what);
    Box::new(move |rounds| python.work(rounds))
}

/// Everything started from here on runs on these CPUs.
fn pin(cpus: usize) {
    // SAFETY: the set is initialised, and lives as long as the call.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        (0..cpus).for_each(|cpu| libc::CPU_SET(cpu, &mut set));
        libc::sched_setaffinity(0, size_of_val(&set), &set);
    }
}

fn apply(pool: &Pool) -> Work<'_> {
    Box::new(|rounds| time(rounds, || assert_eq!(pool.apply(square, 7), Ok(49))))
}

fn echo((from, to): (Descriptor, Descriptor)) {
    let (mut from, mut to) = (File::from(from), File::from(to));
    let mut bytes = [0; 8];
    while from.read_exact(&mut bytes).is_ok() {
        to.write_all(&bytes).unwrap();
    }
}

/// Eight bytes to a child and back, through two pipes.
fn bare_pipe() -> Work<'static> {
    let (from, mut to_child) = std::io::pipe().unwrap();
    let (mut from_child, to) = std::io::pipe().unwrap();
    let ends = (OwnedFd::from(from).into(), OwnedFd::from(to).into());
    Process::new(echo, ends).daemon(true).start().unwrap();
    Box::new(move |rounds| {
        let mut bytes = [0; 8];
        time(rounds, || {
            to_child.write_all(&bytes).unwrap();
            from_child.read_exact(&mut bytes).unwrap();
        })
    })
}

fn applies() {
    let procspawn = |workers| -> Work<'static> {
        let pool = procspawn::Pool::new(workers).unwrap();
        Box::new(move |rounds| {
            time(rounds, || assert_eq!(pool.spawn(7, square).join().unwrap(), 49))
        })
    };
    pin(1);
    {
        let pool = Pool::new(1).unwrap();
        let what = "`Pool::apply`, on one CPU";
        row(
            what,
            "Python",
            Some(Goal::TimesFaster(15.0)),
            (5000, 1000),
            (apply(&pool), python("apply")),
        );
        row(what, "procspawn", Some(Goal::AtMost(0.2)), (5000, 1000), (apply(&pool), procspawn(1)));
        row(what, "a bare pipe", None, (5000, 5000), (apply(&pool), bare_pipe()));
    }
    pin(2);
    let pool = Pool::new(1).unwrap();
    let what = "`Pool::apply`, on two CPUs";
    row(what, "a bare pipe", Some(Goal::AtMost(1.3)), (5000, 5000), (apply(&pool), bare_pipe()));
}

fn maps() {
    let pool = Pool::new(2).unwrap();
    let peer = procspawn::Pool::new(2).unwrap();
    let size = NUMBERS.end.div_ceil(8);
    let ours: fn(&Pool) -> Work<'_> =
        |pool| Box::new(|rounds| time(rounds, || drop(pool.map(square, NUMBERS).unwrap())));
    let chunks: Work = Box::new(|rounds| {
        time(rounds, || {
            let parts: Vec<_> = (0..8)
                .map(|i| (i * size..((i + 1) * size).min(NUMBERS.end)).collect::<Vec<u64>>())
                .map(|part| peer.spawn(part, |part| part.into_iter().map(square).collect()))
                .collect();
            let all: Vec<Vec<u64>> = parts.into_iter().map(|part| part.join().unwrap()).collect();
            drop(all.concat());
        })
    });
    let what = "`Pool::map` over 10⁵, its own chunks";
    row(what, "Python", Some(Goal::TimesFaster(10.0)), (5, 2), (ours(&pool), python("map_chunks")));
    row(what, "procspawn, the same chunks", Some(Goal::AtMost(0.7)), (5, 5), (ours(&pool), chunks));
    // The floor: the pool's own process writes all arguments and reads all results.
    let parts = (0..8).map(|i| i * size..((i + 1) * size).min(NUMBERS.end));
    let squares: Vec<Message> = parts
        .clone()
        .map(|part| Message::encode(&part.map(square).collect::<Vec<u64>>()).unwrap())
        .collect();
    let numbers: Work = Box::new(|rounds| {
        time(rounds, || {
            for (part, squares) in parts.clone().zip(&squares) {
                black_box(Message::encode(&part.collect::<Vec<u64>>()).unwrap());
                black_box(squares.try_clone().unwrap().decode::<Vec<u64>>().unwrap());
            }
        })
    });
    row(what, "its numbers written and read, no process", None, (5, 5), (ours(&pool), numbers));

    let ours: fn(&Pool) -> Work<'_> = |pool| {
        Box::new(|rounds| time(rounds, || drop(pool.chunks_of(1).map(square, NUMBERS).unwrap())))
    };
    // It opens descriptors for each call: all at once would be too many.
    let ones: Work = Box::new(|rounds| {
        time(rounds, || {
            for start in NUMBERS.step_by(200) {
                let parts: Vec<_> = (start..start + 200).map(|n| peer.spawn(n, square)).collect();
                for part in parts {
                    black_box(part.join().unwrap());
                }
            }
        })
    });
    let what = "`Pool::map` over 10⁵, chunks of 1";
    row(what, "Python", Some(Goal::TimesFaster(2.0)), (1, 1), (ours(&pool), python("map_ones")));
    row(what, "procspawn, one by one", Some(Goal::AtMost(0.15)), (1, 1), (ours(&pool), ones));
}

/// The whole program, its start included, in a database that has the rows already.
fn pipeline(url: &str) {
    let run = |mut command: Command| -> Work<'_> {
        command.args(["--database", url, "--chunk", "1000", "--workers", "2", "--once"]);
        command.stdout(Stdio::null());
        Box::new(move |rounds| {
            (0..rounds)
                .map(|_| {
                    forget_copies(url);
                    time(1, || assert!(command.status().unwrap().success()))
                })
                .sum()
        })
    };
    let mut ours = Command::new(env!("CARGO_BIN_EXE_ch10-pool"));
    ours.arg("pipeline");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut theirs = Command::new(python);
    theirs.arg(format!("{FOLDER}/python/pipeline.py"));
    fill(url);
    let what = "the pipeline, 20 000 rows, chunks of 1 000 (MariaDB)";
    row(what, "Python", Some(Goal::TimesFaster(6.0)), (1, 1), (run(ours), run(theirs)));
}

fn statements(url: &str, statements: &[String]) {
    use mysql::prelude::Queryable;
    let mut connection = mysql::Conn::new(url).unwrap();
    for statement in statements {
        connection.query_drop(statement).unwrap();
    }
}

fn fill(url: &str) {
    let rows: Vec<String> = (1..=20_000)
        .map(|n| format!("({n},'user {n}','{}')", if n % 3 == 0 { "123" } else { "12345" }))
        .collect();
    statements(
        url,
        &[
            "DROP TABLE IF EXISTS user".to_owned(),
            "CREATE TABLE user (id BIGINT PRIMARY KEY, name VARCHAR(255), pwd VARCHAR(255))"
                .to_owned(),
            format!("INSERT INTO user VALUES {}", rows.join(",")),
        ],
    );
}

/// Both sides begin with no copy and no mark.
fn forget_copies(url: &str) {
    statements(
        url,
        &[
            "DROP TABLE IF EXISTS user_copy".to_owned(),
            "DROP TABLE IF EXISTS user_copy_chunks".to_owned(),
        ],
    );
}

fn main() {
    ch08_multiprocessing::init();
    procspawn::init();
    head();
    applies();
    maps();
    match std::env::var("EI_MYSQL_URL") {
        Ok(url) => pipeline(&url),
        Err(_) => eprintln!("no pipeline: EI_MYSQL_URL holds no address of a MariaDB"),
    }
}
