use lib::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use lib::thread::{self, Builder};
use std::cell::{Cell, RefCell};
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Log = Arc<Mutex<Vec<String>>>;

/// Tells when it is dropped.
struct Told(Log, &'static str);

impl Drop for Told {
    fn drop(&mut self) {
        let panicking = thread::panicking();
        self.0.lock().unwrap().push(format!("drop {} {panicking}", self.1));
    }
}

lib::thread_local! {
    static COUNT: Cell<u8> = const { Cell::new(1) };
    static LIST: RefCell<Vec<u8>> = RefCell::new(vec![1]);
    static LATE: RefCell<Option<Told>> = const { RefCell::new(None) };
}

pub fn observed() -> Vec<String> {
    let log = Log::default();
    let note = |text: String| log.lock().unwrap().push(text);
    joined(&note);
    scoped(&note);
    parked(&note);
    locals(&log, &note);
    panicking(&log, &note);
    log.lock().unwrap().clone()
}

fn joined(note: &dyn Fn(String)) {
    let handle = thread::spawn(|| 1);
    note(format!("{handle:?}"));
    note(format!("{:?}", handle.join()));
    let named = Builder::new().name("worker".to_owned()).stack_size(1 << 20);
    let handle = named.spawn(|| thread::current().name().map(str::to_owned)).unwrap();
    let name = handle.thread().name().map(str::to_owned);
    note(format!("{name:?} {:?}", handle.join()));
    let panic = thread::spawn(|| panic!("in a thread")).join().unwrap_err();
    note(crate::message(&*panic));
    let (mine, theirs) =
        (thread::current().id(), thread::spawn(|| thread::current().id()).join().unwrap());
    note(format!("{} {}", mine == thread::current().id(), mine == theirs));
    let handle = thread::spawn(|| ());
    while !handle.is_finished() {
        thread::yield_now();
    }
    note(format!("{:?}", handle.join()));
    let odd = Builder::new().name("a\0b".to_owned());
    note(crate::message(&*catch_unwind(AssertUnwindSafe(|| drop(odd.spawn(|| ())))).unwrap_err()));
}

fn scoped(note: &dyn Fn(String)) {
    let mut numbers = vec![1, 2];
    let sum = thread::scope(|scope| {
        let handle = scope.spawn(|| numbers.iter().sum::<i32>());
        note(format!("{handle:?}"));
        handle.join().unwrap()
    });
    numbers.push(sum);
    note(format!("{numbers:?}"));
    // A panic that is received from `join` is none of the scope's.
    thread::scope(|scope| note(format!("{}", scope.spawn(|| panic!("received")).join().is_err())));
    let scope_panics = || thread::scope(|scope| drop(scope.spawn(|| panic!("not received"))));
    note(crate::message(&*catch_unwind(scope_panics).unwrap_err()));
    let both = || {
        thread::scope(|scope| {
            scope.spawn(|| panic!("the thread's"));
            panic!("the scope's");
        })
    };
    note(crate::message(&*catch_unwind(both).unwrap_err()));
    let nested =
        thread::scope(|scope| scope.spawn(|| scope.spawn(|| 5).join().unwrap()).join().unwrap());
    note(format!("{nested}"));
    let named = thread::scope(|scope| {
        let handle = Builder::new().name("scoped".to_owned()).spawn_scoped(scope, || ()).unwrap();
        handle.thread().name().map(str::to_owned)
    });
    note(format!("{named:?}"));
}

fn parked(note: &dyn Fn(String)) {
    thread::current().unpark();
    thread::park();
    thread::current().unpark();
    thread::current().unpark();
    thread::park_timeout(Duration::from_secs(1000));
    // One token only: this one ends by its time.
    thread::park_timeout(Duration::from_millis(1));
    let parked = thread::spawn(thread::park);
    parked.thread().unpark();
    note(format!("{:?}", parked.join()));
    thread::sleep(Duration::ZERO);
    note(format!("{}", thread::available_parallelism().is_ok()));
}

fn locals(log: &Log, note: &dyn Fn(String)) {
    COUNT.set(2);
    LIST.with_borrow_mut(|list| list.push(2));
    let theirs = thread::spawn(|| (COUNT.replace(9), LIST.take())).join().unwrap();
    note(format!("{theirs:?} {} {:?} {:?}", COUNT.get(), LIST.replace(Vec::new()), COUNT.take()));
    note(format!("{:?} {COUNT:?}", COUNT.try_with(Cell::get)));
    let theirs = Arc::clone(log);
    let handle = thread::spawn(move || LATE.set(Some(Told(theirs, "thread-local"))));
    note(format!("{:?}", handle.join()));
}

fn panicking(log: &Log, note: &dyn Fn(String)) {
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _told = Told(Arc::clone(log), "unwound");
        panic!("unwinds");
    }));
    note(crate::message(&*unwound.unwrap_err()));
    note(format!("{}", thread::panicking()));
    let again = catch_unwind(|| resume_unwind(Box::new("resumed")));
    note(crate::message(&*again.unwrap_err()));
    note(format!("{:?}", catch_unwind(|| 1).ok()));
}
