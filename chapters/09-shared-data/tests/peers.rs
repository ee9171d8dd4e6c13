//! A manager that stops, and a way to it that is cut or lies, at every byte: the caller gets an error, the manager stays whole, and
//! whoever comes next is served.

use ch09_shared_data::manager::{Address, List, Manager, ManagerError};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;
use test_support::limits::PATIENCE;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("a_manager_that_is_stopped_is_silent_and_can_be_ended", stopped),
            ("a_way_back_that_is_cut_at_any_byte_is_an_error", || every_byte(Fault::CutsAnswers)),
            ("so_is_a_way_there", || every_byte(Fault::CutsRequests)),
            ("answers_that_lie_from_any_byte_on_are_an_error", || every_byte(Fault::LiesInAnswers)),
            ("requests_that_lie_harm_nobody_else", || every_byte(Fault::LiesInRequests)),
            ("a_way_that_brings_a_byte_at_a_time_is_slow_and_no_more", slow),
        ],
    );
}

const KEY: &str = "key";

/// Stops a child, and waits until it stands still: the signal alone only says that it is going to.
fn stop(child: Pid) {
    kill_process(child, Signal::STOP).unwrap();
    waitid(WaitId::Pid(child), WaitIdOptions::STOPPED).unwrap();
}

fn stopped() {
    let manager = Manager::builder().key(KEY).start().unwrap();
    let list = manager.list([1]).unwrap();
    let server = Pid::from_raw(manager.pid().unwrap() as i32).unwrap();
    stop(server);
    let brief = Duration::from_millis(50);
    let silent = Manager::connect_timeout(manager.address().clone(), KEY, brief);
    assert!(matches!(silent, Err(ManagerError::Silent { .. })), "{silent:?}");
    kill_process(server, Signal::CONT).unwrap();
    assert_eq!(list.len().unwrap(), 1, "it goes on as if nothing had been");
    stop(server);
    manager.shutdown();
    let gone = list.len();
    assert!(matches!(gone, Err(ManagerError::Gone { .. } | ManagerError::Connect { .. })));
}

/// What the way between a client and its manager does after so many bytes.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    CutsAnswers,
    CutsRequests,
    LiesInAnswers,
    LiesInRequests,
    /// Brings each byte by itself.
    Slow,
}

/// Carries bytes from one to the other, the first `good` of them as they are. Says how many came.
fn carry(mut from: TcpStream, mut to: TcpStream, good: usize, lies: bool, at_once: usize) -> usize {
    let mut carried = 0;
    let mut bytes = vec![0; at_once];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        let whole = n.min(good - carried.min(good));
        carried += n;
        if to.write_all(&bytes[..whole]).is_err() {
            break;
        }
        if carried > good {
            // What lies ends as well: else the other would rightly wait for more.
            if lies {
                let _ = to.write_all(&[0xa5; 64]);
            }
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    carried
}

/// Uses a manager by a way with this fault. Returns what came of it, and how many bytes were carried there and back by the
/// connection that carried most.
fn session(
    manager: SocketAddr,
    fault: Fault,
    good: usize,
) -> (Result<usize, ManagerError>, (usize, usize)) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    let relay = thread::spawn(move || {
        let mut ways = Vec::new();
        for client in listener.incoming() {
            if over.load(SeqCst) {
                break;
            }
            ways.push(way(client.unwrap(), TcpStream::connect(manager).unwrap(), fault, good));
        }
        let carried = ways.into_iter().map(|[there, back]| (there.join(), back.join()));
        carried.fold((0, 0), |most, (there, back)| {
            (most.0.max(there.unwrap()), most.1.max(back.unwrap()))
        })
    });
    let (done, is_done) = channel();
    let client = thread::spawn(move || {
        let used = || {
            let manager = Manager::connect(Address::Tcp(address), KEY)?;
            let list = manager.named::<List>("jobs")?;
            list.append("one")?;
            list.len()
        };
        let _ = done.send(used());
    });
    let outcome = is_done.recv_timeout(PATIENCE).expect("it hangs");
    client.join().unwrap();
    is_over.store(true, SeqCst);
    // Nobody listens any more if the client looked whether anybody did, and that look was taken for this one.
    drop(TcpStream::connect(address));
    (outcome, relay.join().unwrap())
}

/// The two directions of one connection.
fn way(
    client: TcpStream,
    server: TcpStream,
    fault: Fault,
    good: usize,
) -> [thread::JoinHandle<usize>; 2] {
    let limit = |here: bool| if here { good } else { usize::MAX };
    let there = limit(matches!(fault, Fault::CutsRequests | Fault::LiesInRequests));
    let back = limit(matches!(fault, Fault::CutsAnswers | Fault::LiesInAnswers));
    let lies = matches!(fault, Fault::LiesInAnswers | Fault::LiesInRequests);
    let at_once = if fault == Fault::Slow { 1 } else { 4096 };
    // Each byte by itself, and at once.
    for end in [&client, &server] {
        end.set_nodelay(true).unwrap();
    }
    let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    [
        thread::spawn(move || carry(from, to, there, lies, at_once)),
        thread::spawn(move || carry(server, client, back, lies, at_once)),
    ]
}

fn listening() -> (Manager, SocketAddr) {
    let manager = Manager::builder().listen(([127, 0, 0, 1], 0).into()).key(KEY).start().unwrap();
    let Address::Tcp(address) = *manager.address() else { unreachable!() };
    (manager, address)
}

fn every_byte(fault: Fault) {
    let (manager, address) = listening();
    let jobs = manager.named::<List>("jobs").unwrap();
    let (outcome, (there, back)) = session(address, Fault::None, 0);
    assert_eq!(outcome.unwrap(), 1);
    let bytes = match fault {
        Fault::CutsAnswers | Fault::LiesInAnswers => back,
        _ => there,
    };
    assert!(bytes > 100, "{bytes}");
    let mut errors = 0;
    for good in 0..bytes {
        let before = jobs.len().unwrap();
        let (outcome, _) = session(address, fault, good);
        // Done or not done, and nothing between, whatever the caller could hear of it.
        let done = jobs.len().unwrap() - before;
        assert!(done <= 1, "after {good} bytes: {done}");
        match outcome {
            // What was missing is the goodbye.
            Ok(len) => assert_eq!((len, done), (before + 1, 1), "after {good} bytes"),
            Err(error) => errors += usize::from(!error.to_string().is_empty()),
        }
        if done == 1 {
            jobs.pop(-1).unwrap();
        }
    }
    assert!(errors > 100, "{errors} of {bytes}");
    assert_eq!(manager.count().unwrap(), 1);
}

fn slow() {
    let (manager, address) = listening();
    let (outcome, _) = session(address, Fault::Slow, 0);
    assert_eq!(outcome.unwrap(), 1);
    assert_eq!(manager.named::<List>("jobs").unwrap().len().unwrap(), 1);
}
