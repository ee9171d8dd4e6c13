//! Every function that needs something of the system, while there is too little of it.

use ch08_multiprocessing::{Process, active_children};
use ch09_shared_data::manager::{Dict, List, Manager, ManagerError, Queue};
use ch09_shared_data::{AnyArray, AnyValue, Array, RawArray, RawValue, Typecode, Value};
use std::sync::mpsc::channel;
use std::thread;
use test_support::faults::{
    Outcome, Row, Starve, descriptors_run_out, disk_runs_out, memory_runs_out, threads_run_out,
};
use test_support::limits::PATIENCE;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("descriptors_run_out", || alone(|()| descriptors_run_out(&ROWS, 24))),
            ("memory_runs_out", || alone(|()| memory_runs_out(&ROWS[..MEMORY]))),
            ("disk_runs_out", || alone(|()| disk_runs_out(&ROWS))),
            ("threads_run_out", || alone(|()| threads_run_out(&ROWS, 8))),
        ],
    );
}

/// In a process of its own, whose limits are lowered. A panic in it is the test's.
fn alone(scene: fn(())) {
    let child = Process::new(scene, ()).daemon(true).name("scene").start().unwrap();
    let code = child.join_timeout(2 * PATIENCE).unwrap();
    if code.is_none() {
        let _ = child.kill();
    }
    assert_eq!(code, Some(0), "None: it hangs; anything else: see what it printed");
}

/// The first rows take memory, and start no process that would need some itself.
const MEMORY: usize = 8;

// A row is a line.
#[allow(clippy::unit_arg)]
const ROWS: [Row; 17] = [
    ("RawValue", |starve| made(starve, || Ok(RawValue::new(1_i64)?))),
    ("RawArray", |starve| made(starve, || Ok(RawArray::new([1_i64, 2])?))),
    ("RawArray, large", |starve| made(starve, || Ok(RawArray::<i64>::zeroed(1 << 20)?))),
    ("Value", |starve| made(starve, || Ok(Value::new(1_i64)?.set(2)))),
    ("Array", |starve| made(starve, || Ok(Array::new([1_i64, 2])?.set(0, 2)?))),
    ("Array, large", |starve| made(starve, || Ok(Array::<i64>::zeroed(1 << 20)?.set(0, 2)?))),
    ("AnyValue", |starve| made(starve, || Ok(AnyValue::new(Typecode::Int, 1)?.set(2)?))),
    ("AnyArray", |starve| made(starve, || Ok(AnyArray::new(Typecode::Int, [1, 2])?.set(0, 2)?))),
    ("Manager::start", starts),
    ("Builder::listen, start", listens),
    ("Manager::connect", connects),
    ("Manager::list, queue, lock", |starve| with(starve, creates)),
    ("a proxy's first call in a thread", |starve| with(starve, from_a_new_thread)),
    ("a proxy's other calls", |starve| with(starve, calls)),
    ("Manager::named", |starve| with(starve, names)),
    ("a proxy becomes an argument", |starve| with(starve, to_a_child)),
    ("a manager that is gone", gone),
];

fn made<T>(starve: &Starve, make: impl Fn() -> Result<T, Box<dyn std::error::Error>>) -> Outcome {
    let _hungry = starve();
    // More than a piece of shared memory holds.
    let all: Vec<T> = (0..20).map(|_| make()).collect::<Result<_, _>>()?;
    drop(all);
    Ok(())
}

/// What the manager's process leaves to be collected.
fn end(manager: Manager) {
    manager.shutdown();
    active_children();
}

fn starts(starve: &Starve) -> Outcome {
    let hungry = starve();
    let started = Manager::start();
    let used = started.as_ref().ok().map(|manager| manager.list([1])?.len());
    drop(hungry);
    active_children();
    end(started?);
    assert_eq!(used.unwrap()?, 1);
    Ok(())
}

fn listens(starve: &Starve) -> Outcome {
    let hungry = starve();
    let started = Manager::builder().listen(([127, 0, 0, 1], 0).into()).key("k").start();
    drop(hungry);
    active_children();
    end(started?);
    Ok(())
}

fn connects(starve: &Starve) -> Outcome {
    let manager = Manager::builder().key("k").start()?;
    let hungry = starve();
    let connected = Manager::connect(manager.address().clone(), "k").map(drop);
    drop(hungry);
    end(manager);
    Ok(connected?)
}

/// With a manager that this thread has called already.
fn with(starve: &Starve, what: fn(&Manager, &Starve) -> Outcome) -> Outcome {
    let manager = Manager::start()?;
    let outcome = what(&manager, starve);
    end(manager);
    outcome
}

fn creates(manager: &Manager, starve: &Starve) -> Outcome {
    let _hungry = starve();
    let list = manager.list([1])?;
    list.append(2)?;
    let queue: Queue = manager.queue(1)?;
    queue.put(3)?;
    drop(manager.lock()?.lock()?);
    Ok(())
}

fn from_a_new_thread(manager: &Manager, starve: &Starve) -> Outcome {
    let list: List = manager.list([1])?;
    let appended = thread::scope(|scope| {
        let (go_on, told) = channel::<()>();
        let list = &list;
        let thread = scope.spawn(move || {
            let _ = told.recv();
            list.append(2)
        });
        let _hungry = starve();
        drop(go_on);
        thread.join().unwrap()
    });
    // Done or not done, and nothing between; the thread that could call still can.
    assert_eq!(list.len()?, 1 + usize::from(appended.is_ok()));
    let again = thread::scope(|scope| scope.spawn(|| list.append(3)).join().unwrap());
    Ok(again.and(appended)?)
}

fn calls(manager: &Manager, starve: &Starve) -> Outcome {
    let dict: Dict = manager.dict()?;
    let _hungry = starve();
    dict.insert("a", 1)?;
    assert_eq!(manager.count()?, 1);
    Ok(dict.get("a").map(drop)?)
}

fn names(manager: &Manager, starve: &Starve) -> Outcome {
    let _hungry = starve();
    manager.named::<List>("jobs")?.append(1)?;
    Ok(manager.forget("jobs").map(drop)?)
}

fn append(list: List) {
    let _ = list.append(7);
}

fn to_a_child(manager: &Manager, starve: &Starve) -> Outcome {
    let list: List = manager.list([1])?;
    let hungry = starve();
    let started = Process::new(append, list.clone()).start();
    let code = started.as_ref().ok().map(|child| child.join());
    drop(hungry);
    let appended = list.len()? == 2;
    match (started, code) {
        (Ok(_), Some(Ok(0))) => assert!(appended),
        // It had too little itself, and has said so.
        (Ok(_), Some(Ok(code))) => {
            assert!(!appended);
            return Err(format!("the child ended with exit code {code}").into());
        }
        (Ok(_), code) => panic!("{code:?}"),
        (Err(error), _) => {
            assert!(!appended);
            active_children();
            return Err(error.into());
        }
    }
    active_children();
    Ok(())
}

/// An error, whatever else there is too little of.
fn gone(starve: &Starve) -> Outcome {
    let manager = Manager::start()?;
    let list = manager.list([1])?;
    end(manager);
    let _hungry = starve();
    let error = list.append(2).unwrap_err();
    let says = matches!(error, ManagerError::Gone { .. } | ManagerError::Connect { .. });
    assert!(says, "{error:?}");
    Ok(())
}
