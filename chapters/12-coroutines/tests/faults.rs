//! Every function that needs something of the system, while there is too little of it. A file of its own: it limits what the whole
//! process may have.

use ch12_coroutines::Greenlet;
use ch12_coroutines::hub::net::{TcpListener, TcpStream, lookup};
use ch12_coroutines::hub::{self, RunError};
use ch12_coroutines::pages::LocalSites;
use std::error::Error;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use test_support::faults::{
    Outcome, Row, Starve, descriptors_run_out, disk_runs_out, memory_runs_out, threads_run_out,
};
use test_support::limits::PATIENCE;

type Made<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ROWS: [Row; 14] = [
    ("hub::run", runs),
    ("Greenlet::new, switch", greenlets),
    ("hub::spawn, join", |starve| inside(starve, spawns)),
    ("Builder::stack_size, run", small_stack),
    ("hub::spawn_later, sleep", |starve| inside(starve, later)),
    ("Event, Queue, JoinHandle", |starve| inside(starve, there)),
    ("hub::timeout", |starve| inside(starve, times_out)),
    ("TcpListener::bind", |starve| inside(starve, binds)),
    ("TcpStream::connect", |starve| inside(starve, connects)),
    ("TcpStream::connect_timeout", |starve| inside(starve, connects_in_time)),
    ("TcpListener::accept", |starve| inside(starve, accepts)),
    ("TcpStream::read, write", |starve| inside(starve, talks)),
    ("LocalSites", sites),
    ("lookup", |starve| inside(starve, looks_up)),
];

#[test]
fn what_runs_out_is_said_and_nothing_hangs() {
    let (done, is_done) = std::sync::mpsc::channel();
    let table = std::thread::spawn(move || {
        // The last rows start threads, and std ends the process if that finds no memory for its signals.
        memory_runs_out(&ROWS[..12]);
        disk_runs_out(&ROWS);
        descriptors_run_out(&ROWS, 12);
        threads_run_out(&ROWS, 4);
        let _ = done.send(());
    });
    let in_time = is_done.recv_timeout(2 * PATIENCE);
    assert!(in_time != Err(std::sync::mpsc::RecvTimeoutError::Timeout), "the last row hangs");
    table.join().unwrap();
}

fn runs(starve: &Starve) -> Outcome {
    let hungry = starve();
    let sum = hub::run(|| hub::spawn(|| 1).join().map(|one| one + 1));
    drop(hungry);
    assert_eq!(sum??, 2);
    Ok(())
}

/// In a hub that runs.
fn inside(starve: &Starve, what: fn(&Starve) -> Made<()>) -> Outcome {
    let starve = starve.clone();
    let outcome: Result<Made<()>, RunError> = hub::run(move || what(&starve));
    outcome?.map_err(|error| -> Box<dyn Error> { error })
}

fn spawns(starve: &Starve) -> Made<()> {
    let hungry = starve();
    let outcome = hub::spawn(|| 6 * 7).join();
    drop(hungry);
    assert_eq!(hub::spawn(|| 1).join()?, 1);
    assert_eq!(outcome?, 42);
    Ok(())
}

/// Without a stack the switch panics, as its documentation says.
fn greenlets(starve: &Starve) -> Outcome {
    let greenlet = Greenlet::new(|x: i32| x + 1);
    let hungry = starve();
    let switched = catch_unwind(AssertUnwindSafe(|| greenlet.switch(1)));
    drop(hungry);
    match switched {
        Ok(value) => {
            assert_eq!(value, 2);
            Ok(())
        }
        Err(panic) => Err(panic.downcast_ref::<String>().expect("a message").clone().into()),
    }
}

fn small_stack(starve: &Starve) -> Outcome {
    let hungry = starve();
    let sum = hub::Builder::new().stack_size(1 << 16).run(|| 1);
    drop(hungry);
    assert_eq!(sum?, 1);
    Ok(())
}

fn later(starve: &Starve) -> Made<()> {
    let hungry = starve();
    let outcome = hub::spawn_later(Duration::from_millis(1), || 6 * 7).join();
    hub::sleep(Duration::from_millis(1));
    drop(hungry);
    assert_eq!(outcome?, 42);
    Ok(())
}

/// It takes nothing further, and so works without anything.
fn there(starve: &Starve) -> Made<()> {
    let (event, queue) = (hub::Event::new(), hub::Queue::new(1));
    let task = hub::spawn(|| hub::sleep(Duration::MAX));
    hub::sleep(Duration::ZERO);
    let _hungry = starve();
    assert!(!event.wait_timeout(Duration::from_millis(1)));
    event.set();
    event.wait();
    queue.put(1);
    assert!(queue.try_put(2).is_err());
    assert!(queue.put_timeout(2, Duration::from_millis(1)).is_err());
    assert!(queue.get() == 1 && queue.try_get().is_err());
    assert!(queue.get_timeout(Duration::from_millis(1)).is_err());
    let task = task.join_timeout(Duration::from_millis(1)).unwrap_err();
    task.kill();
    assert!(task.join().is_err());
    Ok(())
}

fn times_out(starve: &Starve) -> Made<()> {
    let _hungry = starve();
    let outcome = hub::timeout(Duration::from_millis(1), || hub::Event::new().wait());
    assert!(outcome.is_err());
    Ok(())
}

fn binds(starve: &Starve) -> Made<()> {
    let _hungry = starve();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    assert!(listener.local_addr()?.ip().is_loopback());
    Ok(())
}

fn connects(starve: &Starve) -> Made<()> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let _hungry = starve();
    drop(TcpStream::connect(listener.local_addr()?)?);
    Ok(())
}

fn connects_in_time(starve: &Starve) -> Made<()> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let _hungry = starve();
    drop(TcpStream::connect_timeout(&listener.local_addr()?, PATIENCE)?);
    Ok(())
}

/// One who could not be accepted is accepted later.
fn accepts(starve: &Starve) -> Made<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = std::net::TcpStream::connect(listener.local_addr()?)?;
    let hungry = starve();
    let accepted = listener.accept_timeout(PATIENCE).map(|(_, address)| address);
    drop(hungry);
    let address = match &accepted {
        Ok(address) => *address,
        Err(_) => listener.accept_timeout(PATIENCE)?.1,
    };
    assert_eq!(address, client.local_addr()?);
    accepted?;
    Ok(())
}

fn talks(starve: &Starve) -> Made<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;
    let _hungry = starve();
    let answer = hub::spawn(move || {
        let mut word = [0; 5];
        server.read_exact(&mut word)?;
        server.write_all(&word)
    });
    client.write_all(b"hello")?;
    let mut word = [0; 5];
    client.set_read_timeout(Some(PATIENCE));
    // Without a stack, nobody answers: then the server's end is closed.
    let read = client.read_exact(&mut word);
    answer.join()??;
    read?;
    assert_eq!(&word, b"hello");
    Ok(())
}

fn looks_up(starve: &Starve) -> Made<()> {
    let _hungry = starve();
    let found = lookup("localhost", 80)?;
    assert!(found.iter().all(|address| address.ip().is_loopback()));
    Ok(())
}

/// Servers of the test's own, in threads.
fn sites(starve: &Starve) -> Outcome {
    let _hungry = starve();
    let sites = LocalSites::start()?;
    assert!(!sites.urls().is_empty());
    sites.close();
    Ok(())
}
