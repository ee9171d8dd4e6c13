//! What a thread says of itself, from before its start to after its end.

use ch02_threads::{
    Builder, JoinHandle, Local, Thread, Timer, Unstarted, current, enumerate, main_scope, spawn,
};
use std::cell::RefCell;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;

const A_MINUTE: Duration = Duration::from_secs(60);

/// A thread that lives until the sender is used or dropped.
fn held(builder: Builder) -> (mpsc::Sender<()>, JoinHandle<()>) {
    let (let_go, held) = mpsc::channel();
    let handle = builder.spawn(move || held.recv().unwrap_or(())).unwrap();
    (let_go, handle)
}

#[test]
fn the_ident_comes_with_the_start_and_stays() {
    let unstarted = Builder::new().build(|| current().ident());
    let thread = unstarted.thread().clone();
    assert_eq!(thread.ident(), None);
    assert_eq!(thread.native_id(), None);
    let handle = unstarted.start().unwrap();
    let ident = handle.ident().unwrap();
    assert_eq!(handle.join().unwrap(), Some(ident));
    assert_eq!(thread.ident(), Some(ident));
    assert!(spawn(current).join().unwrap().ident().unwrap() > ident);
}

#[test]
fn the_native_id_is_the_kernels() {
    let handle = spawn(|| std::fs::read_link("/proc/thread-self").ok());
    let native_id = handle.native_id();
    let link = handle.join().unwrap();
    let expected = link.map(|link| link.file_name().unwrap().to_str().unwrap().parse().unwrap());
    assert_eq!(native_id, expected);
    assert_eq!(native_id.is_some(), cfg!(target_os = "linux"));
}

#[test]
fn it_is_alive_from_start_to_join() {
    let unstarted = Builder::new().build(|| ());
    let thread = unstarted.thread().clone();
    assert!(!thread.is_alive());
    drop(unstarted);
    assert!(!thread.is_alive());

    let (let_go, handle) = held(Builder::new());
    let thread = handle.thread().clone();
    assert!(handle.is_alive() && enumerate().contains(&thread));
    let_go.send(()).unwrap();
    handle.join().unwrap();
    assert!(!thread.is_alive() && !enumerate().contains(&thread));
}

#[test]
fn join_timeout_gives_the_handle_back_until_the_end() {
    let (let_go, handle) = held(Builder::new());
    let handle = handle.join_timeout(Duration::ZERO).unwrap_err();
    let handle = handle.join_timeout(Duration::from_millis(1)).unwrap_err();
    drop(let_go);
    assert!(handle.join_timeout(Duration::MAX).unwrap().is_ok());
}

/// A thread-local value whose destructor blocks until it is told to go on. It tells whether it
/// was; it gives up after a minute, so that a test that fails ends.
struct Stubborn {
    go_on: mpsc::Receiver<()>,
    report: mpsc::Sender<bool>,
}

impl Drop for Stubborn {
    fn drop(&mut self) {
        let told = self.go_on.recv_timeout(A_MINUTE).is_ok();
        let _ = self.report.send(told);
    }
}

/// A thread that has such a value, what ends the wait of its destructor, and what that says.
fn stubborn() -> (JoinHandle<()>, mpsc::Sender<()>, mpsc::Receiver<bool>) {
    let ((tell, go_on), (report, told)) = (mpsc::channel(), mpsc::channel());
    thread_local! { static LEFT: RefCell<Option<Stubborn>> = const { RefCell::new(None) } }
    let handle = spawn(|| LEFT.set(Some(Stubborn { go_on, report })));
    (handle, tell, told)
}

#[test]
fn a_join_with_a_time_out_does_not_wait_for_thread_local_values() {
    let (handle, tell, told) = stubborn();
    assert!(handle.join_timeout(Duration::MAX).unwrap().is_ok());
    tell.send(()).unwrap();
    assert!(told.recv().unwrap(), "the destructor had to give up: the join waited for it");
}

#[test]
fn a_join_without_one_does_and_so_does_a_main_scope() {
    let (handle, tell, told) = stubborn();
    tell.send(()).unwrap();
    handle.join().unwrap();
    assert_eq!(told.try_recv(), Ok(true));

    let told = main_scope(|| {
        let (handle, tell, told) = stubborn();
        assert!(handle.join_timeout(Duration::MAX).unwrap().is_ok());
        tell.send(()).unwrap();
        told
    });
    assert_eq!(told.try_recv(), Ok(true));
}

#[test]
fn a_panic_comes_back_through_either_join() {
    let payload = spawn(|| panic!("a")).join().unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"a"));
    let payload = spawn(|| panic!("b")).join_timeout(Duration::MAX).unwrap().unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"b"));
}

#[test]
fn a_thread_refuses_to_join_itself() {
    let (hand_over, own_handle) = mpsc::channel::<JoinHandle<String>>();
    let (report, outcome) = mpsc::channel();
    let handle = spawn(move || {
        let own: JoinHandle<String> = own_handle.recv().unwrap();
        let refusal = catch_unwind(AssertUnwindSafe(|| own.join())).unwrap_err();
        report.send(refusal.downcast_ref::<&str>().unwrap().to_string()).unwrap();
        String::new()
    });
    hand_over.send(handle).unwrap();
    assert!(outcome.recv().unwrap().contains("cannot join itself"));
}

#[test]
fn names_are_given_fresh_and_changed() {
    let (one, two) = (Builder::new().build(|| ()), Builder::new().build(|| ()));
    assert!(one.thread().name().starts_with("Thread-"));
    assert_ne!(one.thread().name(), two.thread().name());
    let named = Builder::new().name("before").build(|| {
        let system_name = std::thread::current().name().map(str::to_owned);
        current().set_name("after");
        system_name
    });
    let thread = named.thread().clone();
    assert_eq!(named.start().unwrap().join().unwrap().as_deref(), Some("before"));
    assert_eq!(thread.name(), "after");
}

#[test]
fn a_name_with_a_nul_is_an_error_and_nothing_is_left() {
    let (dropped, wait_for_drop) = mpsc::channel::<()>();
    let unstarted = Builder::new().name("a\0b").build(move || drop(dropped));
    let thread = unstarted.thread().clone();
    let error = unstarted.start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("NUL"), "{error}");
    assert!(wait_for_drop.recv().is_err(), "the function is dropped");
    assert!(!thread.is_alive() && thread.ident().is_none());
}

#[test]
fn an_impossible_stack_is_an_error_and_nothing_is_left() {
    // More than the address space of any machine has.
    let unstarted = Builder::new().stack_size(1 << 60).build(|| ());
    let thread = unstarted.thread().clone();
    assert!(unstarted.start().is_err());
    assert!(!thread.is_alive() && thread.ident().is_none() && thread.native_id().is_none());
    assert!(!enumerate().contains(&thread));
}

#[test]
fn the_stack_is_as_large_as_asked() {
    /// Needs about 16 MiB; the default is 2.
    fn deep(depth: u32) -> u32 {
        let block = std::hint::black_box([depth as u8; 16 * 1024]);
        if depth == 0 { u32::from(block[0]) } else { 1 + deep(depth - 1) }
    }
    let handle = Builder::new().stack_size(64 << 20).spawn(|| deep(1024)).unwrap();
    assert_eq!(handle.join().unwrap(), 1024);
}

#[test]
fn the_daemon_flag_is_inherited_unless_it_is_given() {
    let flags = || {
        let inherited = Builder::new().build(|| ()).thread().is_daemon();
        let given = Builder::new().daemon(false).build(|| ()).thread().is_daemon();
        (current().is_daemon(), inherited, given)
    };
    let daemon = Builder::new().daemon(true).spawn(flags).unwrap();
    assert!(daemon.is_daemon());
    assert_eq!(daemon.join().unwrap(), (true, true, false));
    assert_eq!(spawn(flags).join().unwrap(), (false, false, false));
}

#[test]
fn run_is_a_call_in_the_callers_thread() {
    assert_eq!(Builder::new().build(current).run(), current());
}

#[test]
fn a_stranger_is_registered_while_it_lives() {
    let stranger = std::thread::Builder::new().name("stranger".into());
    let seen = stranger.spawn(|| (current(), enumerate().contains(&current()))).unwrap();
    let (thread, was_listed) = seen.join().unwrap();
    assert!(was_listed);
    assert_eq!(thread.name(), "stranger");
    assert!(!thread.is_alive() && !enumerate().contains(&thread));
}

#[test]
fn a_result_that_panics_when_dropped_hangs_nobody() {
    struct Bomb(#[allow(dead_code)] mpsc::Sender<()>);
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let (sender, wait_for_drop) = mpsc::channel();
    let thread = ch02_threads::main_scope(|| {
        let (let_go, held) = mpsc::channel::<()>();
        let handle = spawn(move || {
            let _ = held.recv();
            Bomb(sender)
        });
        let thread = handle.thread().clone();
        // Only now may the thread end: its result has lost its last other owner.
        drop(handle);
        drop(let_go);
        thread
    });
    assert!(!thread.is_alive(), "the scope has waited for it");
    assert!(wait_for_drop.recv().is_err());
}

#[test]
fn two_are_equal_if_they_name_the_same_thread() {
    let (a, b) = (Builder::new().name("x").build(|| ()), Builder::new().name("x").build(|| ()));
    assert_eq!(a.thread(), &a.thread().clone());
    assert_ne!(a.thread(), b.thread());
    assert!(format!("{:?}", a).contains("\"x\""));
}

#[test]
fn what_may_cross_threads_and_panics() {
    fn crosses<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    fn is_send<T: Send>() {}
    crosses::<Thread>();
    crosses::<JoinHandle<String>>();
    crosses::<Timer<String>>();
    crosses::<Builder>();
    crosses::<Local<std::rc::Rc<u8>>>();
    is_send::<Unstarted<String>>();
}

#[test]
fn a_stack_of_any_size_is_had_or_refused() {
    for bytes in [0, 1, 1 << 60, isize::MAX as usize, usize::MAX - 4095, usize::MAX] {
        let unstarted = Builder::new().stack_size(bytes).build(|| 5);
        let thread = unstarted.thread().clone();
        match unstarted.start() {
            Ok(handle) => assert_eq!(handle.join().unwrap(), 5, "{bytes}"),
            Err(_) => assert!(bytes > 1),
        }
        assert!(!thread.is_alive() && !enumerate().contains(&thread), "{bytes}");
        assert_eq!(thread.native_id().is_some(), bytes < 2, "{bytes}");
    }
}
